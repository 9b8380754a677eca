"""A prior that is nowhere is answered for in seconds, before any library of models is loaded."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_a_hub_that_never_answers_costs_a_command_less_than_five_seconds(tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("The king saw the river.")
    command = [sys.executable, "-m", "benchmarks", "edit", "in.txt", "out", "--prior", "a/b"]
    started = time.perf_counter()
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        surroundings = {
            **os.environ,
            "HF_HUB_OFFLINE": "0",
            "HF_ENDPOINT": f"http://127.0.0.1:{server.getsockname()[1]}",
            "PYTHONPATH": str(ROOT),
        }
        outcome = subprocess.run(
            command, cwd=tmp_path, env=surroundings, capture_output=True, text=True, check=False
        )

    assert outcome.returncode == 2
    assert outcome.stderr.startswith("error: a/b: no such folder, ")
    assert outcome.stderr.count("\n") == 1
    assert time.perf_counter() - started < 5
    assert not (tmp_path / "out").exists()
