"""Arithmetic audit of the published tables: does what is printed follow from what is printed?

Three kinds of check. A *derived* cell (mean, sum, ratio, product) is computed again from the cells
it is made of. A cell that another table *repeats* must be the same. A *share of items* must be
k / N for a whole k (the GRIM test, Brown and Heathers 2017, for accuracies), and its standard error
must follow from it.

A printed number stands for every number that is printed so, whether rounded or cut off: for
52.59 that is 52.585 to 52.60. A check fails only where no such numbers agree.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, sqrt
from typing import Literal

from benchmarks.paper.published import Cell, Key, PublishedTable, items_of, published_tables

Kind = Literal["mean", "sum", "ratio", "product", "repeated", "share of items", "standard error"]
Status = Literal["follows", "within rounding", "inconsistent as printed"]


@dataclass(frozen=True, slots=True)
class Interval:
    """All numbers from `low` to `high`, not negative."""

    low: Fraction
    high: Fraction

    def overlaps(self, other: "Interval") -> bool:
        """Whether a number lies in both."""
        return self.low <= other.high and other.low <= self.high


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check of one cell."""

    cell: Cell
    kind: Kind
    status: Status
    recomputed: str
    """The number that the others give, with the cell's digits or a few more."""
    how: str
    """From what it was computed, in words."""


def stands_for(cell: Cell) -> Interval:
    """The numbers that a printed number may have been before it was rounded or cut off."""
    return Interval(cell.value - cell.last_place / 2, cell.value + cell.last_place)


def audit(tables: Iterable[PublishedTable] | None = None) -> tuple[Finding, ...]:
    """Every check of the given tables, all by default, in the order of the tables."""
    chosen = list(published_tables().values() if tables is None else tables)
    return tuple(finding for table in chosen for finding in _findings(table))


def by_cell(findings: Iterable[Finding]) -> dict[Key, tuple[Finding, ...]]:
    """Findings of each cell that has any."""
    found: dict[Key, tuple[Finding, ...]] = {}
    for finding in findings:
        found[finding.cell.key] = (*found.get(finding.cell.key, ()), finding)
    return found


def _findings(table: PublishedTable) -> Iterator[Finding]:
    yield from _DERIVED.get(table.name, _row_means)(table)
    yield from _repeated(table)
    yield from _shares_of_items(table)
    yield from _standard_errors(table)


# Derived cells.


def _row_means(table: PublishedTable) -> Iterator[Finding]:
    """Tables whose column `Avg` is the mean of the other columns."""
    if "Avg" not in table.columns:
        return
    for row in table.rows:
        summands = [
            cell for cell in table.row(row) if cell.column != "Avg" and "stderr" not in cell.column
        ]
        names = ", ".join(cell.column for cell in summands)
        yield mean_finding(table.find(row, "Avg"), summands, f"mean of {names}")


def mean_finding(target: Cell, summands: Sequence[Cell], how: str) -> Finding:
    """Compare a printed mean with the mean of printed cells."""
    return _compare(target, "mean", *_total(summands, Fraction(1, len(summands))), how)


def _pile_means(table: PublishedTable) -> Iterator[Finding]:
    """Table 1: the rows `Avg` are means of the subsets above them; the last one, of all."""
    for column in table.columns:
        for target, subsets in _pile_groups(table):
            cells = [table.find(row, column) for row in subsets]
            how = f"mean of {len(cells)} subsets"
            yield mean_finding(table.find(target, column), cells, how)


def _pile_groups(table: PublishedTable) -> Iterator[tuple[str, list[str]]]:
    subsets = [row for row in table.rows if not row.startswith("Avg")]
    first = table.rows.index("Avg (first 11)")
    yield "Avg (first 11)", subsets[:first]
    yield "Avg (last 11)", subsets[first:]
    yield "Avg (all 22)", subsets


def _probability_shares(table: PublishedTable) -> Iterator[Finding]:
    """Table 6: shares add up to the total, and counts are shares of the sum of the counts."""
    intervals = [row for row in table.rows if row != "total"]
    shares = [table.find(row, "share") for row in intervals]
    total = table.find("total", "share")
    yield _compare(total, "sum", *_total(shares, Fraction(1)), "sum of the ten shares")
    for column in ("tokens", "tokens (v1)"):
        counts = [table.find(row, column) for row in intervals]
        value, interval = _total(counts, Fraction(1))
        for share, count in zip(shares, counts, strict=True):
            yield _compare(
                share,
                "ratio",
                100 * count.value / value,
                _times(stands_for(count), 100 / interval.high, 100 / interval.low),
                f"column {column} over its sum",
            )


def _flagged_shares(table: PublishedTable) -> Iterator[Finding]:
    """Table 15: shares are flagged tokens over tokens; the counts are whole numbers."""
    tokens = table.find("tokens", "generation 1").value
    for share in table.row("share P > 0.99"):
        exact = 100 * table.find("tokens P > 0.99", share.column).value / tokens
        how = "flagged tokens over tokens of generation 1"
        yield _compare(share, "ratio", exact, Interval(exact, exact), how)


def _epochs(table: PublishedTable) -> Iterator[Finding]:
    """Table 14: epochs are training tokens over unique tokens."""
    for epochs in table.row("epochs"):
        seen = table.find("training tokens", epochs.column)
        unique = table.find("unique tokens", epochs.column)
        yield _compare(
            epochs,
            "ratio",
            seen.value / unique.value,
            _times(stands_for(seen), 1 / stands_for(unique).high, 1 / stands_for(unique).low),
            "training tokens over unique tokens",
        )


