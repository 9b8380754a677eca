"""What page and pictures show of students: means over seeds of each arm, in words."""

from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np

from benchmarks.comparing.differences import Difference, paired
from benchmarks.families.program_distillation.record import DistillationRecord
from benchmarks.families.program_distillation.students.study import (
    ANSWERS,
    OTHERS,
    STUDENTS,
    program_distillation_cpu,
    program_distillation_cpu_answers,
    program_distillation_cpu_shares,
)
from benchmarks.running.record import Envelope

Arms = Mapping[str, Mapping[str, Difference]]
"""Mean over seeds of every measure, with its interval, by arm."""
WORDS: Mapping[str, str] = {
    "program": "programs",
    "thought_tokens": "chains of thought",
    "thought": "chains of thought, each seen as often",
    "answer_tokens": "answers alone",
    "answer": "answers alone, each seen as often",
    "faulty": "programs, 27 % with a fault",
    "filtered": "of these, what execution keeps",
    "filtered_equal": "topped up to the old number",
    "shuffled": "programs of other questions",
    "program_35": "programs of 35 %, drawn",
    "program_4.5": "programs of 4.5 %, drawn",
    "entropy_35": "35 % with most bits",
    "length_35": "35 % that are longest",
    "compression_35": "35 % that repeat least",
    "thought_35": "chains of thought of 35 %, drawn",
    "thought_4.5": "chains of thought of 4.5 %, drawn",
    "answer_35": "answers alone of 35 %, drawn",
    "answer_4.5": "answers alone of 4.5 %, drawn",
}
"""Arms in words, in the order in which they are shown."""


_RECIPES = (
    program_distillation_cpu,
    program_distillation_cpu_shares,
    program_distillation_cpu_answers,
)


def arms_of(records: Sequence[Envelope]) -> Arms:
    """Means over the seeds of every arm of the recipes that has records, in the order shown."""
    return {arm: _means(found) for arm, found in _by_arm(records).items()}


def solved_by_seed(records: Sequence[Envelope]) -> Mapping[str, Sequence[float]]:
    """Share of problems with fresh numbers that the students of each arm solve, one by one."""
    return {
        arm: [record.metrics["fresh/right"].value for record in found]
        for arm, found in _by_arm(records).items()
    }


def _by_arm(records: Sequence[Envelope]) -> Mapping[str, Sequence[DistillationRecord]]:
    digests = {recipe().digest for recipe in _RECIPES}
    mine = [
        record
        for record in records
        if isinstance(record, DistillationRecord) and record.digest in digests
    ]
    by_arm = {arm: [one for one in mine if one.arm == arm] for arm in WORDS}
    return {arm: found for arm, found in by_arm.items() if found}


def _means(records: Sequence[DistillationRecord]) -> Mapping[str, Difference]:
    keys = dict.fromkeys(chain.from_iterable(record.metrics for record in records))
    return {
        key: paired(
            np.array(
                [record.metrics[key].value if key in record.metrics else 0.0 for record in records]
            )
        )
        for key in keys
    }


def share_of(arm: str) -> float:
    """Share of the problems that an arm's student sees."""
    return {**STUDENTS, **OTHERS, **ANSWERS}[arm].share


def interval(one: Difference) -> str:
    """A share with its interval over seeds, in percent."""
    if one.low is None or one.high is None:
        return f"{100 * one.mean:.1f} %"
    low, high = max(one.low, 0.0), min(one.high, 1.0)
    return f"{100 * one.mean:.1f} % [{100 * low:.1f}, {100 * high:.1f}]"
