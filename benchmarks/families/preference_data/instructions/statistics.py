"""The number that decides each claim about instructions, from records of one seed."""

from collections.abc import Sequence

from benchmarks.running.record import StudyRecord

Records = Sequence[StudyRecord]


def value(record: StudyRecord, key: str) -> float:
    """A measure of a record."""
    return record.metrics[key].value


def accuracy_gain(records: Records) -> float:
    """Accuracy on held-out exam questions, after tuning less before."""
    (record,) = records
    return value(record, "after/exam/accuracy") - value(record, "before/exam/accuracy")


def loss_gain(records: Records) -> float:
    """Loss of the right option among the options, in nats, after tuning less before."""
    (record,) = records
    return value(record, "after/exam/loss") - value(record, "before/exam/loss")


def loss_less(records: Records) -> float:
    """Loss of the right option after tuning, in nats, of the first arm less the second."""
    one, other = records
    return value(one, "after/exam/loss") - value(other, "after/exam/loss")


def evolved_step(records: Records) -> float:
    """Complexity of rewritten questions less that of what they were made of, in points of nine."""
    (record,) = records
    return value(record, "complexity/evolved less exam")


def complexity_and_right(records: Records) -> float:
    """Rank correlation of a question's complexity and of how probably it is answered right."""
    (record,) = records
    return value(record, "complexity/correlation with a right answer")


def complexity_and_words(records: Records) -> float:
    """Rank correlation of complexity and of the number of words."""
    (record,) = records
    return value(record, "complexity/correlation with words")


def example_gain(records: Records) -> float:
    """Probability of the right option after a like question with its answer, less without."""
    (record,) = records
    return value(record, "answers/example less alone")


def place_kept(records: Records) -> float:
    """Share of right options that stand where the model likes them, of what it got right less all.

    The place is that which the model likes best over all instructions.
    """
    (record,) = records
    right = value(record, "liked place/right options of those answered right")
    return right - value(record, "liked place/right options of all")
