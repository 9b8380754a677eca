"""A paper's tables beside ours: pure functions of records and of the published numbers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from benchmarks.paper.audit import Check, by_cell
from benchmarks.paper.cells import Filling, Measured, command, measure
from benchmarks.paper.family import Family
from benchmarks.paper.published import Cell, Footnote, Key, PublishedTable
from benchmarks.running.record import Envelope

CellVerdict = Literal[
    "reproduced",
    "within interval",
    "outside interval",
    "undecided",
    "not attempted",
    "inconsistent as printed",
]
MEANING: dict[CellVerdict, str] = {
    "reproduced": "tier `paper`: the printed number lies in our interval",
    "within interval": "a smaller tier: the printed number lies in our interval",
    "outside interval": "the printed number does not lie in our interval",
    "undecided": "one seed has no interval",
    "not attempted": "no record",
    "inconsistent as printed": "it does not follow from the other printed numbers, or no "
    "number of right answers gives it",
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """One printed cell, its audit, and what we measured."""

    cell: Cell
    checks: tuple[Check, ...]
    ours: Measured | None
    command: str
    """Command that makes the records that would fill the cell."""

    @property
    def is_inconsistent(self) -> bool:
        """Whether the cell fails a check of the audit."""
        return any(f.status == "inconsistent as printed" for f in self.checks)

    @property
    def difference(self) -> float | None:
        """Our mean minus the printed number; None without records."""
        return None if self.ours is None else self.ours.mean - float(self.cell.value)

    @property
    def verdict(self) -> CellVerdict:
        """Verdict on the printed number: how it stands to our interval, and to the audit."""
        if self.is_inconsistent:
            return "inconsistent as printed"
        if self.ours is None:
            return "not attempted"
        if self.ours.low is None or self.ours.high is None:
            return "undecided"
        half = float(self.cell.last_place) / 2
        value = float(self.cell.value)
        if not self.ours.low - half <= value <= self.ours.high + half:
            return "outside interval"
        return "reproduced" if self.ours.tier == "paper" else "within interval"


@dataclass(frozen=True, slots=True)
class ComparedTable:
    """A table of the paper with everything that is known about each of its cells."""

    published: PublishedTable
    comparisons: tuple[Comparison, ...]
    caveats: tuple[str, ...]
    """How our experiments differ from the paper's."""
    figure: tuple[str, str] | None = None
    """Caption and file of the figure that belongs to it."""

    @property
    def doubts(self) -> tuple[Check, ...]:
        """Checks that do not follow to the last digit."""
        return tuple(f for c in self.comparisons for f in c.checks if f.status != "follows")

    @property
    def n_checks(self) -> int:
        """Number of checks that the audit made of its cells."""
        return sum(len(c.checks) for c in self.comparisons)

    @property
    def footnotes(self) -> tuple[Footnote, ...]:
        """Footnotes of the table in the order of their file."""
        return self.published.footnotes

    def verdicts(self) -> dict[CellVerdict, int]:
        """How many cells have each verdict, in the order of `MEANING`."""
        counts = {name: sum(c.verdict == name for c in self.comparisons) for name in MEANING}
        return {name: count for name, count in counts.items() if count}


def compare_tables(
    family: Family, names: Iterable[str], records: Iterable[Envelope]
) -> list[ComparedTable]:
    """Put tables of a family's paper beside the records.

    Args:
        family: Family whose paper has the tables.
        names: Tables; all of them when none is named.
        records: Records that may fill the cells.

    Raises:
        BadInput: A name is unknown.
    """
    audit, fillings, kept = family.audit(), family.fillings(), list(records)
    if audit is None:
        return []
    tables = audit.published.find(names)
    checks = by_cell(audit.checks(tables))
    return [
        _compared(family, table, fillings.get(table.name, ()), checks, kept) for table in tables
    ]


def _compared(
    family: Family,
    table: PublishedTable,
    fillings: Sequence[Filling],
    checks: Mapping[Key, tuple[Check, ...]],
    records: Sequence[Envelope],
) -> ComparedTable:
    ours = measure(records, fillings)
    recipes = {place: filling.recipe().name for filling in fillings for place in filling.places}
    plan = family.plan_of(table.name)
    comparisons = tuple(
        Comparison(
            cell,
            checks.get(cell.key, ()),
            ours.get(cell.key),
            _command(recipes.get(cell.key, plan)),
        )
        for cell in table.cells
    )
    caveats = tuple(dict.fromkeys(filling.caveat for filling in fillings if ours))
    return ComparedTable(table, comparisons, caveats, family.table_figures.get(table.name))


def _command(recipe: str) -> str:
    return command(recipe) if recipe else "no recipe fills it"
