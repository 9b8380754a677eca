"""Contrasts of Table 1: over items, over tasks, without one task, and what a choice of rates adds.

The error over items is that of two independent evaluations. Over tasks the differences are paired:
eight numbers and their spread, which holds whatever moves a task, but needs tasks that are drawn
alike. Neither knows of seeds, of which there is one, nor of the choice of the best of four learning
rates.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.integrate import quad
from scipy.stats import norm

from benchmarks.comparing.differences import Difference, paired
from benchmarks.families.layer_emulators.audit import (
    CRASH,
    DISTILLED,
    FULL,
    PUBLISHED,
    SPREAD,
    UNIFORM,
    UNSHARED,
    ZERO_SHOT,
)
from benchmarks.paper.accuracies import Gain, gain_of
from benchmarks.paper.audit import binomial_stderr
from benchmarks.paper.published import Cell

COMPARED = (
    (CRASH, UNIFORM),
    (UNSHARED, UNIFORM),
    (CRASH, UNSHARED),
    (CRASH, SPREAD),
    (CRASH, DISTILLED),
    (CRASH, ZERO_SHOT),
    (FULL, CRASH),
)
"""Rows of Table 1: the first less the second."""
LEFT_OUT = "WebQs"
"""Task on which one row prints far less than all others."""
RATES = 4
"""Number of learning rates of which the best was printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """One row of Table 1 less another."""

    after: str
    before: str
    items: Gain
    """Mean over tasks, with the error of independent evaluations over items."""
    tasks: Difference
    """The same mean, with the interval of eight paired differences."""
    rest: Gain
    """Mean over all tasks but `LEFT_OUT`, with its error over items."""


def contrast(after: str, before: str) -> Contrast:
    """One row of Table 1 less another, with each error."""
    kept = [name for name in PUBLISHED.tables["1"].columns if name != LEFT_OUT]
    pairs = list(zip(_row(after), _row(before), strict=True))
    return Contrast(
        after=after,
        before=before,
        items=gain_of(_row(before), _row(after), PUBLISHED.items_of),
        tasks=paired(np.array([float(a.value - b.value) for a, b in pairs])),
        rest=gain_of(_row(before, kept), _row(after, kept), PUBLISHED.items_of),
    )


def _row(name: str, columns: Sequence[str] | None = None) -> Sequence[Cell]:
    table = PUBLISHED.tables["1"]
    return table.row(name) if columns is None else table.row(name, columns)


def largest_of(n: int) -> float:
    """Mean of the largest of n independent standard normal numbers; 1.03 of four."""
    value, _ = quad(lambda x: n * x * norm.pdf(x) * norm.cdf(x) ** (n - 1), -np.inf, np.inf)
    return float(value)


def chosen_rise(row: str, rates: int = RATES) -> float:
    """Points that the choice of the best rate on the test sets adds to a row's mean by chance.

    It is what would be added if the rates did not differ at all and each evaluation erred by
    itself, over items. Items that all rates share make it smaller.
    """
    errors = [binomial_stderr(float(c.value), PUBLISHED.items_of[c.column]) for c in _row(row)]
    return largest_of(rates) * sum(errors) / len(errors)


def smallest_clear() -> float:
    """Points by which two rows must differ to be 1.96 standard errors over items apart."""
    errors = [
        binomial_stderr(float(cell.value), PUBLISHED.items_of[cell.column])
        for row in (CRASH, UNIFORM)
        for cell in _row(row)
    ]
    return 1.96 * sqrt(sum(error**2 for error in errors)) / len(_row(CRASH))
