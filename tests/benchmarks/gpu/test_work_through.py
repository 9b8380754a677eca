"""The list is worked through in limited time, and what was found is kept whatever happens."""

import multiprocessing
import tarfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.gpu import work_through as module
from benchmarks.gpu.report import ARCHIVE, REPORT, StepOutcome, write_report
from benchmarks.gpu.steps import find_step
from benchmarks.gpu.work_through import Plan, StepsFailed, check_outcomes, work_through
from benchmarks.running.step import FoundEquality, FoundRatio, Step, Workbench, read_findings
from data.errors import BadInput
from lightning_modules.device import Device


def _plan(folder: Path, *names: str, minutes: float = 5.0) -> Plan:
    return Plan(
        steps=[find_step(name) for name in names],
        folder=folder,
        device="cpu",
        minutes=minutes,
        miniature=True,
    )


def _archived(folder: Path) -> set[str]:
    with tarfile.open(folder / ARCHIVE) as archive:
        return set(archive.getnames())


def test_a_step_is_done_in_a_process_and_all_of_it_is_in_the_archive(tmp_path: Path) -> None:
    folder = tmp_path / "gpu"

    outcomes = work_through(_plan(folder, "card", "score-small"), print)

    assert [one.status for one in outcomes] == ["done", "done"]
    assert "copy in memory" in (folder / REPORT).read_text()
    assert _archived(folder) >= {
        "gpu/report.md",
        "gpu/speed_history.jsonl",
        "gpu/steps/card/found.jsonl",
        "gpu/steps/card/log.txt",
    }
    check_outcomes(outcomes, folder)


def test_a_step_that_does_not_fit_is_left_out(tmp_path: Path) -> None:
    plan = _plan(tmp_path / "gpu", "equal", minutes=0.5)

    said: list[str] = []

    outcomes = work_through(replace(plan, miniature=False), said.append)

    assert [one.status for one in outcomes] == ["left out"]
    assert said == ["equal: left out, needs about 35 s of 30 s"]


def test_a_step_has_three_times_its_seconds_but_in_miniature_all_that_is_left() -> None:
    step = find_step("card")
    plan = _plan(Path("gpu"), "card")

    assert module._limit(step, replace(plan, miniature=False)) == 3 * step.seconds
    assert module._limit(step, plan) == float("inf")
    assert module._limit(replace(step, most=0.5), plan) == 0.5


def _fails(bench: Workbench) -> None:
    bench.say("so far")
    raise RuntimeError("the device is gone")


def _hangs(bench: Workbench) -> None:
    bench.say("so far")
    time.sleep(60)


@pytest.mark.parametrize(("work", "status"), [(_fails, "failed"), (_hangs, "cut off")])
def test_a_step_that_fails_or_hangs_ends_alone_and_keeps_what_it_found(
    work: object, status: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forked, so that the process knows the step that stands in no list."""
    step = Step(name="strange", summary="", seconds=0.5, work=work, most=0.5)  # type: ignore[arg-type]
    monkeypatch.setattr(module, "find_step", lambda name: step)
    monkeypatch.setattr(module, "_STARTING", 0.5)
    monkeypatch.setattr(module, "server", lambda: multiprocessing.get_context("fork"))
    plan = Plan(steps=[step], folder=tmp_path / "gpu", device="cpu", minutes=1, miniature=True)

    outcomes = work_through(plan, print)

    assert [one.status for one in outcomes] == [status]
    assert "so far" in (tmp_path / "gpu" / REPORT).read_text()
    if status == "failed":
        assert outcomes[0].error == "RuntimeError: the device is gone"
        with pytest.raises(StepsFailed, match="steps that failed: strange"):
            check_outcomes(outcomes, tmp_path / "gpu")


def test_an_equality_that_does_not_hold_fails_the_command(tmp_path: Path) -> None:
    folder = tmp_path / "steps" / "equal"
    folder.mkdir(parents=True)
    bench = Workbench(folder=folder, records=tmp_path / "records", device=Device(name="cpu"))
    bench.found(FoundEquality(name="fit", outcome="losses 3", tolerance="losses 1", holds=False))
    outcomes = [StepOutcome(name="equal", status="done", seconds=1)]

    write_report(tmp_path, outcomes, begun=datetime.now(UTC), device="cpu")

    assert "DOES NOT HOLD" in (tmp_path / REPORT).read_text()
    assert (
        "Steps: 1 done.\n0 of 1 equalities that were looked at hold"
        in (tmp_path / REPORT).read_text()
    )
    with pytest.raises(StepsFailed, match="1 equalities that do not hold, first: fit"):
        check_outcomes(outcomes, tmp_path)


def test_logs_are_left_out_of_an_archive_that_would_be_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "steps" / "card"
    folder.mkdir(parents=True)
    (folder / "log.txt").write_text("something\n" * 1000)
    outcomes = [StepOutcome(name="card", status="done", seconds=1)]
    monkeypatch.setattr("benchmarks.gpu.report.LARGEST_BYTES", 300)

    write_report(tmp_path, outcomes, begun=datetime.now(UTC), device="cpu")

    assert "gpu/steps/card/log.txt" not in _archived(tmp_path)


@pytest.mark.parametrize("minutes", [0.0, 0.1])
def test_too_few_minutes_are_refused(minutes: float, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="too short for any step; give 1 or more"):
        work_through(_plan(tmp_path / "gpu", "card", minutes=minutes), print)


def test_a_folder_that_holds_something_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("")

    with pytest.raises(BadInput, match="not empty; choose another folder"):
        work_through(_plan(tmp_path, "card"), print)


def test_a_finding_that_a_kill_tore_is_left_out_and_one_in_the_midst_is_refused(
    tmp_path: Path,
) -> None:
    bench = Workbench(folder=tmp_path, records=tmp_path, device=Device(name="cpu"))
    bench.found(FoundRatio(name="a", ours=2, baseline=1, unit="tokens/s"))
    whole = (tmp_path / "found.jsonl").read_text()

    (tmp_path / "found.jsonl").write_text(whole + whole[:20])
    assert [one.name for one in read_findings(tmp_path) if isinstance(one, FoundRatio)] == ["a"]

    (tmp_path / "found.jsonl").write_text(whole[:20] + "\n" + whole)
    with pytest.raises(BadInput, match="line 1 is no finding"):
        read_findings(tmp_path)
