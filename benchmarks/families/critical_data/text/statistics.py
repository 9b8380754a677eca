"""The number that decides each claim about text, from the records of one seed."""

import math
from collections.abc import Callable, Sequence

from benchmarks.families.critical_data.text.record import FamilyRecord, TextRun

Records = Sequence[FamilyRecord]
"""One record of each arm that a statistic needs, all of one seed."""


def largest_doubling(sizes: Sequence[int], shares: Sequence[float]) -> float:
    """Largest part of a rise of accuracy over the sizes that falls within one doubling of them.

    1 is a step; a rise that is even in ln n over k doublings has 1 / k. A rise that has not ended
    at the largest size makes it too large, never too small.

    Args:
        sizes: Numbers of examples, growing.
        shares: Share right at each.

    Returns:
        NaN where the largest size is no better than the smallest.
    """
    whole = shares[-1] - shares[0]
    if whole <= 0:
        return math.nan
    return max(
        (shares[j] - shares[i]) / whole
        for j in range(len(sizes))
        for i in range(j)
        if sizes[j] <= 2 * sizes[i]
    )


def smoother_than_arithmetic(records: Records) -> float:
    """The largest part of the rise within one doubling, of text less that of modular addition.

    The first record is of text, the second of addition; both by the accuracy at the last step.
    """
    text, arithmetic = records
    ours = largest_doubling([run.size for run in text.texts], [run.test[-1] for run in text.texts])
    theirs = largest_doubling(
        [run.size for run in arithmetic.runs], [run.test[-1] for run in arithmetic.runs]
    )
    return ours - theirs


def slowest_memorised(records: Records) -> float:
    """Most steps that any size took to be learnt by heart; the budget where one never was."""
    (record,) = records
    return float(
        max(run.budget if run.memorised is None else run.memorised for run in record.texts)
    )


def last_share(records: Records) -> float:
    """Mean share right at the end, of all encoders of an arm."""
    (record,) = records
    return sum(run.test[-1] for run in record.texts) / len(record.texts)


def known_by_heart(records: Records) -> float:
    """Mean share right at the end, of the encoders of an arm that know their own texts by heart.

    NaN where none does within the budget.
    """
    (record,) = records
    ends = [run.test[-1] for run in record.texts if run.memorised is not None]
    return sum(ends) / len(ends) if ends else math.nan


def gain_at(scale: float) -> Callable[[Records], float]:
    """What is learnt of other texts after memorising, at an initial scale of 1 or 4."""
    return {1.0: _gain_unscaled, 4.0: _gain_scaled}[scale]


def _gain_unscaled(records: Records) -> float:
    return _gain(records, 1.0)


def _gain_scaled(records: Records) -> float:
    return _gain(records, 4.0)


def _gain(records: Records, scale: float) -> float:
    (record,) = records
    return gain_after(next(run for run in record.texts if run.scale == scale))


def gain_after(run: TextRun) -> float:
    """Test accuracy at the last step less that when the learnt texts count as memorised.

    NaN where they never did within the budget: then nothing came after.
    """
    if run.memorised is None:
        return math.nan
    return run.test[-1] - run.test[run.looks.index(run.memorised)]
