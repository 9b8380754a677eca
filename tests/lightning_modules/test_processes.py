"""Who joins a group of processes under SLURM, and how a process leaves its group."""

import os
from pathlib import Path

import pytest

from lightning_modules.processes import _take_over_slurm
from tests.support.processes.forked import python_side_by_side

_JOB = {
    "SLURM_JOB_ID": "4711",
    "SLURM_NTASKS": "8",
    "SLURM_NTASKS_PER_NODE": "8",
    "SLURM_TASKS_PER_NODE": "8",
    "SLURM_NODELIST": "n[1-2]",
    "SLURM_PROCID": "0",
    "SLURM_LOCALID": "0",
    "SLURM_NODEID": "0",
}
_STEP = {
    **_JOB,
    "SLURM_NTASKS": "4",
    "SLURM_PROCID": "3",
    "SLURM_LOCALID": "1",
    "SLURM_STEP_NUM_TASKS": "4",
    "SLURM_STEP_TASKS_PER_NODE": "2(x2)",
}


def test_a_batch_script_without_srun_is_one_process_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", dict(_JOB))

    _take_over_slurm()

    assert os.environ == _JOB


def test_tasks_of_srun_know_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", dict(_STEP))

    _take_over_slurm()

    names = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE", "MASTER_ADDR")
    assert [os.environ[name] for name in names] == ["3", "4", "1", "2", "n1"]


def test_a_step_of_one_task_is_one_process_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = {**_STEP, "SLURM_STEP_NUM_TASKS": "1"}
    monkeypatch.setattr(os, "environ", dict(alone))

    _take_over_slurm()

    assert os.environ == alone


_ENDS = """
import atexit
from pathlib import Path

def threads():
    names = [path.read_text().strip() for path in Path("/proc/self/task").glob("*/comm")]
    print(sum("gloo" in name for name in names))

atexit.register(threads)  # runs last
from lightning_modules.processes import gather
assert gather("x" * 100_000) == 2 * ["x" * 100_000]
threads()
"""


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for threads in /proc")
def test_the_threads_of_a_group_have_ended_when_python_begins_to_end(tmp_path: Path) -> None:
    """One that lets go of an exchange after that aborts the process."""
    for outcome in python_side_by_side(2, "-c", _ENDS, folder=tmp_path):
        before, after = map(int, outcome.stdout.split())

        assert outcome.returncode == 0, outcome.stderr
        assert before > 0
        assert after == 0
