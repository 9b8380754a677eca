from collections.abc import Callable, Mapping

import pytest

from benchmarks.families.program_distillation.record import DistillationRecord
from benchmarks.families.program_distillation.students.study import (
    STUDENTS,
    program_distillation_cpu,
    program_distillation_cpu_shares,
)
from benchmarks.running.record import Metric
from tests.support.records import study_record

Solved = Mapping[str, float]
MakeStudents = Callable[[Solved], list[DistillationRecord]]
SOLVED: Solved = {
    "program": 0.95, "thought_tokens": 0.1, "faulty": 0.8, "filtered": 0.94,
    "filtered_equal": 0.95, "thought": 0.12, "answer": 0.02, "shuffled": 0.01,
    "answer_tokens": 0.03, "program_35": 0.9, "program_4.5": 0.4, "entropy_35": 0.4,
    "length_35": 0.3, "compression_35": 0.5, "thought_35": 0.05, "thought_4.5": 0.02,
}  # fmt: skip
"""Shares of solved problems as they may be."""


def _values(arm: str, right: float) -> Mapping[str, float]:
    shared = {
        "fresh/right": right, "unseen/right": right / 50, "fresh/ran": 0.99, "fresh/floor": 0.8,
        "unseen/floor": 0.0, "fresh/nats": 0.1, "unseen/nats": 900.0, "general/before": 2.0,
        "base/copied": 0.99,
        "general/bits_per_byte": 6.0 if "thought" in arm else 6.5, "taught/problems": 2400.0,
        "taught/kinds": 12.0,
        "taught/presented": 7200.0, "taught/tokens": 800_000.0, "fresh/class/right": 240 * right,
        "fresh/class/wrong value": 240 * (1 - right), "unseen/class/syntax": 120.0,
    }  # fmt: skip
    helped = {"fresh/calculator/right": 0.9} if "thought" in arm else {}
    return shared | helped


@pytest.fixture(scope="session")
def make_students() -> MakeStudents:
    """Makes five seeds of every arm of both recipes, with other shares of solved problems."""

    def make(changes: Solved) -> list[DistillationRecord]:
        records = []
        for arm, right in {**SOLVED, **changes}.items():
            recipe = (
                program_distillation_cpu() if arm in STUDENTS else program_distillation_cpu_shares()
            )
            if arm not in recipe.arms:
                continue
            for seed in range(5, 10):
                metrics = {
                    key: Metric(value=value + 1e-4 * (seed % 3) * (hash_of(arm, key) - 0.5),
                                stderr=None, n=240, version=1)
                    for key, value in _values(arm, right).items()
                }  # fmt: skip
                records.append(study_record(DistillationRecord, recipe, arm, seed, metrics))
        return records

    return make


def hash_of(*words: str) -> float:
    """A number in [0, 1) that differs between words and not between runs."""
    return sum(map(ord, "".join(words))) % 97 / 97
