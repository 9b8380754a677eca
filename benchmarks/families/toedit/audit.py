"""The numbers that the ToEdit paper prints, and how its tables follow from themselves."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from benchmarks.paper.audit import (
    Audit,
    Check,
    Derived,
    Interval,
    compare,
    mean_check,
    stands_for,
    summed,
    times,
)
from benchmarks.paper.published import PublishedNumbers, PublishedTable

PUBLISHED = PublishedNumbers(Path(__file__).parent / "published", versions=("v1", "v3"))
"""First (December 2024) and third version (May 2025)."""


def _pile_means(table: PublishedTable) -> Iterator[Check]:
    """Table 1: the rows `Avg` are means of the subsets above them; the last one, of all."""
    for column in table.columns:
        for target, subsets in _pile_groups(table):
            cells = [table.find(row, column) for row in subsets]
            how = f"mean of {len(cells)} subsets"
            yield mean_check(table.find(target, column), cells, how)


def _pile_groups(table: PublishedTable) -> Iterator[tuple[str, list[str]]]:
    subsets = [row for row in table.rows if not row.startswith("Avg")]
    first = table.rows.index("Avg (first 11)")
    yield "Avg (first 11)", subsets[:first]
    yield "Avg (last 11)", subsets[first:]
    yield "Avg (all 22)", subsets


def _probability_shares(table: PublishedTable) -> Iterator[Check]:
    """Table 6: shares add up to the total, and counts are shares of the sum of the counts."""
    intervals = [row for row in table.rows if row != "total"]
    shares = [table.find(row, "share") for row in intervals]
    whole = table.find("total", "share")
    yield compare(whole, "sum", *summed(shares, Fraction(1)), "sum of the ten shares")
    for column in ("tokens", "tokens (v1)"):
        counts = [table.find(row, column) for row in intervals]
        value, interval = summed(counts, Fraction(1))
        for share, count in zip(shares, counts, strict=True):
            yield compare(
                share,
                "ratio",
                100 * count.value / value,
                times(stands_for(count), 100 / interval.high, 100 / interval.low),
                f"column {column} over its sum",
            )


def _flagged_shares(table: PublishedTable) -> Iterator[Check]:
    """Table 15: shares are flagged tokens over tokens; the counts are whole numbers."""
    tokens = table.find("tokens", "generation 1").value
    for share in table.row("share P > 0.99"):
        exact = 100 * table.find("tokens P > 0.99", share.column).value / tokens
        how = "flagged tokens over tokens of generation 1"
        yield compare(share, "ratio", exact, Interval(exact, exact), how)


def _epochs(table: PublishedTable) -> Iterator[Check]:
    """Table 14: epochs are training tokens over unique tokens."""
    for epochs in table.row("epochs"):
        seen = table.find("training tokens", epochs.column)
        unique = table.find("unique tokens", epochs.column)
        yield compare(
            epochs,
            "ratio",
            seen.value / unique.value,
            times(stands_for(seen), 1 / stands_for(unique).high, 1 / stands_for(unique).low),
            "training tokens over unique tokens",
        )


def _epoch_tokens(table: PublishedTable) -> Iterator[Check]:
    """Tables 13 and 17: tokens after an epoch are as many times those of the first."""
    cells = table.row("training tokens")
    for epoch, cell in enumerate(cells, start=1):
        exact, how = epoch * cells[0].value, f"{epoch} times the tokens of epoch 1"
        yield compare(cell, "product", exact, times(stands_for(cells[0]), epoch, epoch), how)


def _column_sums(table: PublishedTable) -> Iterator[Check]:
    """Table 18: the last row adds up the others."""
    for target in table.row("total"):
        cells = [table.find(row, target.column) for row in table.rows if row != "total"]
        yield compare(target, "sum", *summed(cells, Fraction(1)), f"sum of {len(cells)} sources")


_DERIVED: dict[str, Derived] = {
    "1": _pile_means,
    "6": _probability_shares,
    "13-17": _epoch_tokens,
    "14": _epochs,
    "15": _flagged_shares,
    "18": _column_sums,
}

AUDIT = Audit(
    published=PUBLISHED,
    derived=_DERIVED,
    repeats=(
        ("8", "k = 8", "7", "top-k"),
        ("16", "generation 0", "4", "CoT: Llama-3-8B"),
        ("16", "generation 1", "4", "CoT: Llama-3-8B + ToEdit"),
    ),
)
