"""Arithmetic audit of the published tables: does what is printed follow from what is printed?

Three kinds of check. A *derived* cell (mean, sum, ratio, product) is computed again from the cells
it is made of. A cell that another table *repeats* must be the same. A *share of items* must be
k / N for a whole k (the GRIM test, Brown and Heathers 2017, for accuracies), and its standard error
must follow from it.

A printed number stands for every number that is printed so, whether rounded or cut off: for
52.59 that is 52.585 to 52.60. A check fails only where no such numbers agree.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor, sqrt
from typing import Literal

from benchmarks.paper.published import Cell, Key, PublishedNumbers, PublishedTable

Kind = Literal[
    "mean", "sum", "difference", "ratio", "product", "repeated", "share of items", "standard error"
]
Status = Literal["follows", "within rounding", "inconsistent as printed"]


@dataclass(frozen=True, slots=True)
class Interval:
    """All numbers from `low` to `high`."""

    low: Fraction
    high: Fraction

    def overlaps(self, other: "Interval") -> bool:
        """Whether a number lies in both."""
        return self.low <= other.high and other.low <= self.high


@dataclass(frozen=True, slots=True)
class Check:
    """The outcome of one check of one cell."""

    cell: Cell
    kind: Kind
    status: Status
    recomputed: str
    """The number that the others give, with the cell's digits or a few more."""
    how: str
    """Words that say from what the number was computed."""


def stands_for(cell: Cell) -> Interval:
    """The numbers that a printed number may have been before it was rounded or cut off."""
    return Interval(cell.value - cell.last_place / 2, cell.value + cell.last_place)


Derived = Callable[[PublishedTable], Iterator[Check]]
"""Checks of the cells of a table that are made of its other cells."""


@dataclass(frozen=True, kw_only=True)
class Audit:
    """Every check of the numbers that one paper prints."""

    published: PublishedNumbers
    derived: Mapping[str, Derived] = field(default_factory=dict)
    """Checks of derived cells by table; a table that is not named is checked by `row_means`."""
    repeats: tuple[tuple[str, str, str, str], ...] = ()
    """Table and row that repeat, cell by cell, a row of another table."""

    def checks(self, tables: Iterable[PublishedTable] | None = None) -> tuple[Check, ...]:
        """Every check of the given tables, all by default, in the order of the tables."""
        chosen = list(self.published.tables.values() if tables is None else tables)
        return tuple(check for table in chosen for check in self._of_table(table))

    def _of_table(self, table: PublishedTable) -> Iterator[Check]:
        items = self.published.items_of
        yield from self.derived.get(table.name, row_means)(table)
        yield from self._repeated(table)
        yield from _shares_of_items(table, items)
        yield from _standard_errors(table, items)

    def _repeated(self, table: PublishedTable) -> Iterator[Check]:
        for name, row, other_name, other_row in self.repeats:
            if name != table.name:
                continue
            other = self.published.tables[other_name]
            for cell in table.row(row):
                there = other.find(other_row, cell.column)
                same = cell.value == there.value
                status: Status = "follows" if same else "inconsistent as printed"
                how = f"{other.heading}, row {other_row}"
                yield Check(cell, "repeated", status, there.printed, how)


def by_cell(checks: Iterable[Check]) -> dict[Key, tuple[Check, ...]]:
    """Checks of each cell that has any."""
    found: dict[Key, tuple[Check, ...]] = {}
    for check in checks:
        found[check.cell.key] = (*found.get(check.cell.key, ()), check)
    return found


# Derived cells.


def row_means(table: PublishedTable) -> Iterator[Check]:
    """Tables whose column `Avg` is the mean of the other columns."""
    if "Avg" not in table.columns:
        return
    for row in table.rows:
        summands = [
            cell for cell in table.row(row) if cell.column != "Avg" and "stderr" not in cell.column
        ]
        names = ", ".join(cell.column for cell in summands)
        yield mean_check(table.find(row, "Avg"), summands, f"mean of {names}")


def mean_check(target: Cell, summands: Sequence[Cell], how: str) -> Check:
    """Compare a printed mean with the mean of printed cells."""
    return compare(target, "mean", *summed(summands, Fraction(1, len(summands))), how)


def summed(cells: Sequence[Cell], factor: Fraction) -> tuple[Fraction, Interval]:
    """A factor times the sum of cells: as printed, and all that it may have been."""
    parts = [stands_for(cell) for cell in cells]
    low, high = sum(p.low for p in parts), sum(p.high for p in parts)
    printed = sum((cell.value for cell in cells), Fraction(0))
    return factor * printed, Interval(factor * low, factor * high)


