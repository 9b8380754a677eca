"""Plans of studies beside the runs that they are of: one stage, batches, and a pace before them."""

from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.commands.results.plan import show_stages
from benchmarks.families.critical_data.recipes import CriticalStudy, Sweep, critical_data
from benchmarks.families.layer_emulators.recipes import EmulatorStudy, layer_emulators
from benchmarks.planning.estimates import Basis
from benchmarks.planning.study import StudyPlan, planned_study
from benchmarks.run import Session, run_recipe
from benchmarks.running.progress import Progress
from benchmarks.running.record import Envelope
from benchmarks.running.study import RunsItself
from lightning_modules.device import Device

CPU = Device(name="cpu")
_SWEEP = Sweep(modulus=11, sizes=(20, 40), steps=20, every=10, width=16, at_once=1)


@pytest.fixture(scope="module")
def emulators() -> EmulatorStudy:
    small = {"features": (2,), "strengths": (3.0,), "chain_features": 2, "chain_steps": 2}
    return replace(layer_emulators(), **small, samples=50, repeats=2)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def sweeps() -> CriticalStudy:
    """One arm whose stages are known, and one whose budget follows from its first stage."""
    arms = {"sizes": _SWEEP, "paced": replace(_SWEEP, pace=1.0)}
    return replace(critical_data(), arms=tuple(arms), sweeps=arms)


def _run(study: RunsItself, outputs: Path) -> list[Envelope]:
    session = Session(
        outputs=outputs,
        records=outputs.parent / "records",
        device=CPU,
        progress=Progress(Console(quiet=True)),
    )
    return run_recipe(study, (0,), session)


def _plans(study: RunsItself, outputs: Path) -> dict[str, StudyPlan]:
    return {arm: planned_study(study, arm, 0, outputs, CPU) for arm in study.arms}


def _kinds(plan: StudyPlan) -> list[str]:
    return [one.kind for one in plan.stages]


def _made(outputs: Path) -> set[str]:
    return {path.name for path in (outputs / "stages").iterdir() if path.is_dir()}


def test_a_plan_has_the_stages_of_a_study_and_its_costs_are_those_on_record(
    emulators: EmulatorStudy, tmp_path: Path
) -> None:
    outputs = tmp_path / "outputs"
    before = _plans(emulators, outputs)
    assert list(tmp_path.iterdir()) == []

    records = _run(emulators, outputs)
    after = _plans(emulators, outputs)

    assert {one.state for plan in before.values() for one in plan.stages} == {"runs"}
    assert {one.state for plan in after.values() for one in plan.stages} == {"found"}
    for plans in (before, after):
        assert {plan.open_after for plan in plans.values()} == {None}
        assert {one.folder.name for plan in plans.values() for one in plan.stages} == _made(outputs)

    basis, arm = Basis(records), emulators.arms[0]
    known = basis.of_study(emulators.digest, arm, arm)
    assert known is not None
    assert known.seconds == records[0].stages[arm].seconds  # type: ignore[attr-defined]
    size = sum(path.stat().st_size for path in after[arm].stages[0].folder.rglob("*"))
    assert size / 4 < known.disk_bytes < 4 * size
    assert known.measured
    other = Basis(records[:1]).of_study(emulators.digest, emulators.arms[1], arm)
    assert other is not None
    assert not other.measured
    assert basis.of_study("00000000", arm, arm) is None


def test_a_plan_ends_at_the_stage_that_decides_the_others_and_names_it(
    sweeps: CriticalStudy, tmp_path: Path
) -> None:
    outputs = tmp_path / "outputs"
    before = _plans(sweeps, outputs)

    assert _kinds(before["sizes"]) == ["batch-0", "batch-1"]
    assert before["sizes"].open_after is None
    assert _kinds(before["paced"]) == ["pace"]
    assert before["paced"].open_after == "generation 0 pace"

    _run(sweeps, outputs)
    after = _plans(sweeps, outputs)

    assert _kinds(after["paced"]) == ["pace", "batch-0"]
    assert after["paced"].open_after is None
    assert {one.state for plan in after.values() for one in plan.stages} == {"found"}
    assert {one.folder.name for plan in after.values() for one in plan.stages} == _made(outputs)


def test_a_dry_run_says_what_it_cannot_know(sweeps: CriticalStudy, tmp_path: Path) -> None:
    console = Console(width=120)
    with console.capture() as shown:
        show_stages(sweeps, (0,), tmp_path, CPU, console, costs=True, reasons=False)

    said = shown.get()
    assert "paced-seed0: what generation 0 pace finds decides the stages after it" in said
    assert "sizes-seed0: what" not in said
    assert "3 stages: 0 found, 0 go on where they were, 3 run; 3 are of kinds on no record" in said
    assert "batch-1" in said
