"""The controls: their stages beside those of other students, their claims and their table."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from benchmarks.families.catalogue import find_recipe
from benchmarks.families.program_distillation.controls.claims import CONTROL_CLAIMS
from benchmarks.families.program_distillation.controls.page import controls_frame
from benchmarks.families.program_distillation.controls.study import (
    NAMED,
    PLAIN,
    THOUGHT,
    program_distillation_controls,
)
from benchmarks.families.program_distillation.record import DistillationRecord
from benchmarks.families.program_distillation.students.study import (
    program_distillation_cpu,
    program_distillation_students,
)
from benchmarks.paper.claims import judge_all
from benchmarks.running.record import Metric
from data.errors import BadInput
from tests.support.records import study_record


def _record(arm: str, seed: int, fresh: float, outside: float) -> DistillationRecord:
    values = {
        "fresh/right": fresh, "outside/right": outside, "outside/floor": 0.7, "outside/ran": 1.0,
        "taught/tokens_each": 100.0, "fresh/kind/7": fresh + 0.1, "fresh/kind/8": 0.0,
        "outside/kind/7": outside,
    }  # fmt: skip
    metrics = {
        key: Metric(value=value + 1e-4 * (seed - 5) ** 2, stderr=None, n=240, version=1)
        for key, value in values.items()
    }
    recipe = program_distillation_controls()
    return study_record(DistillationRecord, recipe, arm, seed, metrics)


def _records(numbers: Mapping[str, tuple[float, float]]) -> list[DistillationRecord]:
    return [_record(arm, seed, *both) for arm, both in numbers.items() for seed in (5, 6, 7)]


@pytest.mark.parametrize(
    ("numbers", "verdicts"),
    [
        (
            {NAMED: (0.9, 0.5), PLAIN: (0.6, 0.5), THOUGHT: (0.1, 0.0)},
            {"pad.names": "reproduced", "pad.outside": "reproduced",
             "pad.outside_lost": "reproduced"},
        ),
        (
            {NAMED: (0.6, 0.9), PLAIN: (0.9, 0.5), THOUGHT: (0.1, 0.95)},
            {"pad.names": "not reproduced", "pad.outside": "not reproduced",
             "pad.outside_lost": "not reproduced"},
        ),
    ],
)  # fmt: skip
def test_records_turn_every_claim_either_way(
    numbers: Mapping[str, tuple[float, float]], verdicts: Mapping[str, str]
) -> None:
    found = {
        one.claim.id: one.judgement.verdict
        for one in judge_all(CONTROL_CLAIMS, _jittered(numbers), None)
    }
    assert found == verdicts


def _jittered(numbers: Mapping[str, tuple[float, float]]) -> list[DistillationRecord]:
    """Records whose differences are not equal over seeds."""
    return [
        _record(arm, seed, fresh + 1e-3 * place * seed, outside - 1e-3 * place * seed)
        for place, (arm, (fresh, outside)) in enumerate(numbers.items(), start=1)
        for seed in (5, 6, 7)
    ]


def test_the_table_has_a_row_of_each_control_that_is_there() -> None:
    frame = controls_frame(_records({NAMED: (0.9, 0.5), PLAIN: (0.6, 0.5)}))
    assert list(frame["student of"]) == ["programs in the generators' names",
                                         "programs in `v1`, `v2`"]  # fmt: skip
    assert frame["larger numbers"][0].startswith("50.0 %")
    assert controls_frame([]).empty


def test_the_controls_are_students_of_the_same_problems_and_model() -> None:
    controls, cpu = program_distillation_controls(), program_distillation_cpu()
    assert controls.digest == "dd701208"
    assert find_recipe(controls.name) == controls
    assert controls.students[NAMED] == cpu.students["program"]
    same = ("templates", "train", "reserve", "test", "passes", "base", "copies", "model", "fit")
    assert all(getattr(controls, name) == getattr(cpu, name) for name in same)
    record = _record(PLAIN, 5, 0.5, 0.5)
    assert record.recipe_digest() == record.digest


def test_a_plain_arm_must_be_an_arm() -> None:
    with pytest.raises(BadInput, match="plain names arm 'filtered'"):
        replace(program_distillation_controls(), plain=("filtered",))


def test_a_smoke_recipe_has_two_students() -> None:
    smoke = program_distillation_students()
    assert (smoke.tier, smoke.arms) == ("smoke", ("program", "thought"))
    assert smoke.digest == "511cc581"
