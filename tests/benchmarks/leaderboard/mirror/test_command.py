"""`collapse leaderboard --push` as a user meets it, in a process of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

_ROOT = Path(__file__).parents[4]


def _collapse(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", "leaderboard", *arguments],
        env={**os.environ, "PYTHONPATH": str(_ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def test_records_are_pushed_and_pulled(service: Any, files: list[Path], key: str) -> None:
    mine = Path("records") / files[0].parent.name
    mine.mkdir(parents=True)
    shutil.copy(files[0], mine)

    pushed = _collapse("--records", "records", "--push")
    pulled = _collapse("--records", "again", "--pull", "someone/collapse-ledger")

    assert (pushed.returncode, pulled.returncode) == (0, 0), pushed.stderr + pulled.stderr
    assert "1 records pushed, 0 were there, leaderboard pushed" in pushed.stdout
    assert (Path("again") / mine.name / files[0].name).read_bytes() == files[0].read_bytes()
    assert key not in pushed.stdout + pushed.stderr + pulled.stdout + pulled.stderr


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [(401, 2, "W&B refuses the API key"), (503, 1, "W&B failed")],
)
def test_a_failure_is_one_line_and_an_exit_code(
    service: Any, fault: Any, status: int, code: int, message: str
) -> None:
    service.faults.append(fault("Viewer", status, times=99))

    outcome = _collapse("--pull", "someone/collapse-ledger")

    assert outcome.returncode == code
    assert message in outcome.stderr
    assert len(outcome.stderr.strip().splitlines()) == 1