def _epoch_tokens(table: PublishedTable) -> Iterator[Finding]:
    """Tables 13 and 17: tokens after an epoch are as many times those of the first."""
    cells = table.row("training tokens")
    for epoch, cell in enumerate(cells, start=1):
        exact, how = epoch * cells[0].value, f"{epoch} times the tokens of epoch 1"
        yield _compare(cell, "product", exact, _times(stands_for(cells[0]), epoch, epoch), how)


def _column_sums(table: PublishedTable) -> Iterator[Finding]:
    """Table 18: the last row adds up the others."""
    for target in table.row("total"):
        cells = [table.find(row, target.column) for row in table.rows if row != "total"]
        yield _compare(target, "sum", *_total(cells, Fraction(1)), f"sum of {len(cells)} sources")


_DERIVED: dict[str, Callable[[PublishedTable], Iterator[Finding]]] = {
    "1": _pile_means,
    "6": _probability_shares,
    "13-17": _epoch_tokens,
    "14": _epochs,
    "15": _flagged_shares,
    "18": _column_sums,
}


def _total(cells: Sequence[Cell], factor: Fraction) -> tuple[Fraction, Interval]:
    parts = [stands_for(cell) for cell in cells]
    low, high = sum(p.low for p in parts), sum(p.high for p in parts)
    total = sum((cell.value for cell in cells), Fraction(0))
    return factor * total, Interval(factor * low, factor * high)


def _times(interval: Interval, low: Fraction | int, high: Fraction | int) -> Interval:
    return Interval(interval.low * low, interval.high * high)


def _compare(cell: Cell, kind: Kind, exact: Fraction, possible: Interval, how: str) -> Finding:
    status: Status = "inconsistent as printed"
    if rounded(exact, cell.decimals) == rounded(cell.value, cell.decimals):
        status = "follows"
    elif possible.overlaps(stands_for(cell)):
        status = "within rounding"
    return Finding(cell, kind, status, rounded(exact, cell.decimals), how)


def rounded(number: Fraction, decimals: int) -> str:
    """Decimal digits, halves away from zero."""
    scaled = floor(abs(number) * 10**decimals + Fraction(1, 2))
    sign = "-" if number < 0 and scaled else ""
    whole, rest = divmod(scaled, 10**decimals)
    return f"{sign}{whole}.{rest:0{decimals}d}" if decimals else f"{sign}{whole}"


# Cells that two tables print.

_REPEATS: tuple[tuple[str, str, str, str], ...] = (
    ("8", "k = 8", "7", "top-k"),
    ("16", "generation 0", "4", "CoT: Llama-3-8B"),
    ("16", "generation 1", "4", "CoT: Llama-3-8B + ToEdit"),
)
"""Table and row that repeat, cell by cell, a row of another table."""


def _repeated(table: PublishedTable) -> Iterator[Finding]:
    for name, row, other_name, other_row in _REPEATS:
        if name != table.name:
            continue
        other = published_tables()[other_name]
        for cell in table.row(row):
            there = other.find(other_row, cell.column)
            same = cell.value == there.value
            status: Status = "follows" if same else "inconsistent as printed"
            how = f"{other.heading}, row {other_row}"
            yield Finding(cell, "repeated", status, there.printed, how)


# Accuracies.


def possible_counts(cell: Cell, n_items: int) -> range:
    """Numbers of right answers out of `n_items` that print as this percentage."""
    interval = stands_for(cell)
    low, high = interval.low * n_items / 100, interval.high * n_items / 100
    return range(ceil(low), floor(high) + 1)


def can_fail(cell: Cell, n_items: int) -> bool:
    """Whether some percentages with these digits are no share of `n_items`."""
    interval = stands_for(cell)
    return (interval.high - interval.low) * n_items / 100 < 1


def _shares_of_items(table: PublishedTable) -> Iterator[Finding]:
    for cell in table.cells:
        n_items = items_of().get(cell.column)
        if cell.unit != "%" or n_items is None or not can_fail(cell, n_items):
            continue
        counts = possible_counts(cell, n_items)
        if counts:
            share = rounded(Fraction(100 * counts[0], n_items), cell.decimals + 1)
            text = f"{counts[0]} of {n_items} is {share}"
            yield Finding(cell, "share of items", "follows", cell.printed, text)
        else:
            yield _impossible(table, cell, n_items)


def _impossible(table: PublishedTable, cell: Cell, n_items: int) -> Finding:
    below = floor(cell.value * n_items / 100)
    near = [
        f"{k} of {n_items} is {rounded(Fraction(100 * k, n_items), cell.decimals)}"
        for k in (below, below + 1)
    ]
    others = [
        other
        for other in table.row(cell.row)
        if other.column in items_of() and other != cell and other.value
        if possible_counts(other, n_items)
    ]
    hint = "".join(f"; the row's {c.column}, {c.printed}, would be possible here" for c in others)
    return Finding(
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


def _standard_errors(table: PublishedTable) -> Iterator[Finding]:
    for cell in table.cells:
        task = cell.column.removesuffix(" stderr")
        if task == cell.column:
            continue
        n_items = items_of()[task]
        around = stands_for(table.find(cell.row, task))
        ends = sorted(
            Fraction(binomial_stderr(float(x), n_items)) for x in (around.low, around.high)
        )
        exact = Fraction(binomial_stderr(float(table.find(cell.row, task).value), n_items))
        how = f"binomial standard error of {n_items} items"
        yield _compare(cell, "standard error", exact, Interval(ends[0], ends[1]), how)
