"""How far numbers of one kind lie apart, from the few seeds or reruns that there are.

A cell is one arm and generation, a number of it has a value per seed. Three to five seeds say
little of one cell's variance; all cells of a measure say more. Their variances are moderated
(Smyth 2004, "Linear models and empirical Bayes methods for assessing differential expression",
Section 3): each is drawn towards a common one, as far as the variances of the cells are alike.
Cells share texts and first models, so that together they have no more degrees of freedom than
Satterthwaite's formula gives for the correlation that is seen between them.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.special import digamma, polygamma
from scipy.stats import t

Cell = tuple[str, int]
"""An arm and a generation."""
Unit = tuple[str, int]
"""What makes a value one of several: a seed, or a rerun of it; independent of the other units."""


class Variance(NamedTuple):
    """An estimated variance."""

    value: float
    dof: float
    """Degrees of freedom; infinite for a variance that is known."""

    def half_width(self, error: float, n: float = math.inf) -> float:
        """Half the width of the interval that a new value misses with a probability.

        Args:
            error: Probability that an honest value lies outside.
            n: Number of values whose mean is the middle of the interval; infinite where the middle
                is known.
        """
        quantile = float(t.isf(error / 2, self.dof))
        return quantile * math.sqrt(self.value * (1 + 1 / n))


@dataclass(frozen=True)
class Spread:
    """Variances of one measure: of each cell, and of a cell that was not measured."""

    cells: Mapping[Cell, Variance]
    common: Variance

    def at(self, cell: Cell) -> Variance:
        """The variance of a cell; the common one where it was not measured."""
        return self.cells.get(cell, self.common)


def spread(values: Mapping[Cell, Mapping[Unit, float]], *, centre: float | None = None) -> Spread:
    """Moderated variances of a measure.

    Args:
        values: Values by cell and unit.
        centre: Mean of the values where it is known; None takes the mean of each cell.

    Raises:
        ValueError: No cell has enough values for a variance.
    """
    known = 0 if centre is None else 1
    enough = {cell: units for cell, units in values.items() if len(units) + known > 1}
    if not enough:
        raise ValueError("no cell has enough values for a variance")
    raw = {
        cell: _raw(np.array(list(units.values())), centre) for cell, units in sorted(enough.items())
    }
    most = _most_dof(enough, centre)
    prior = _prior(list(_different(raw).values()))
    prior = Variance(prior.value, min(prior.dof, most))
    cells = {cell: _moderated(one, prior, most) for cell, one in raw.items()}
    return Spread(cells, prior)


def _raw(values: np.ndarray, centre: float | None) -> Variance:
    if centre is None:
        return Variance(float(values.var(ddof=1)), len(values) - 1)
    return Variance(float(np.mean((values - centre) ** 2)), len(values))


def _different(raw: Mapping[Cell, Variance]) -> dict[float, Variance]:
    """The variances without repetitions: generation 0 is the same of all arms."""
    return {one.value: one for one in raw.values()}


def _moderated(one: Variance, prior: Variance, most: float) -> Variance:
    if math.isinf(prior.dof):
        return Variance(prior.value, most)
    dof = prior.dof + one.dof
    value = (prior.dof * prior.value + one.dof * one.value) / dof
    return Variance(value, min(dof, max(most, one.dof)))


def _prior(found: Sequence[Variance]) -> Variance:
    """The common variance, and how many degrees of freedom it is worth (Smyth 2004, Section 6.2).

    Variances of 0 say nothing of a scale and are left out; where all are 0, so is the common one.
    """
    positive = [one for one in found if one.value > 0]
    if not positive:
        return Variance(0.0, max(one.dof for one in found))
    half = np.array([one.dof / 2 for one in positive])
    logs = np.log([one.value for one in positive]) - digamma(half) + np.log(half)
    if len(positive) == 1:
        return Variance(positive[0].value, positive[0].dof)
    excess = float(logs.var(ddof=1) - polygamma(1, half).mean())
    if excess <= 0:
        return Variance(float(np.exp(logs.mean())), math.inf)
    dof = 2 * _trigamma_inverse(excess)
    value = float(np.exp(logs.mean() + digamma(dof / 2) - math.log(dof / 2)))
    return Variance(value, dof)


def _trigamma_inverse(value: float) -> float:
    """The argument at which the trigamma function has a value above 0."""
    low, high = 1 / (value + 1) / 10, 1 / value + 10.0
    low = min(low, math.sqrt(1 / value) / 10)
    return float(brentq(lambda x: float(polygamma(1, x)) - value, low, high + math.sqrt(1 / value)))


def _most_dof(values: Mapping[Cell, Mapping[Unit, float]], centre: float | None) -> float:
    """Degrees of freedom of all cells together, given the correlation between them.

    Satterthwaite's formula for the mean of m correlated variances of d degrees each: m d over
    1 + (m - 1) r2, with the mean squared correlation r2. Cells are compared on the units that they
    have in common, and those with fewer than two of them count as one.
    """
    units = sorted(set.intersection(*(set(one) for one in values.values())))
    known = 0 if centre is None else 1
    dof = max(min(len(one) for one in values.values()) - 1 + known, 1)
    table = np.array([[one[unit] for unit in units] for one in values.values()])
    if len(units) < 2:
        return dof
    table = table - (table.mean(axis=1, keepdims=True) if centre is None else centre)
    table = table[np.linalg.norm(table, axis=1) > 0]
    m = len(table)
    if m < 2:
        return dof
    unit_length = table / np.linalg.norm(table, axis=1, keepdims=True)
    squared = (unit_length @ unit_length.T) ** 2
    mean = float((squared.sum() - m) / (m * (m - 1)))
    return dof * m / (1 + (m - 1) * mean)
