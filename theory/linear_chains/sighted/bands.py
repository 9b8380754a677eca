"""Rows chosen by lot among those whose |residual| lies in a band: what as many edits cost there.

A residual is a label less the prediction of the last fit, in standard deviations of the noise. For
T >> d it is a standard normal number, and a fit is moved by a sum over rows that is linear in the
labels. So the errors follow from second moments of the labels and from how a label answers to a
small shift of a prediction (linear response): with C_nk = E[N_n N_k] over the rows without any fit,
and R_nj the mean of d N_n / d(prediction j), the errors in units of one fit are the diagonal of
(1 - R)^-1 C (1 - R)^-T. A row answers in two ways: an edited label takes the shifted prediction,
and rows enter and leave the band. With m the share edited and v = m E[r^2 | band], what the edits
take out, one edit costs m + v (1 - v): **every changed row costs 1 for the noise that it gets and
r^2 for the noise that it loses**, less terms of second order.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.stats import norm

from theory.linear_chains.design import Array, Mask
from theory.linear_chains.limits import checked_edits, checked_share
from theory.linear_chains.masks import Policy


@dataclass(frozen=True, kw_only=True, slots=True)
class Band:
    """Rows with low <= |residual| < high, in standard deviations of the noise.

    Raises:
        ValueError: The ends do not leave anything between them.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if not 0 <= self.low < self.high:
            raise ValueError(f"no |residual| lies in [{self.low!r}, {self.high!r})")

    def describe(self) -> str:
        """Return the band in words."""
        return f"rows of {self.low:.3g} <= |residual| < {self.high:.3g}, by lot"

    @property
    def mass(self) -> float:
        """Share of a normal population that lies inside."""
        return 2 * float(norm.cdf(self.high) - norm.cdf(self.low))

    @property
    def flow(self) -> float:
        """2 (a phi(a) - b phi(b)) for the ends a, b: what rows that cross the ends carry."""
        return 2 * (_weighted(self.low) - _weighted(self.high))

    @property
    def second_moment(self) -> float:
        """E[r^2; r inside], by parts: the mass and the flow."""
        return self.mass + self.flow

    @property
    def cost(self) -> float:
        """1 + E[r^2 | inside]: what a changed row costs to first order, in T-ths of one fit.

        At random places it is 2.
        """
        return 1 + self.second_moment / self.mass

    def policy(self, sizes: Sequence[int]) -> Policy:
        """Return the rule that edits so many rows of the band each time, or all if it has fewer.

        Its residuals are those of the labels that it is shown: the last ones, or the human ones.
        """

        def choose(labels: Array, predictions: Array, edit: int, rng: np.random.Generator) -> Mask:
            distance = np.abs(labels - predictions)
            inside = (self.low <= distance) & (distance < self.high)
            lots = np.where(inside, rng.random(distance.shape), 2.0)
            marked = np.zeros(distance.shape, dtype=bool)
            if sizes[edit]:
                rows = np.argpartition(lots, sizes[edit] - 1, axis=1)[:, : sizes[edit]]
                np.put_along_axis(marked, rows, True, axis=1)
            return marked & inside

        return choose


EVERYWHERE = Band(low=0.0, high=math.inf)
"""Every row: edits at random places."""


def _weighted(end: float) -> float:
    """Return a phi(a); 0 at infinity."""
    return 0.0 if math.isinf(end) else end * float(norm.pdf(end))


def by_rank(shares: Sequence[float]) -> tuple[Band, ...]:
    """Return the bands that hold these shares of a normal population, the largest |residual| first.

    Tokens in the order of their probability, the least likely first, are held against rows in the
    order of their |residual|, the largest first: by rank, since a row's density falls with it.

    Raises:
        ValueError: A share is not positive, or they do not add up to 1.
    """
    if min(shares, default=0.0) <= 0 or not math.isclose(math.fsum(shares), 1.0, abs_tol=1e-9):
        raise ValueError(f"shares of all rows are positive and add up to 1, not {list(shares)}")
    above = [math.fsum(shares[:i]) for i in range(len(shares))]
    ends = [math.inf, *(float(norm.isf(share / 2)) for share in above[1:]), 0.0]
    return tuple(Band(low=low, high=high) for high, low in pairwise(ends))


