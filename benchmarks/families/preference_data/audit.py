"""The numbers that the paper prints, and how they follow from themselves."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from benchmarks.paper.audit import (
    Audit,
    Check,
    Interval,
    compare,
    mean_check,
    row_means,
    stands_for,
)
from benchmarks.paper.published import Cell, PublishedNumbers, PublishedTable

PUBLISHED = PublishedNumbers(
    Path(__file__).parent / "published",
    versions=("arXiv 2406.03949v2", "README 2024-04-28", "third-party descriptions"),
)
"""The paper, an older page of its repository, and what others report of paper and data card."""
KINDS = ("Easy", "Hard", "Human", "Length")
"""Kinds of pairs of the medical benchmark of reward models."""
GENERAL = ("Chat", "Chat Hard", "Safety", "Reasoning")
"""Parts of the general one."""
BEST_70B = "70B UltraMix best (Ens)"
SFT_8B = "8B UltraMix SFT"
_ALL = "all"


def _counts(table: PublishedTable) -> Iterator[Check]:
    """Each rounded number of instructions is its exact one, and the sum is that of all sources."""
    exact = [cell for cell in table.cells if cell.column == "exact"]
    for cell in exact:
        target = table.find(cell.row, "kept")
        yield _in_thousands(target, cell.value, f"{cell.printed} instructions")
    total = sum((cell.value for cell in exact), Fraction(0))
    yield _in_thousands(table.find(_ALL, "kept"), total, f"sum of {len(exact)} sources")


def _in_thousands(target: Cell, count: Fraction, how: str) -> Check:
    exact = count / 1000
    return compare(target, "sum", exact, Interval(exact, exact), how)


def _macro(table: PublishedTable) -> Iterator[Check]:
    """Both averages of a reward model are means of four parts, whatever their sizes."""
    for row in table.rows:
        for target, parts in (("Avg", KINDS), ("general Avg", GENERAL)):
            yield mean_check(
                table.find(row, target), table.row(row, parts), f"mean of {', '.join(parts)}"
            )


def _medqa(table: PublishedTable) -> Iterator[Check]:
    """What is called the accuracy on MedQA is the cell of MedQA in Table 2."""
    (target,) = table.cells
    yield _repeats(target, BEST_70B, "MedQA")


def _greedy(table: PublishedTable) -> Iterator[Check]:
    """What re-ranking starts from is the row of Table 2."""
    (row,) = table.rows
    yield _repeats(table.find(row, "greedy"), SFT_8B, "Avg")


def _repeats(target: Cell, row: str, column: str) -> Check:
    there = PUBLISHED.tables["2"].find(row, column)
    how = f"{there.table}, {row}, {column}"
    return compare(target, "repeated", there.value, stands_for(there), how)


def _nothing(table: PublishedTable) -> Iterator[Check]:
    """No cell of the table is made of others."""
    return iter(())


AUDIT = Audit(
    published=PUBLISHED,
    derived={
        "1": _counts,
        "2": row_means,
        "4": _macro,
        "medqa": _medqa,
        "reranking": _greedy,
        "elsewhere": _nothing,
    },
)
