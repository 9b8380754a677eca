"""Numbers that decide claims about students of GSM8K's twins, from one record per named arm."""

from collections.abc import Sequence

from benchmarks.families.program_distillation.record import DistillationRecord

Records = Sequence[DistillationRecord]
RIGHT = "test/right"


def _value(records: Records, key: str) -> float:
    (record,) = records
    return record.metrics[key].value


def right_gain(records: Records) -> float:
    """Share of test questions that one student solves less that of another."""
    one, other = records
    return one.metrics[RIGHT].value - other.metrics[RIGHT].value


def above_floor(records: Records) -> float:
    """Share of test questions that a student solves less what copying the nearest solution does."""
    return _value(records, RIGHT) - _value(records, "test/floor")


def repair_less_redraw(records: Records) -> float:
    """Share right after a round of repairs less that after drawing what fails once more."""
    return _value(records, "refine/less_redraw")


def verified_less_beam(records: Records) -> float:
    """Share right by verified beams less that by as many plain beams."""
    return _value(records, "verified/less_beam")


def verified_less_vote(records: Records) -> float:
    """Share right by verified beams less that by the vote of as many drawn programs."""
    return _value(records, "verified/less_vote")