def relative_costs(shares: Sequence[float]) -> tuple[float, ...]:
    """Return what a change costs in each band of these shares, relative to one at random places.

    The first band holds the largest |residual|. To first order in the share that is edited, and the
    same for edits of the source and of the last copy, however many: (1 + E[r^2 | band]) / 2.
    """
    return tuple(band.cost / EVERYWHERE.cost for band in by_rank(shares))


def one_edit(band: Band, share: float) -> float:
    """Return 1 + m + v (1 - v), the error after one edit of a share m of the rows, T >> d."""
    part, taken = _parts(band, share)
    return 1 + part + taken * (1 - taken)


def human_labels(band: Band, share: float) -> float:
    """Return 1 + (v - m)(1 - v - m): one edit that draws new human labels for the rows, T >> d.

    Only the choice of the rows costs: what a band adds to random rows is the same as in `one_edit`.
    """
    part, taken = _parts(band, share)
    return 1 + (taken - part) * (1 - taken - part)


def source(band: Band, share: float, edits: float = math.inf) -> float:
    """Return the error of `edit_source` after so many edits, new lots each time, T >> d.

    The rows of the band are the same ones at every edit, and a part pi = m / mass of them is drawn.
    What is drawn anew each time forgets, at the rate v; what is the same piles up to 1 / (1 - v).
    """
    part, taken = _parts(band, share)
    n, lot = checked_edits(edits), part / band.mass
    gone = 0.0 if math.isinf(n) else taken**n
    kept = (lot * taken - taken**2) * ((1 - gone) / (1 - taken)) ** 2
    drawn = (taken * (1 - lot) + part) * (1 - gone**2) / (1 - taken**2)
    return 1 + kept + drawn


def previous(band: Band, share: float, edits: int) -> float:
    """Return the error of `edit_previous` after so many edits, T >> d.

    Exact for up to two edits. Later ones meet rows at an end of the band that three decisions
    concern at once; the mean of both sides of the end is taken, off by the third order in m / mass.

    Raises:
        ValueError: The band runs out of rows: m leaves it at every edit, and only the part of m
            that is its mass comes back.
    """
    part, _ = _parts(band, share)
    fits = np.arange(edits + 1)
    inside = 1 - fits * part * (1 / band.mass - 1)
    outside = 1 + fits * part
    lots = part / (band.mass * inside[:edits])
    if (inside[:edits] <= 0).any() or (lots > 1).any():
        raise ValueError(f"{edits} edits of share {share} leave no rows of {band.describe()}")
    left = np.array([[np.prod(1 - lots[j:n]) for j in fits] for n in fits])
    moment = band.second_moment
    covariance = (1 - moment) * outside + moment * inside * left
    covariance = np.tril(covariance) + np.tril(covariance, -1).T
    later = left[:, 1:]
    taken = part * (1 - moment + moment * later)
    crossing = lots * band.flow * (outside[:edits] + inside[:edits] * later) / 2
    response = np.zeros_like(covariance)
    response[:, :edits] = np.tril(taken + crossing, -1)
    answer = np.linalg.inv(np.eye(edits + 1) - response)
    return float((answer @ covariance @ answer.T)[-1, -1])


def _parts(band: Band, share: float) -> tuple[float, float]:
    """Return m and v = m E[r^2 | band].

    Raises:
        ValueError: The band holds fewer rows than are edited.
    """
    part = checked_share(share)
    if part > band.mass * (1 + 1e-12):
        raise ValueError(f"a share of {share} is more than the {band.mass:.3g} in the band")
    return part, part * band.second_moment / band.mass
