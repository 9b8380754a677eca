"""The number that decides each claim about lazy students, from the records of one seed."""

import math
from collections.abc import Sequence

from benchmarks.families.critical_data.estimates import exponent_beyond
from benchmarks.families.critical_data.lazy.names import metric_name
from benchmarks.families.critical_data.record import CriticalRecord

Records = Sequence[CriticalRecord]
"""One record of each arm that a statistic needs, all of one seed."""
HALF = 0.5
"""Share right of the other questions at which a lazy student's size is read."""


def best_right(record: CriticalRecord, share: float, part: str = "right") -> float:
    """Share right at a share of the table, of the penalty that is best there; nan without any.

    The penalty is chosen on what is asked, which favours the student.
    """
    names = [metric_name(share, one, part) for one in record.recipe["penalties"]]
    return max((record.metrics[n].value for n in names if n in record.metrics), default=math.nan)


def share_needed(record: CriticalRecord, level: float = HALF) -> float:
    """Least share of the table at which so many of the other questions are right, between shares.

    NaN where it lies outside of the shares that were tried.
    """
    shares = record.recipe["learnt"]
    right = [best_right(record, share) for share in shares]
    for place in range(1, len(shares)):
        if right[place - 1] < level <= right[place]:
            part = (level - right[place - 1]) / (right[place] - right[place - 1])
            return float(shares[place - 1] + part * (shares[place] - shares[place - 1]))
    return math.nan


def lazy_beyond_square(records: Records) -> float:
    """How much faster than p^2 the size grows at which a lazy student knows half of the rest."""
    moduli = [record.recipe["students"][record.arm]["modulus"] for record in records]
    sizes = [share_needed(record) * p**2 for record, p in zip(records, moduli, strict=True)]
    return exponent_beyond(moduli, sizes, "p^2")


def lazy_apart(records: Records) -> float:
    """Share right, at half of the table, of the questions whose mirror image was not learnt."""
    (record,) = records
    return best_right(record, HALF, "apart")
