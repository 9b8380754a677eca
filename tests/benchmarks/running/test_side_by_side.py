"""Tasks in processes side by side."""

import time
from pathlib import Path

import pytest
import torch

from benchmarks.running.side_by_side import side_by_side, spare_cores


def _square(n: int) -> tuple[int, int]:
    return n * n, torch.get_num_threads()


def _fail_or_wait(path: Path) -> None:
    if path.name == "fails":
        raise ValueError("this one fails")
    time.sleep(30)
    path.touch()


def test_every_task_gives_its_result_by_its_name() -> None:
    tasks = {str(n): n for n in range(5)}

    found = dict(side_by_side(tasks, _square, jobs=2, threads=1))

    assert found == {str(n): (n * n, 1) for n in range(5)}


def test_an_error_of_one_task_is_raised_and_ends_the_others(tmp_path: Path) -> None:
    tasks = {"waits": tmp_path / "waits", "fails": tmp_path / "fails"}
    started = time.monotonic()

    with pytest.raises(ValueError, match="this one fails"):
        list(side_by_side(tasks, _fail_or_wait, jobs=2, threads=1))

    assert time.monotonic() - started < 25
    assert not (tmp_path / "waits").exists()


def test_no_further_task_is_begun_once_it_is_said() -> None:
    answers = iter([True, True, False, False, False])

    found = dict(
        side_by_side(
            {str(n): n for n in range(5)}, _square, jobs=1, threads=1, go_on=lambda: next(answers)
        )
    )

    assert list(found) == ["0", "1"]


@pytest.mark.parametrize(("percent", "spare"), [(0.0, 8), (24.0, 6), (99.0, 1), (100.0, 1)])
def test_cores_that_others_keep_busy_are_not_spare(
    percent: float, spare: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    monkeypatch.setattr("os.sched_getaffinity", lambda process: set(range(8)), raising=False)
    monkeypatch.setattr("psutil.cpu_percent", lambda interval: percent)

    assert spare_cores() == spare
