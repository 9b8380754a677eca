"""Statistics of records of edits, by which claims are decided; one record per named arm."""

from collections.abc import Sequence

from benchmarks.families.layer_emulators.edits.agreement import ALL_TEXTS
from benchmarks.families.layer_emulators.record import EmulatorRecord

HALF, TWO_THIRDS, FOUR_FIFTHS, BUT_ONE = 16, 20, 24, 29
"""Numbers of layers that are kept of 30, in words."""


def measure(record: EmulatorRecord, n_kept: int | str, name: str) -> float:
    """A measure over all texts of an emulator that keeps so many layers."""
    return record.metrics[f"{n_kept}/{ALL_TEXTS}/{name}"].value


def flagged_by_half(records: Sequence[EmulatorRecord]) -> float:
    """Share of tokens that both flag, of those that either does, with half of the layers."""
    (record,) = records
    return measure(record, HALF, "flagged_jaccard")


def flagged_by_four_fifths(records: Sequence[EmulatorRecord]) -> float:
    """The same with four fifths of the layers."""
    (record,) = records
    return measure(record, FOUR_FIFTHS, "flagged_jaccard")


def flagged_by_all_but_one(records: Sequence[EmulatorRecord]) -> float:
    """The same with all layers but one."""
    (record,) = records
    return measure(record, BUT_ONE, "flagged_jaccard")


def gain_of_choice(records: Sequence[EmulatorRecord]) -> float:
    """How much more is flagged alike with chosen layers than with others, over all numbers kept.

    Args:
        records: That of the rule, and that of layers at equal distances.
    """
    chosen, others = records
    gains = [
        measure(chosen, n, "flagged_jaccard") - measure(others, n, "flagged_jaccard")
        for n in (FOUR_FIFTHS, TWO_THIRDS, HALF)
    ]
    return sum(gains) / len(gains)


def ratio_of_changes(records: Sequence[EmulatorRecord]) -> float:
    """How many times as likely half of the layers change a token that they flag."""
    (record,) = records
    ours, whole = (
        measure(record, HALF, name) for name in ("change_probability", "change_probability_whole")
    )
    return ours / whole
