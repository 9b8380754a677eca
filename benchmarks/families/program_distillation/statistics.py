"""Numbers that decide claims, from one record per named arm, all of one seed."""

from collections.abc import Sequence

from benchmarks.families.program_distillation.record import DistillationRecord
from data.program_distillation.gsm8k import PARTS, TEACHERS

Records = Sequence[DistillationRecord]
READ = (
    "operator_changed",
    "ordered_operands_swapped",
    "any_operands_swapped",
    "step_dropped",
    "literal_shifted",
    "literal_replaced",
    "result_confused",
)
"""Kinds of faults that a chain of thought can have as a program can."""
PROGRAMS = (*READ, "steps_exchanged", "random_character")
"""Kinds of faults after which some programs still run and mean something else."""


def _value(records: Records, key: str) -> float:
    (record,) = records
    return record.metrics[key].value


def least_converted(records: Records) -> float:
    """The smaller share, of both parts, of rows whose program gives the answer."""
    return min(_value(records, f"{part}/right") for part in PARTS)


def right_rejected(records: Records) -> float:
    """How many solutions whose last step prints the answer are rejected once they are run."""
    return sum(_value(records, f"{part}/exact/right_rejected") for part in PARTS)


def wrong_accepted_by_rounding(records: Records) -> float:
    """How many wrong programs the scorer accepts that rounds."""
    return sum(_value(records, f"{part}/rounding/wrong_accepted") for part in PARTS)


def least_recall(records: Records) -> float:
    """The smallest recall of a filter by answers, over kinds, of faults that matter."""
    return min(_value(records, f"{kind}/recall") for kind in PROGRAMS)


def undefined_that_ran(records: Records) -> float:
    """Share of programs with an undefined name that came to their end."""
    return _value(records, "undefined_name/ran")


def reassigned_gain(records: Records) -> float:
    """What one re-assignment adds to the recall of the answer, as a mean over kinds."""
    gains = [
        _value(records, f"{kind}/recall_reassigned") - _value(records, f"{kind}/recall")
        for kind in PROGRAMS
    ]
    return sum(gains) / len(gains)


def text_gain(records: Records) -> float:
    """Recall of execution less that of a check of written arithmetic, as a mean over kinds."""
    gains = [_value(records, f"{k}/recall") - _value(records, f"{k}/recall_text") for k in READ]
    return sum(gains) / len(gains)


def least_real_gain(records: Records) -> float:
    """The same for teachers' own wrong solutions: of execution less of text, the least teacher."""
    return min(
        _value(records, f"{teacher}/wrong/rejected")
        - _value(records, f"{teacher}/wrong/text_rejected")
        for teacher in TEACHERS
    )


def disagreements(records: Records) -> float:
    """How many labelled solutions execution keeps though wrong, or rejects though right."""
    return sum(
        _value(records, f"{teacher}/{key}")
        for teacher in TEACHERS
        for key in ("right/rejected", "wrong/kept")
    )


def mislabelled(records: Records) -> float:
    """How many stated answers, read as exact numbers, disagree with the label of their row."""
    return sum(_value(records, f"{teacher}/mislabelled") for teacher in TEACHERS)


def least_precision(records: Records) -> float:
    """The smallest share, over teachers, of kept solutions that are right."""
    return min(_kept_right(records, teacher) for teacher in TEACHERS)


def _kept_right(records: Records, teacher: str) -> float:
    (record,) = records
    rejected = record.metrics[f"{teacher}/right/rejected"]
    wrong = record.metrics[f"{teacher}/wrong/kept"].value
    right = rejected.n - rejected.value
    return right / (right + wrong)


def program_bits(records: Records) -> float:
    """Bits of a solution as a program less as a chain of thought, as a mean over solutions."""
    return _value(records, "bits/program_less_chain_of_thought")


def round_faulty(records: Records) -> float:
    """Share of faulty programs among those that a simulated round keeps."""
    return _value(records, "round/kept_faulty")


def uncontained(records: Records) -> float:
    """How often hostile programs touched something, ran over their time or were misjudged."""
    return sum(_value(records, f"hostile/{name}") for name in ("touched", "overran", "misjudged"))


def templates_right(records: Records) -> float:
    """Share of drawn template problems whose program runs and gives the answer."""
    return _value(records, "right")
