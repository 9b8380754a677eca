"""The paper's tables beside ours: pure functions of records and of the published numbers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from benchmarks.chains.record import Record
from benchmarks.families.toedit.cells import FILLINGS
from benchmarks.families.toedit.recipes.plans import PLANS
from benchmarks.paper.audit import Finding, audit, by_cell
from benchmarks.paper.cells import Measured, command, measure
from benchmarks.paper.published import Cell, Footnote, PublishedTable

Verdict = Literal[
    "reproduced",
    "within interval",
    "outside interval",
    "undecided",
    "not attempted",
    "inconsistent as printed",
]
MEANING: dict[Verdict, str] = {
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
    findings: tuple[Finding, ...]
    ours: Measured | None
    command: str
    """What makes the records that would fill it."""

    @property
    def is_inconsistent(self) -> bool:
        """Whether the cell fails a check of the audit."""
        return any(f.status == "inconsistent as printed" for f in self.findings)

    @property
    def difference(self) -> float | None:
        """Ours minus printed."""
        return None if self.ours is None else self.ours.mean - float(self.cell.value)

    @property
    def verdict(self) -> Verdict:
        """Where the printed number stands."""
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

    @property
    def doubts(self) -> tuple[Finding, ...]:
        """Findings that do not follow to the last digit."""
        return tuple(f for c in self.comparisons for f in c.findings if f.status != "follows")

    @property
    def n_checks(self) -> int:
        """Number of checks made."""
        return sum(len(c.findings) for c in self.comparisons)

    @property
    def footnotes(self) -> tuple[Footnote, ...]:
        """In the order of the file."""
        return self.published.footnotes

    def verdicts(self) -> dict[Verdict, int]:
        """How many cells have each verdict, in the order of `MEANING`."""
        counts = {name: sum(c.verdict == name for c in self.comparisons) for name in MEANING}
        return {name: count for name, count in counts.items() if count}


def compare_tables(
    tables: Iterable[PublishedTable], records: Iterable[Record]
) -> Iterator[ComparedTable]:
    """Put each table beside the records."""
    kept = list(records)
    for table in tables:
        fillings = FILLINGS.get(table.name, ())
        ours = measure(kept, fillings)
        findings = by_cell(audit([table]))
        recipes = {place: f.recipe().name for f in fillings for place in f.places}
        plan = _plan(table.name)
        comparisons = tuple(
            Comparison(
                cell,
                findings.get(cell.key, ()),
                ours.get(cell.key),
                command(recipes.get(cell.key, plan)),
            )
            for cell in table.cells
        )
        caveats = tuple(dict.fromkeys(filling.caveat for filling in fillings if ours))
        yield ComparedTable(table, comparisons, caveats)


def _plan(table: str) -> str:
    return next(name for name, plan in PLANS.items() if table in plan.tables)
