"""Numbers that decide the claims on preference tuning, from records of one seed."""

from collections.abc import Sequence

from benchmarks.families.preference_data.record import PreferenceRecord

Records = Sequence[PreferenceRecord]
LOOKS = "look_"


def value(record: PreferenceRecord, key: str) -> float:
    """A measure of a record."""
    return record.metrics[key].value


def looks(record: PreferenceRecord) -> list[str]:
    """Names of the looks at held-out pairs, in the order of their steps."""
    return sorted({key.partition("/")[0] for key in record.metrics if key.startswith(LOOKS)})


def at_end(record: PreferenceRecord, measure: str) -> float:
    """A measure of held-out pairs after the last step."""
    return value(record, f"{looks(record)[-1]}/{measure}")


def accuracy_above_half(records: Records) -> float:
    """Share of held-out pairs whose chosen answer gained more than the rejected one, less 1/2."""
    (record,) = records
    return at_end(record, "accuracy") - 0.5


def chosen_change(records: Records) -> float:
    """Log-probability of held-out chosen answers after tuning less before, in nats."""
    (record,) = records
    return at_end(record, "chosen")


def chosen_less(records: Records) -> float:
    """Change of the log-probability of chosen answers, of the first policy less the second."""
    one, other = records
    return at_end(one, "chosen") - at_end(other, "chosen")


def divergence_less(records: Records) -> float:
    """KL from the start, in nats for each answer, of the first policy less the second."""
    one, other = records
    return value(one, "after/kl") - value(other, "after/kl")


def unseen_gain(records: Records) -> float:
    """Wins over human answers by the unseen reward model, after tuning less before."""
    (record,) = records
    return value(record, "after/wins/unseen") - value(record, "before/wins/unseen")


def general_less(records: Records) -> float:
    """Loss of general held-out text at the end in bits per byte, of the first less the second."""
    one, other = records
    return value(one, "after/general/bits_per_byte") - value(other, "after/general/bits_per_byte")


def domain_less(records: Records) -> float:
    """Loss of held-out text of the domain at the end in bits per byte, first less second."""
    one, other = records
    return value(one, "after/domain/bits_per_byte") - value(other, "after/domain/bits_per_byte")


def unseen_less(records: Records) -> float:
    """Wins over human answers by the unseen reward model at the end, first less second."""
    one, other = records
    return value(one, "after/wins/unseen") - value(other, "after/wins/unseen")


def gap_less(records: Records) -> float:
    """Wins by the selecting reward model less those by the unseen one, first less second."""
    one, other = (
        value(record, "after/wins/selecting") - value(record, "after/wins/unseen")
        for record in records
    )
    return one - other


def gap_less_alike(records: Records) -> float:
    """Wins by the selecting reward model less those by one of its kind, first less second."""
    one, other = (
        value(record, "after/wins/selecting") - value(record, "after/wins/alike")
        for record in records
    )
    return one - other
