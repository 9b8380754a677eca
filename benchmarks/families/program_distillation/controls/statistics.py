"""Numbers that decide claims about controls, from one record per named arm, all of one seed."""

from collections.abc import Sequence
from statistics import fmean

from benchmarks.families.program_distillation.record import DistillationRecord

Records = Sequence[DistillationRecord]
_KIND = "outside/kind/"


def outside_gain(records: Records) -> float:
    """Share of problems with larger numbers that the first student solves, less the second's."""
    first, second = (record.metrics["outside/right"].value for record in records)
    return first - second


def outside_lost(records: Records) -> float:
    """Share of solved problems with fresh numbers less that with larger ones, template by template.

    A mean over the templates that have larger numbers; others are left out on both sides.
    """
    (record,) = records
    kinds = [key.removeprefix(_KIND) for key in record.metrics if key.startswith(_KIND)]
    return fmean(
        record.metrics[f"fresh/kind/{kind}"].value - record.metrics[f"{_KIND}{kind}"].value
        for kind in kinds
    )
