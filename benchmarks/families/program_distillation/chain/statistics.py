"""Numbers that decide the claims on chains, from one record per named workflow, all of one seed."""

from collections.abc import Callable, Sequence

from benchmarks.chains.record import Record
from benchmarks.families.program_distillation.chain import tail

Records = Sequence[Record]
ENDS = -1
"""The last generation of a chain."""


def _over_generations(
    record: Record, measure: Callable[[Record, int], float], first: int = 0
) -> float:
    return tail.slope([measure(record, at) for at in range(first, len(record.generations))])


def _last(record: Record) -> int:
    return len(record.generations) - 1


def hard_share_slope(records: Records) -> float:
    """Change per generation of the hardest fifth's share in the corpus, from generation 1 on.

    That its share falls from generation 0 to 1 says no more than that it is the hardest.
    """
    (record,) = records
    return _over_generations(record, tail.hard_share, 1)


def most_steps_slope(records: Records) -> float:
    """Change per generation of the share of the fifth with most steps, from generation 1 on."""
    (record,) = records
    return _over_generations(record, tail.most_steps_share, 1)


def hard_accuracy_slope(records: Records) -> float:
    """Change per generation of the accuracy on the hardest fifth."""
    (record,) = records
    return _over_generations(record, tail.hard_accuracy)


def easy_accuracy_change(records: Records) -> float:
    """Accuracy on the easiest fifth at the end less that of generation 0."""
    (record,) = records
    return tail.easy_accuracy(record, ENDS) - tail.easy_accuracy(record, 0)


def hard_accuracy_change(records: Records) -> float:
    """Accuracy on the hardest fifth at the end less that of generation 0."""
    (record,) = records
    return tail.hard_accuracy(record, ENDS) - tail.hard_accuracy(record, 0)


def accuracy_gain(records: Records) -> float:
    """Accuracy at the end, of the first chain less the second."""
    one, other = records
    return tail.accuracy(one, ENDS) - tail.accuracy(other, ENDS)


def hard_accuracy_gain(records: Records) -> float:
    """Accuracy on the hardest fifth at the end, of the first chain less the second."""
    one, other = records
    return tail.hard_accuracy(one, ENDS) - tail.hard_accuracy(other, ENDS)


def hard_share_gain(records: Records) -> float:
    """Share of the hardest fifth in the last corpus, of the first chain less the second."""
    one, other = records
    return tail.hard_share(one, ENDS) - tail.hard_share(other, ENDS)


def beyond_law(records: Records) -> float:
    """Share of the harder half in the last corpus less what the law expects of generation 0."""
    (record,) = records
    return _beyond(record, tail.expected_shares(record, _last(record)))


def beyond_kept_law(records: Records) -> float:
    """The same where earlier corpora are kept, less what the law of kept corpora expects."""
    (record,) = records
    return _beyond(record, tail.expected_shares(record, _last(record), kept=True))


def beyond_followed(records: Records) -> float:
    """The same less what the recursion gives with every generation's own pass rates."""
    (record,) = records
    return _beyond(record, tail.followed_shares(record, _last(record)))


def beyond_anew(records: Records) -> float:
    """The same where questions are asked anew, less one factor of the last pass rates."""
    (record,) = records
    return _beyond(record, tail.anew_shares(record, _last(record)))


def _beyond(record: Record, expected: tail.Floats) -> float:
    """Share of the harder half of types in the last corpus, less that of other shares."""
    return tail.half_share(record, ENDS) - float(expected[tail.harder_half(record)].sum())
