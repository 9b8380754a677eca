"""What the page of students shows of controls."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from benchmarks.comparing.differences import Difference, paired
from benchmarks.families.program_distillation.controls.study import (
    NAMED,
    PLAIN,
    THOUGHT,
    program_distillation_controls,
)
from benchmarks.families.program_distillation.record import DistillationRecord
from benchmarks.families.program_distillation.students.shown import interval
from benchmarks.running.record import Envelope

WORDS: Mapping[str, str] = {
    NAMED: "programs in the generators' names",
    PLAIN: "programs in `v1`, `v2`",
    THOUGHT: "chains of thought",
}
"""Arms in words, in the order in which they are shown."""


def controls_frame(records: Sequence[Envelope]) -> pd.DataFrame:
    """Of each control: the tokens of a problem, and what is solved; empty without records."""
    digest = program_distillation_controls().digest
    mine = [
        record
        for record in records
        if isinstance(record, DistillationRecord) and record.digest == digest
    ]
    by_arm = {arm: [one for one in mine if one.arm == arm] for arm in WORDS}
    return pd.DataFrame([_row(WORDS[arm], found) for arm, found in by_arm.items() if found])


def _row(words: str, records: Sequence[DistillationRecord]) -> Mapping[str, str]:
    outside = _mean(records, "outside/right")
    return {
        "student of": words,
        "tokens of a problem": f"{_mean(records, 'taught/tokens_each').mean:.0f}",
        "solved, fresh numbers": interval(_mean(records, "fresh/right")),
        "larger numbers": interval(outside),
        "copies of the nearest, larger numbers": interval(_mean(records, "outside/floor")),
        "larger numbers, came to a value": interval(_mean(records, "outside/ran")),
        "seeds": str(outside.n),
    }


def _mean(records: Sequence[DistillationRecord], key: str) -> Difference:
    return paired(np.array([record.metrics[key].value for record in records]))
