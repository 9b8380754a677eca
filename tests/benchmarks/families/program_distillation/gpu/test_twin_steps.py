"""The family's steps of `collapse gpu`, in miniature on a CPU."""

import time
from pathlib import Path
from typing import Any

import pytest

from benchmarks.families.program_distillation.family import FAMILY
from benchmarks.families.program_distillation.gpu.equal_beams import _told, equal_beams
from benchmarks.families.program_distillation.gpu.fresh_students import ARMS, fresh_students
from benchmarks.families.program_distillation.record import DistillationRecord
from benchmarks.gpu.telling import run_arm
from benchmarks.running.record import read_as
from benchmarks.running.step import FoundEquality, FoundFact, FoundRatio, Workbench, read_findings
from lightning_modules.device import Device
from lightning_modules.writing.beams import Found

pytestmark = pytest.mark.long


def _bench(folder: Path, **given: Any) -> Workbench:
    return Workbench(
        folder=folder,
        records=folder / "records",
        device=Device(name="cpu"),
        miniature=True,
        **given,
    )


def test_beams_are_the_same_in_every_way_and_their_speed_is_told(tmp_path: Path) -> None:
    equal_beams(_bench(tmp_path))

    found = read_findings(tmp_path)
    equalities = [one for one in found if isinstance(one, FoundEquality)]
    assert [one.name for one in equalities if not one.holds] == []
    assert len(equalities) == 2 * 3
    assert len([one for one in found if isinstance(one, FoundRatio)]) == 2


@pytest.mark.parametrize(
    ("tokens", "score", "allowed", "holds"),
    [
        ([1, 2], -1.0, 0.0, True),
        ([1, 3], -1.0, 0.0, False),
        ([1, 3], -1.0, 0.6, True),
        ([1, 2], float("nan"), 0.6, False),
    ],
)
def test_other_answers_break_a_promise(
    tokens: list[int], score: float, allowed: float, holds: bool, tmp_path: Path
) -> None:
    same = Found([4], -2.0, True)

    _told(
        _bench(tmp_path), "beams", [Found([1, 2], -1.0, True), same],
        [Found(tokens, score, True), same], allowed,
    )  # fmt: skip

    (found,) = read_findings(tmp_path)
    assert isinstance(found, FoundEquality)
    assert found.holds == holds


def test_students_of_fresh_weights_leave_records_and_say_what_they_found(
    few: Any, tmp_path: Path
) -> None:
    fresh_students(_bench(tmp_path, run_arm=run_arm))

    paths = sorted(tmp_path.glob("records/program_distillation_gpu-*/*.json"))
    assert [path.name for path in paths] == [f"{arm}-seed0.json" for arm in ARMS]
    records = [read_as(DistillationRecord, path) for path in paths]
    assert all(record.digest == record.recipe_digest() for record in records)
    said = [one.text for one in read_findings(tmp_path) if isinstance(one, FoundFact)]
    assert sum("beam " in text and "verified" in text for text in said) == 1
    assert sum("drawn again" in text for text in said) == 1
    assert any("searched" in text and " s" in text for text in said)


def test_a_student_that_does_not_fit_any_more_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, now = [], 1e9
    monkeypatch.setattr(time, "time", lambda: now)

    def slowly(study: Any, arm: str, seed: int, bench: Workbench) -> DistillationRecord:
        nonlocal now
        asked.append(arm)
        now += 50
        metrics = dict.fromkeys(
            ("test/right", "test/floor", "test/ran", "trained/steps", "trained/tokens"),
            type("Measure", (), {"value": 0.5}),
        )
        return DistillationRecord.model_construct(arm=arm, metrics=metrics, stages={})

    fresh_students(_bench(tmp_path, run_arm=slowly, ends=now + 60))

    assert asked == ["program"]
    last = read_findings(tmp_path)[-1]
    assert isinstance(last, FoundFact)
    assert last.text == "arm refined does not fit any more"


def test_both_steps_are_the_family_s() -> None:
    assert [step.name for step in FAMILY.gpu_steps()] == ["program-beams", "program-students"]
