"""What decides the claims at p = 113: numbers of planted records, that can come out either way."""

import math
from collections.abc import Sequence

import pytest

from benchmarks.families.critical_data.audit import AUDIT
from benchmarks.families.critical_data.family import FAMILY
from benchmarks.families.critical_data.gpu import statistics as of
from benchmarks.families.critical_data.gpu.claims import GPU_CLAIMS
from benchmarks.families.critical_data.recipes import critical_data_gpu
from benchmarks.families.critical_data.record import CriticalRecord, OneRun
from benchmarks.paper.claims import Entry, judge_all
from tests.support.records import unchecked_record

_STUDY = critical_data_gpu()


def _run(size: int, generalised: int | None, budget: int, memorised: int = 100) -> OneRun:
    return OneRun.model_construct(
        size=size,
        decay=1.0,
        scale=1.0,
        budget=budget,
        steps=generalised or budget,
        memorised=memorised,
        generalised=generalised,
        test=(0.96 if generalised else 0.2,),
    )


def _record(arm: str, seed: int, critical: float, steps: float = 3500) -> CriticalRecord:
    """A seed that generalises from a size on, ever faster: after so many steps at 2,000."""
    sweep = _STUDY.sweeps[arm]
    runs = [
        _run(size, None if size < critical else int(steps * 2000 / size + seed), sweep.steps)
        for size in sweep.sizes
    ]
    return unchecked_record(CriticalRecord, _STUDY, arm, seed, runs=tuple(runs))


def _judged(records: Sequence[CriticalRecord]) -> dict[str, Entry]:
    return {entry.claim.id: entry for entry in judge_all(GPU_CLAIMS, records, AUDIT)}


@pytest.mark.parametrize(
    ("critical", "steps", "size", "slow"),
    [
        (1740.0, 3500.0, "reproduced", "reproduced"),
        (2300.0, 3500.0, "not reproduced", "not reproduced"),
        (1740.0, 900.0, "reproduced", "not reproduced"),
    ],
)
def test_the_papers_size_and_steps_can_come_out_either_way(
    critical: float, steps: float, size: str, slow: str
) -> None:
    found = _judged(
        [
            _record("critical", seed, critical + 400 * (seed % 2 - 0.5) * (critical < 2000), steps)
            for seed in range(8)
        ]
    )

    assert found["cds.paper_modular"].verdict == size
    assert found["cds.paper_steps"].verdict == slow
    assert found["cds.paper_below"].verdict == "reproduced"
    assert found["cds.paper_peak"].verdict == "not attempted"


def test_numbers_of_one_seed() -> None:
    record = [_record("critical", 0, 1750, 3500)]

    assert of.steps_at_critical(record) == 3500
    assert of.steps_at_largest(record) == 2333
    assert of.best_up_to_below(record) == 0.2
    assert of.steps_at_critical([_record("critical", 0, 2100)]) == 10_000
    assert math.isnan(
        of.best_up_to_below(
            [_record("modulus_97", 0, 1).model_copy(update={"runs": (_run(2000, 5, 10),)})]
        )
    )


@pytest.mark.parametrize(
    ("power", "holds"), [(1.55, "cds.exponent_five_thirds_97"), (2.0, "cds.exponent_square_97")]
)
def test_the_exponent_up_to_97_is_that_of_one_hypothesis(power: float, holds: str) -> None:
    arms = [arm for arm in _STUDY.arms if arm.startswith("modulus")]
    records = [
        _record(arm, seed, 306 * (_STUDY.sweeps[arm].modulus / 23) ** power * (1 + 0.01 * seed))
        for arm in arms
        for seed in range(8)
    ]

    found = _judged(records)

    reproduced = {name for name, entry in found.items() if entry.verdict == "reproduced"}
    assert reproduced == {holds}


def test_the_claims_are_among_those_of_the_family() -> None:
    assert set(GPU_CLAIMS) <= set(FAMILY.claims())
