"""`collapse leaderboard --push` and `--pull` as a user meets them: lines and exit codes."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from benchmarks.__main__ import main
from tests.support.wandb_stand_in import KEY, Fault, StandIn


class Outcome(NamedTuple):
    """Of a command."""

    code: int
    output: str
    errors: str


@pytest.fixture
def collapse(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., Outcome]:
    monkeypatch.setattr("benchmarks.__main__.end_on_signals", lambda: None)  # of this process

    def run(*arguments: str) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["collapse", "leaderboard", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        captured = capfd.readouterr()
        return Outcome(int(end.value.code or 0), captured.out, captured.err)

    return run


def test_records_are_pushed_and_pulled(
    service: StandIn, files: list[Path], collapse: Callable[..., Outcome]
) -> None:
    mine = Path("records") / files[0].parent.name
    mine.mkdir(parents=True)
    shutil.copy(files[0], mine)

    pushed = collapse("--records", "records", "--push")
    pulled = collapse("--records", "again", "--pull", "someone/collapse-ledger")

    assert (pushed.code, pulled.code) == (0, 0)
    assert "1 records pushed, 0 were there, leaderboard pushed" in pushed.output
    assert (Path("again") / mine.name / files[0].name).read_bytes() == files[0].read_bytes()
    assert KEY not in "".join((pushed.output, pushed.errors, pulled.output, pulled.errors))


def test_something_left_is_an_exit_code(
    pushed: StandIn,
    tmp_path: Path,
    collapse: Callable[..., Outcome],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = next(run for run in pushed.runs.values() if run.id != "leaderboard")
    monkeypatch.setattr(run, "state", "failed")

    outcome = collapse("--records", str(tmp_path), "--pull", "someone/p")

    assert outcome.code == 1
    assert f"left run {run.id}: it is failed" in outcome.output


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [(401, 2, "W&B refuses the API key"), (503, 1, "W&B failed")],
)
def test_a_failure_is_one_line_and_an_exit_code(
    service: StandIn,
    collapse: Callable[..., Outcome],
    status: int,
    code: int,
    message: str,
) -> None:
    service.faults.append(Fault("Viewer", status, times=99))

    outcome = collapse("--pull", "someone/collapse-ledger")

    assert outcome.code == code
    assert message in outcome.errors
    assert len(outcome.errors.strip().splitlines()) == 1
