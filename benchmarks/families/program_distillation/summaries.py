"""What pages and pictures need of the records: means over seeds, by kind, by teacher, by class."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from benchmarks.comparing.differences import Difference, paired
from benchmarks.families.program_distillation.recipes import program_distillation
from benchmarks.families.program_distillation.record import DistillationRecord
from benchmarks.running.record import Envelope
from benchmarks.running.study import FamilyRecipe
from data.program_distillation.gsm8k import TEACHERS

Found = Mapping[str, Difference]
"""Mean over seeds of every measure of one arm, with its interval."""
CLASS = "class/"
ROUND = "round/"


def of_arm(
    records: Sequence[Envelope],
    arm: str,
    recipe: Callable[[], FamilyRecipe] = program_distillation,
) -> Found:
    """Means over the seeds of one arm of a recipe as it stands; empty without a record."""
    digest = recipe().digest
    mine = [
        record
        for record in records
        if isinstance(record, DistillationRecord) and (record.digest, record.arm) == (digest, arm)
    ]
    keys = dict.fromkeys(key for record in mine for key in record.metrics)
    return {key: paired(np.array([_value(record, key) for record in mine])) for key in keys}


def _value(record: DistillationRecord, key: str) -> float:
    """A measure; a class that no program of a record fell into was counted as none."""
    metric = record.metrics.get(key)
    return 0.0 if metric is None else metric.value


def classes(found: Found, source: str) -> dict[str, float]:
    """Share of each class of one source, such as `train`, `round` or a teacher's name."""
    prefix = f"{source}/{CLASS}"
    counts = {key.removeprefix(prefix): one.mean for key, one in found.items()
              if key.startswith(prefix)}  # fmt: skip
    total = sum(counts.values())
    return {name: number / total for name, number in counts.items()}


def teacher_words(teacher: str) -> str:
    """A teacher's name in words: `6B, tuned`."""
    size, _, way = teacher.partition("_")
    ways = {"finetuning": "tuned", "verification": "tuned, best by a verifier"}
    return f"{size.upper()}, {ways[way]}"


TEACHER_WORDS = {teacher: teacher_words(teacher) for teacher in TEACHERS}
"""Names of the teachers in words."""
