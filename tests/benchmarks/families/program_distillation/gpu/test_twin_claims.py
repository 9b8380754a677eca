"""Claims about pretrained and published students come out either way, and pages show why."""

from collections.abc import Mapping
from functools import partial

import pytest

from benchmarks.families.program_distillation.audit import AUDIT
from benchmarks.families.program_distillation.family import FAMILY
from benchmarks.families.program_distillation.gpu.claims import GPU_CLAIMS
from benchmarks.families.program_distillation.gpu.study import program_distillation_gpu
from benchmarks.families.program_distillation.paper.claims import PAPER_CLAIMS
from benchmarks.families.program_distillation.paper.statistics import SETS, printed_range
from benchmarks.families.program_distillation.paper.study import (
    program_distillation_paper_students,
)
from benchmarks.families.program_distillation.record import DistillationRecord
from benchmarks.paper.claims import judge_all
from benchmarks.running.record import Metric
from benchmarks.running.study import Study
from tests.support.records import study_record

Values = Mapping[str, float]
_SEEDS = range(3)
_SHARED = {"test/floor": 0.026, "test/ran": 0.97, "trained/tokens": 2e6}
_SEARCHED = {
    f"{way}/{key}": value
    for way, right in (("beam", 0.11), ("verified", 0.13), ("vote", 0.12))
    for key, value in (("right", right), ("ran", 0.98), ("tokens_written", 2e5))
}
_REPAIRED = {
    f"{name}/{key}": value
    for name, gain in (("refine", 0.02), ("redraw", 0.005))
    for key, value in (
        ("gain", gain), ("ran", 0.6), ("tokens_read", 4e3), ("tokens_written", 1e3),
    )
}  # fmt: skip
_ARMS: Mapping[str, Values] = {
    "program": {
        "test/right": 0.10,
        "verified/less_beam": 0.02,
        "verified/less_vote": 0.01,
        **_SEARCHED,
    },
    "refined": {
        "test/right": 0.10,
        "first/failed": 0.03,
        "refine/less_redraw": 0.015,
        **_REPAIRED,
    },
    "thought": {"test/right": 0.05},
    "answer": {"test/right": 0.02},
    "faulty": {"test/right": 0.06},
    "filtered": {"test/right": 0.09},
}
"""Measures of each arm as they may be."""


def _records(study: Study, arms: Mapping[str, Values]) -> list[DistillationRecord]:
    def metric(value: float, seed: int) -> Metric:
        return Metric(value=value * (1 + 1e-3 * seed), stderr=None, n=1205, version=1)

    return [
        study_record(
            DistillationRecord, study, arm, seed,
            {key: metric(value, seed) for key, value in values.items()},
        )
        for arm, values in arms.items()
        for seed in _SEEDS
    ]  # fmt: skip


_twins = partial(_records, program_distillation_gpu())
_published = partial(_records, program_distillation_paper_students())


def _planted(**changes: Values) -> list[DistillationRecord]:
    return _twins({arm: {**_SHARED, **one, **changes.get(arm, {})} for arm, one in _ARMS.items()})


def _verdicts(records: list[DistillationRecord]) -> dict[str, str]:
    claims = (*GPU_CLAIMS, *PAPER_CLAIMS)
    return {entry.claim.id: entry.verdict for entry in judge_all(claims, records, AUDIT)}


def test_without_a_record_nothing_is_attempted() -> None:
    assert set(_verdicts([]).values()) == {"not attempted"}


def test_records_as_they_may_be_support_every_claim() -> None:
    found = _verdicts(_planted())

    assert {found[claim.id] for claim in GPU_CLAIMS} == {"reproduced"}
    assert {found[claim.id] for claim in PAPER_CLAIMS} == {"not attempted"}


@pytest.mark.parametrize(
    ("claim", "arm", "changes"),
    [
        ("pad.gsm8k_student", "thought", {"test/right": 0.2}),
        ("pad.gsm8k_thought", "answer", {"test/right": 0.2}),
        ("pad.gsm8k_filtered", "faulty", {"test/right": 0.2}),
        ("pad.gsm8k_floor", "program", {"test/floor": 0.2}),
        ("pad.refine", "refined", {"refine/less_redraw": -0.01}),
        ("pad.verify_steps", "program", {"verified/less_beam": -0.01}),
        ("pad.verify_vote", "program", {"verified/less_vote": -0.01}),
    ],
)
def test_records_can_turn_a_claim_the_other_way(claim: str, arm: str, changes: Values) -> None:
    assert _verdicts(_planted(**{arm: changes}))[claim] == "not reproduced"


@pytest.mark.parametrize(
    ("gsm8k", "others", "verdicts"),
    [
        (0.36, 0.5, ("reproduced", "reproduced")),
        (0.36, 0.39, ("not reproduced", "reproduced")),
        (0.45, 0.5, ("reproduced", "not reproduced")),
        (0.2, 0.5, ("reproduced", "not reproduced")),
    ],
)
def test_the_published_student_is_held_against_its_file_and_a_large_model(
    gsm8k: float, others: float, verdicts: tuple[str, str]
) -> None:
    values = {f"{name}/beam_2/released_right": others for name in SETS.values()}
    values["gsm8k/beam_2/released_right"] = gsm8k

    found = _verdicts(_published({"large": values}))

    assert (found["pad.large"], found["pad.paper"]) == verdicts


def test_the_printed_range_holds_all_three_readings_of_the_file() -> None:
    low, high = printed_range()

    assert low < 1 - 841 / 1304 < 1 - 841 / 1319 < high
    assert high - low < 0.07


def test_a_record_knows_its_study() -> None:
    (record, *_) = _published({"large": {"fit/pairs": 1.0}})

    assert record.recipe_digest() == program_distillation_paper_students().digest
    assert _planted()[0].recipe_digest() == program_distillation_gpu().digest


def test_the_page_shows_what_records_hold() -> None:
    text = FAMILY.pages(_planted())["twins.md"]

    assert "| verified beams" in text
    assert "| drawn once more" in text
    assert "| programs, 27 % with a fault" in text
    assert "13.0 % [" in text
    assert "(`pad.verify_vote`: +0.01" in text
    assert "No record yet" not in text


def test_without_records_the_page_says_what_makes_them() -> None:
    text = FAMILY.pages(())["twins.md"]

    assert "No record yet: `collapse run program_distillation_gpu --seed 0" in text
    assert "## What was found" not in text
    assert "`collapse run program_distillation_paper --dry-run`" in text