def difference_check(target: Cell, more: Cell, less: Cell, how: str) -> Check:
    """Compare a printed difference with that of two printed cells."""
    first, second = stands_for(more), stands_for(less)
    possible = Interval(first.low - second.high, first.high - second.low)
    return compare(target, "difference", more.value - less.value, possible, how)


def times(interval: Interval, low: Fraction | int, high: Fraction | int) -> Interval:
    """The ends of an interval, multiplied by those of another."""
    return Interval(interval.low * low, interval.high * high)


def compare(cell: Cell, kind: Kind, exact: Fraction, possible: Interval, how: str) -> Check:
    """Compare a printed number with what other printed numbers give.

    Args:
        cell: Cell with the printed number.
        kind: How it follows from the others.
        exact: The number that the others give as they are printed.
        possible: All numbers that the others may give before they were rounded or cut off.
        how: Words that say from what the number was computed.
    """
    status: Status = "inconsistent as printed"
    if rounded(exact, cell.decimals) == rounded(cell.value, cell.decimals):
        status = "follows"
    elif possible.overlaps(stands_for(cell)):
        status = "within rounding"
    return Check(cell, kind, status, rounded(exact, cell.decimals), how)


def rounded(number: Fraction, decimals: int) -> str:
    """Decimal digits, halves away from zero."""
    scaled = floor(abs(number) * 10**decimals + Fraction(1, 2))
    sign = "-" if number < 0 and scaled else ""
    whole, rest = divmod(scaled, 10**decimals)
    return f"{sign}{whole}.{rest:0{decimals}d}" if decimals else f"{sign}{whole}"


# Accuracies.


def possible_counts(cell: Cell, n_items: int) -> range:
    """Numbers of right answers out of `n_items` that print as this percentage.

    The next printed number is no such number: 30.4 would have been printed as 30.4, not as 30.3.
    """
    interval = stands_for(cell)
    low, high = interval.low * n_items / 100, interval.high * n_items / 100
    return range(ceil(low), ceil(high))


def can_fail(cell: Cell, n_items: int) -> bool:
    """Whether some percentages with these digits are no share of `n_items`."""
    interval = stands_for(cell)
    return (interval.high - interval.low) * n_items / 100 < 1


def _shares_of_items(table: PublishedTable, items: Mapping[str, int]) -> Iterator[Check]:
    for cell in table.cells:
        n_items = items.get(cell.column)
        if cell.unit != "%" or n_items is None or not can_fail(cell, n_items):
            continue
        counts = possible_counts(cell, n_items)
        if counts:
            share = rounded(Fraction(100 * counts[0], n_items), cell.decimals + 1)
            text = f"{counts[0]} of {n_items} is {share}"
            yield Check(cell, "share of items", "follows", cell.printed, text)
        else:
            yield _impossible(table, cell, n_items, items)


def _impossible(table: PublishedTable, cell: Cell, n_items: int, items: Mapping[str, int]) -> Check:
    below = floor(cell.value * n_items / 100)
    near = [
        f"{k} of {n_items} is {rounded(Fraction(100 * k, n_items), cell.decimals)}"
        for k in (below, below + 1)
    ]
    others = [
        other
        for other in table.row(cell.row)
        if other.column in items and other != cell and other.value
        if possible_counts(other, n_items)
    ]
    hint = "".join(f"; the row's {c.column}, {c.printed}, would be possible here" for c in others)
    return Check(
        cell,
        "share of items",
        "inconsistent as printed",
        " or ".join(text.rpartition(" ")[2] for text in near),
        f"no whole number of {n_items} items gives it: {', '.join(near)}{hint}",
    )


def binomial_stderr(percentage: float, n_items: int) -> float:
    """Standard error of an accuracy, as lm-eval computes it: sqrt(p (1 - p) / (n - 1)), in %."""
    share = percentage / 100
    return 100 * sqrt(share * (1 - share) / (n_items - 1))


def _standard_errors(table: PublishedTable, items: Mapping[str, int]) -> Iterator[Check]:
    for cell in table.cells:
        task = cell.column.removesuffix(" stderr")
        if task == cell.column:
            continue
        n_items = items[task]
        around = stands_for(table.find(cell.row, task))
        ends = sorted(
            Fraction(binomial_stderr(float(x), n_items)) for x in (around.low, around.high)
        )
        exact = Fraction(binomial_stderr(float(table.find(cell.row, task).value), n_items))
        how = f"binomial standard error of {n_items} items"
        yield compare(cell, "standard error", exact, Interval(ends[0], ends[1]), how)
