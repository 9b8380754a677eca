"""The number that decides each claim about reward models that are tuned whole, from one seed."""

from collections.abc import Sequence

from benchmarks.families.preference_data.reward.statistics import value
from benchmarks.running.record import StudyRecord

Records = Sequence[StudyRecord]
"""The records of one seed, in the order of the claim's arms."""


def more_right(records: Records) -> float:
    """Mean over easy and hard pairs of accuracy, first arm less second."""
    one, other = ([record] for record in records)
    kinds = ("easy/head", "hard/head")
    return sum(value(one, kind) - value(other, kind) for kind in kinds) / len(kinds)
