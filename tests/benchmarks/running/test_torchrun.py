"""How several processes of one machine end; each is a script that needs no torch."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.places import ROOT


def _run(folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    (folder / "part.py").write_text(f"import os, signal, sys, time\n{script}\n")
    start = (
        "import sys\n"
        "from benchmarks.running.torchrun import start_torchrun\n"
        "sys.exit(start_torchrun(2, 'part').wait())\n"
    )
    return subprocess.run(
        [sys.executable, "-c", start],
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{folder}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("sys.exit(0)", 0),
        ("sys.exit(2 if os.environ['RANK'] == '1' else time.sleep(60))", 2),
        ("os.kill(os.getpid(), signal.SIGKILL)", 137),
        (
            "os.environ['RANK'] == '1' and os.kill(os.getppid(), signal.SIGTERM); time.sleep(60)",
            143,
        ),
    ],
)
def test_the_exit_code_is_that_of_the_process_that_failed(
    script: str, code: int, tmp_path: Path
) -> None:
    outcome = _run(tmp_path, script)

    assert outcome.returncode == code
    assert "Traceback" not in outcome.stderr


def test_processes_share_the_cores(tmp_path: Path) -> None:
    told = 'f\'{os.environ["OMP_NUM_THREADS"]} {os.environ["WORLD_SIZE"]}\\n\''
    outcome = _run(tmp_path, f"os.write(1, {told}.encode())")  # at once, not word by word

    threads = os.environ.get("OMP_NUM_THREADS", str(max((os.cpu_count() or 1) // 2, 1)))
    assert outcome.stdout.split() == [threads, "2"] * 2
