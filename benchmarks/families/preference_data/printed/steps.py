"""Steps from one row of a table to another, with the sampling error of the items.

Each row is an independent evaluation here: models that answer the same items err together, so that
a difference of two rows has a smaller error than this. By how much cannot be known without their
answers, which are not public; `Step.needed` says how much would decide.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

from benchmarks.families.preference_data.audit import KINDS, PUBLISHED
from benchmarks.paper.audit import binomial_stderr
from benchmarks.paper.published import PublishedTable

CLEAR = 1.96
"""Number of standard errors at which one difference alone is clear at 5 %."""
MEAN = "Avg"
"""Column of the mean."""


@dataclass(frozen=True, slots=True)
class Step:
    """A difference of rows of a table of accuracies, over the sets that they have."""

    mean: float
    """Mean over sets, in points, from the cells."""
    stderr: float
    """Standard error over items, of independent evaluations, in points."""
    up: int
    """Number of sets on which it is positive."""
    sets: int

    @property
    def z(self) -> float:
        """The mean in standard errors."""
        return self.mean / self.stderr

    @property
    def needed(self) -> float:
        """Correlation of two models' right answers over items from which on it would be clear.

        A common correlation r multiplies the squared error of every difference by 1 - r; 0 where
        the step is clear without any.
        """
        return max(1 - (self.mean / (CLEAR * self.stderr)) ** 2, 0.0)

    @property
    def in_words(self) -> str:
        """Points, standard errors and sets: `+6.64 points, z +4.9, 8 of 9 sets up`."""
        return f"{self.mean:+.2f} points, z {self.z:+.1f}, {self.up} of {self.sets} sets up"


Pair = tuple[str, str]
"""Rows before and after a step."""


def step(*pairs: Pair, table: str = "2") -> Step:
    """The mean of steps from row to row; a row that several begin with counts as often.

    Args:
        pairs: Rows before and after, of one step or of several whose mean is meant.
        table: Name of the table; its columns that are evaluation sets count.
    """
    weights: Counter[str] = Counter()
    for before, after in pairs:
        weights[after] += 1
        weights[before] -= 1
    return _weighted(
        PUBLISHED.tables[table],
        {row: Fraction(n, len(pairs)) for row, n in weights.items() if n},
    )


def _weighted(table: PublishedTable, weights: Mapping[str, Fraction]) -> Step:
    items = PUBLISHED.items_of
    sets = [c for c in table.columns if c in items and _has_all(table, weights, c)]
    means, variance = [], 0.0
    for column in sets:
        cells = [(table.find(row, column).value, w) for row, w in weights.items()]
        means.append(sum((w * value for value, w in cells), Fraction(0)))
        errors = (float(w) * binomial_stderr(float(v), items[column]) for v, w in cells)
        variance += sum(error**2 for error in errors)
    n = len(sets)
    return Step(float(sum(means) / n), sqrt(variance) / n, sum(m > 0 for m in means), n)


def _has_all(table: PublishedTable, rows: Iterable[str], column: str) -> bool:
    return all(table.row(row, [column]) for row in rows)


def row_error(row: str, table: str = "2") -> float:
    """Standard error over items of the mean of a row, in points."""
    return _weighted(PUBLISHED.tables[table], {row: Fraction(1)}).stderr


def printed_gap(before: str, after: str) -> float:
    """Difference of two rows by the means that Table 2 prints for them, in points."""
    table = PUBLISHED.tables["2"]
    return float(table.find(after, MEAN).value - table.find(before, MEAN).value)


def by_items(row: str) -> float:
    """Accuracy of a reward model over all pairs of the medical benchmark, not over its kinds."""
    table, items = PUBLISHED.tables["4"], PUBLISHED.items_of
    sizes = [items[kind] for kind in KINDS]
    cells = [float(table.find(row, kind).value) for kind in KINDS]
    return sum(s * c for s, c in zip(sizes, cells, strict=True)) / sum(sizes)


BASE_8B, BASE_70B = "Llama-3-8B-Instruct", "Llama-3-70B-Instruct"


def tuned(size: str) -> tuple[Pair, ...]:
    """Steps from supervised tuning to each preference loss, of both data sets of a size."""
    return tuple(
        (f"{size} {data} SFT", f"{size} {data} {loss}")
        for data in ("UltraMed", "UltraMix")
        for loss in ("DPO", "KTO")
    )


def mixed(size: str) -> tuple[Pair, ...]:
    """Steps from domain data alone to a mixture with general data, of a size."""
    return tuple(
        (f"{size} UltraMed {kind}", f"{size} UltraMix {kind}") for kind in ("SFT", "DPO", "KTO")
    )


ITERATED: tuple[Pair, ...] = tuple(
    (f"8B UltraMix {loss}", f"8B UltraMix iterative {loss}") for loss in ("DPO", "KTO")
)
"""Steps to one more round with the reward model's labels; the 8B alone has them."""
STEPS: Mapping[str, Sequence[Pair]] = {
    "U1": ((BASE_8B, "8B UltraMed SFT"), (BASE_70B, "70B UltraMed SFT")),
    "U2": (*tuned("8B"), *tuned("70B")),
    "U3": (*mixed("8B"), *mixed("70B")),
    "U4": ITERATED,
}
"""Every step that a claim of the paper rests on."""
ENSEMBLE: Pair = ("8B UltraMix SFT", "8B UltraMix best (Ens)")
"""From one answer to the vote of ten, of another model."""
