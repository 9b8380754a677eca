"""Numbers that decide claims about students, from one record per named arm, all of one seed."""

from collections.abc import Sequence

from benchmarks.families.program_distillation.record import DistillationRecord

Records = Sequence[DistillationRecord]
FRESH, UNSEEN = "fresh/right", "unseen/right"
"""Measures that count: solved problems of learnt templates with other numbers, and of others."""
CALCULATOR = "fresh/calculator/right"
GENERAL, BEFORE = "general/bits_per_byte", "general/before"


def _less(records: Records, key: str) -> float:
    """A measure of the first record less that of the second."""
    first, second = records
    return first.metrics[key].value - second.metrics[key].value


def fresh_gain(records: Records) -> float:
    """Share of problems with fresh numbers that the first student solves, less the second's."""
    return _less(records, FRESH)


def unseen_gain(records: Records) -> float:
    """The same of problems of templates of which neither learnt anything."""
    return _less(records, UNSEEN)


def above_floor(records: Records) -> float:
    """Share of problems that a student solves, less what copies of the nearest one solve."""
    (record,) = records
    return record.metrics[FRESH].value - record.metrics["fresh/floor"].value


def solved(records: Records) -> float:
    """Share of problems with fresh numbers that a student solves."""
    (record,) = records
    return record.metrics[FRESH].value


def arithmetic_share(records: Records) -> float:
    """Part of the lead of programs that a calculator gives to chains of thought.

    The first record is of programs, the second of chains of thought. No number where there is no
    lead that could be shared.
    """
    _, thoughts = records
    lead = _less(records, FRESH)
    gained = thoughts.metrics[CALCULATOR].value - thoughts.metrics[FRESH].value
    return gained / lead if lead > 0 else float("nan")


def forgotten(records: Records) -> float:
    """Bits per byte of general text after a student's training, less before."""
    (record,) = records
    return record.metrics[GENERAL].value - record.metrics[BEFORE].value


def forgotten_more(records: Records) -> float:
    """Bits per byte of general text after the first student's training, less the second's."""
    return _less(records, GENERAL)
