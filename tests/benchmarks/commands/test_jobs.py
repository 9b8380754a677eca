"""Chains side by side: the same records as one after the other, one end for all."""

import signal
from pathlib import Path

import psutil
import pytest

from benchmarks.chains.record import read_records
from benchmarks.commands.run import find_jobs
from benchmarks.families.toedit.recipes.smoke import smoke
from benchmarks.running.record import without_times
from data.errors import BadInput
from lightning_modules.device import Device
from tests.support.processes.forked import collapse, start_python, wait_until

pytestmark = pytest.mark.long
_CPU = Device(name="cpu")


def test_chains_side_by_side_give_the_records_of_chains_one_after_the_other(
    recipe_file: Path,
) -> None:
    folder = recipe_file.parent
    command = ("run", "mine.py:mine")

    outcome = collapse(
        *command, "--jobs", "2", "--records", "many", "--outputs", "o1", folder=folder
    )
    alone = collapse(*command, "--jobs", "1", "--records", "one", "--outputs", "o2", folder=folder)

    assert outcome.returncode == alone.returncode == 0, outcome.stderr
    many, one = (
        [without_times(record) for record in read_records(folder / name)]
        for name in ("many", "one")
    )
    assert many == one
    assert "2 at a time with 1 thread each" in outcome.stdout
    assert "human text: " in outcome.stdout
    shown = outcome.stdout[outcome.stdout.index("Held-out") : outcome.stdout.index("figure")]
    assert shown.split("time")[0] == alone.stdout[alone.stdout.index("Held-out") :].split("time")[0]


def test_a_signal_ends_all_chains_with_one_line(recipe_file: Path) -> None:
    folder = recipe_file.parent
    process = start_python(
        "-m", "benchmarks", "run", "mine.py:mine", "--jobs", "2", "--records", "cut",
        "--outputs", "o3", folder=folder,
    )  # fmt: skip
    wait_until(lambda: any(folder.glob("o3/stages/*.partial")))
    children = psutil.Process(process.pid).children(recursive=True)

    process.send_signal(signal.SIGTERM)
    ended = process.ended()

    assert ended.returncode == 143
    assert "interrupted: what is finished is kept" in ended.stderr
    assert "Traceback" not in ended.stderr
    wait_until(lambda: not any(child.is_running() for child in children), 20)


@pytest.mark.parametrize("jobs", ["0", "-1", "many", "1.5"])
def test_a_number_of_jobs_that_is_none_is_refused(jobs: str) -> None:
    with pytest.raises(BadInput, match="give a number from 1 on, or auto"):
        find_jobs(jobs, smoke(), [0], _CPU)


def test_there_are_no_more_jobs_than_chains_and_at_least_one() -> None:
    n_arms = len(smoke().arms)

    assert find_jobs("1000", smoke(), [0, 1, 1], _CPU) == 2 * n_arms
    assert 1 <= find_jobs("auto", smoke(), [0], _CPU) <= n_arms
