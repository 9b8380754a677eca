"""The numbers printed about CRaSh, and how they follow from themselves."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from benchmarks.paper.accuracies import Gain, gain_of
from benchmarks.paper.audit import (
    Audit,
    Check,
    Interval,
    compare,
    difference_check,
    stands_for,
)
from benchmarks.paper.published import PublishedNumbers, PublishedTable

PUBLISHED = PublishedNumbers(
    Path(__file__).parent / "published", versions=("EMNLP 2023", "Offsite-Tuning", "LLEOT")
)
"""The paper, the one of the method below it, and a later manuscript that runs it again."""
ZERO_SHOT = "full model: zero-shot"
FULL = "full model: fine-tuned"
DISTILLED = "distilled: plug-in"
UNIFORM = "uniform: plug-in"
SPREAD = "uniform, spread: plug-in"
CRASH = "CRaSh: plug-in"
UNSHARED = "without sharing: plug-in"
EMULATOR = "CRaSh: emulator zero-shot"
UNSHARED_EMULATOR = "without sharing: emulator zero-shot"
LEAK = "leak"
"""Table of a leak and the accuracy that it should follow from."""
_NEAR = Fraction(1, 10)
"""Difference of two accuracies, in points, that another rounding or batch could make."""


def _gain(table: PublishedTable) -> Iterator[Check]:
    """The gain in the text is the difference of two cells of Table 1."""
    first = PUBLISHED.tables["1"]
    for target in table.cells:
        more, less = first.find(CRASH, target.column), first.find(UNIFORM, target.column)
        yield difference_check(target, more, less, f"Table 1, {CRASH} less {UNIFORM}")


def _leak(table: PublishedTable) -> Iterator[Check]:
    """A leak is an accuracy over that of the full model before tuning, in per cent."""
    (target,) = (cell for cell in table.cells if cell.column.endswith(" leak"))
    column = target.column.replace(" leak", " accuracy")
    part = table.find(target.row, column)
    model = target.row.partition(",")[0]
    whole = PUBLISHED.tables["rerun"].find(f"{model}, full: zero-shot", column)
    low, high = stands_for(part), stands_for(whole)
    possible = Interval(100 * low.low / high.high, 100 * low.high / high.low)
    how = f"100 times {part.printed} over {whole.printed}, {whole.table}"
    yield compare(target, "ratio", 100 * part.value / whole.value, possible, how)


AUDIT = Audit(published=PUBLISHED, derived={"gain": _gain, LEAK: _leak})


@dataclass(frozen=True, slots=True)
class EmulatorRow:
    """Whose zero-shot accuracies stand in the row of the CRaSh emulator, by task."""

    full: tuple[str, ...]
    """Tasks on which it is within a tenth of the full model."""
    unshared: tuple[str, ...]
    """Other tasks on which it equals the emulator without sharing."""
    own: tuple[str, ...]
    """Tasks on which it is neither."""


def emulator_row(published: PublishedNumbers = PUBLISHED) -> EmulatorRow:
    """Sort the tasks of the CRaSh emulator's zero-shot row by whose accuracy it prints."""
    table = published.tables["1"]
    full, unshared, own = [], [], []
    for cell in table.row(EMULATOR):
        if abs(cell.value - table.find(ZERO_SHOT, cell.column).value) <= _NEAR:
            full.append(cell.column)
        elif cell.value == table.find(UNSHARED_EMULATOR, cell.column).value:
            unshared.append(cell.column)
        else:
            own.append(cell.column)
    return EmulatorRow(tuple(full), tuple(unshared), tuple(own))


def compare_rows(before: str, after: str) -> Gain:
    """The mean gain over the eight tasks from one row of Table 1 to another."""
    table = PUBLISHED.tables["1"]
    return gain_of(table.row(before), table.row(after), PUBLISHED.items_of)


def in_words(gain: Gain) -> str:
    """Points, standard errors and tasks: `+1.89 points, z +3.1, 8 of 8 tasks up`."""
    return f"{gain.mean:+.2f} points, z {gain.z:+.1f}, {gain.up} of {gain.tasks} tasks up"


def reruns_won(over: str) -> str:
    """In how many cells of the re-run CRaSh lies above the distilled emulator, or zero-shot.

    Args:
        over: Row to compare with: `distilled`, at the same rate, or `full: zero-shot`.
    """
    table = PUBLISHED.tables["rerun"]
    mine = [cell for cell in table.cells if ", CRaSh," in cell.row and cell.unit == "%"]
    leads = [cell.value - table.find(_rival(cell.row, over), cell.column).value for cell in mine]
    above, equal = sum(lead > 0 for lead in leads), leads.count(Fraction(0))
    return f"above {over} in {above} of {len(leads)} cells, equal in {equal}"


def _rival(row: str, over: str) -> str:
    model, _, rate = row.split(", ")
    return f"{model}, {over}" + (f", {rate}" if over == "distilled" else "")
