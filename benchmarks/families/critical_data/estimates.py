"""Critical sizes, steps and exponents from runs that may end before they are done, with intervals.

A critical size belongs to a budget of steps: a run that ends without generalising is *censored*,
not a run that never would. Near the critical size one seed generalises and another does not, so
that it is the middle of a curve of probability over ln n, not a step.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import xlog1py, xlogy

from data.errors import BadInput

_WIDTHS = np.geomspace(0.004, 2.0, 50)
"""Widths of the curve that are tried, in units of ln n; the least is as good as a step."""
_PLACES = 900
"""Places of the middle that are tried."""
_DROP = float(stats.chi2.ppf(0.95, 1)) / 2
"""Fall of the log-likelihood from its maximum at the ends of a 95 % interval of one parameter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """The size at which half of the runs generalise within their budget, and how sharp it is.

    An end that the sizes do not bound is None: then no run, or every run, generalised there.
    """

    size: float | None
    """Estimate; None where it lies outside the sizes that were tried."""
    low: float | None
    high: float | None
    """Ends of the 95 % interval by the profile of the likelihood."""
    width: float | None
    """Width of the curve in ln n: from 27 % to 73 % is twice this; None where it is not known."""
    width_low: float | None
    width_high: float | None
    """Ends of its 95 % interval; a low end of None is a step."""
    gain: float
    """Deviance against a constant probability; large where the size matters."""
    runs: int
    budget: int
    """Steps that a run had at most, without which the size means nothing."""


def threshold(sizes: Sequence[float], reached: Sequence[bool], *, budget: int) -> Threshold:
    """Fit a logistic curve that rises with ln n to whether runs generalised.

    The interval is that of the profile likelihood, and so it holds where the runs are separated
    completely and the slope has no maximum. Runs count as independent: each has a draw of its own.

    Args:
        sizes: Number of examples of every run.
        reached: Whether each generalised within the budget.
        budget: Steps that a run had at most.

    Raises:
        BadInput: There is no run, or as many sizes as outcomes there are not.
    """
    if not sizes or len(sizes) != len(reached):
        raise BadInput(f"{len(sizes)} sizes and {len(reached)} outcomes; give one of each per run")
    x, y = np.log(np.asarray(sizes, dtype=np.float64)), np.asarray(reached, dtype=bool)
    beyond = max(float(np.ptp(x)), 0.1)
    middles = np.linspace(x.min() - beyond, x.max() + beyond, _PLACES)
    fits = _likelihoods(x, y, middles)
    best = float(fits.max())
    profile, of_width = fits.max(axis=1), fits.max(axis=0)
    top = middles[profile >= best - 1e-3]
    middle = float(top[0] + top[-1]) / 2  # between the runs, where a whole range fits equally well
    is_inside = bool(x.min() <= middle <= x.max())
    kept, widths = middles[profile >= best - _DROP], _WIDTHS[of_width >= best - _DROP]
    rate = float(y.mean())
    constant = len(y) * float(xlogy(rate, rate) + xlog1py(1 - rate, -rate))
    return Threshold(
        size=math.exp(middle) if is_inside else None,
        low=math.exp(kept[0]) if kept[0] > middles[0] else None,
        high=math.exp(kept[-1]) if kept[-1] < middles[-1] else None,
        width=float(_WIDTHS[of_width.argmax()]) if is_inside else None,
        width_low=float(widths[0]) if widths[0] > _WIDTHS[0] else None,
        width_high=float(widths[-1]) if widths[-1] < _WIDTHS[-1] else None,
        gain=2 * (best - constant),
        runs=len(y),
        budget=budget,
    )


def _likelihoods(
    x: NDArray[np.float64], y: NDArray[np.bool_], middles: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Log-likelihood of every middle and width, shape (middles, widths)."""
    found = np.zeros((len(middles), len(_WIDTHS)))
    for place in np.unique(x):
        distance = (place - middles[:, None]) / _WIDTHS
        successes, failures = np.sum(y[x == place]), np.sum(~y[x == place])
        found -= successes * np.logaddexp(0, -distance) + failures * np.logaddexp(0, distance)
    return found


def step_size(sizes: Sequence[float], reached: Sequence[bool]) -> float:
    """The critical size of one seed that tried each size once: the step that fits best.

    It lies in the middle, in ln n, between two sizes; of several that fit equally well the mean is
    taken. NaN where all sizes generalise or none does: then it lies outside of them.

    Args:
        sizes: Numbers of examples.
        reached: Whether the model of each generalised within the budget.
    """
    order = np.argsort(sizes)
    x, y = np.log(np.asarray(sizes, dtype=np.float64))[order], np.asarray(reached)[order]
    if y.all() or not y.any():
        return math.nan
    wrong = [int(y[:cut].sum() + (~y[cut:]).sum()) for cut in range(len(y) + 1)]
    cuts = [cut for cut in range(1, len(y)) if wrong[cut] == min(wrong)]
    if not cuts:  # the outcomes fall where they should rise
        return math.nan
    return math.exp(float(np.mean([(x[cut - 1] + x[cut]) / 2 for cut in cuts])))


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The median of steps until something happened, where some runs ended before."""

    median: float | None
    """None where the median lies beyond the budget."""
    low: float | None
    high: float | None
    """Ends of the interval from order statistics; None where one lies beyond the budget, or where
    there are too few runs for any."""
    reached: int
    runs: int
    budget: int


def median_steps(steps: Sequence[int | None], *, budget: int, level: float = 0.95) -> Steps:
    """The median over runs, some of which are censored at a budget that all share.

    With one time of censoring the estimate of Kaplan and Meier is the empirical distribution up to
    it, so that the median is an order statistic, or lies beyond; so are the ends of its interval,
    whose coverage is binomial and at least the level.

    Args:
        steps: Step of each run, None where it was not seen within the budget.
        budget: Steps that each run had.
        level: Coverage of the interval.

    Raises:
        BadInput: There is no run.
    """
    if not steps:
        raise BadInput("no run, so that there is no median; give at least one")
    ordered = sorted(math.inf if one is None else float(one) for one in steps)
    n = len(ordered)
    middle = (ordered[(n - 1) // 2] + ordered[n // 2]) / 2
    outer = int(stats.binom.ppf((1 - level) / 2, n, 0.5))
    has_ends = outer > 0 and 2 * stats.binom.cdf(outer - 1, n, 0.5) <= 1 - level
    low, high = (ordered[outer - 1], ordered[n - outer]) if has_ends else (math.inf, math.inf)
    return Steps(
        median=_finite(middle),
        low=_finite(low),
        high=_finite(high),
        reached=sum(one is not None for one in steps),
        runs=n,
        budget=budget,
    )


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


HYPOTHESES: Mapping[str, Callable[[float], float]] = {
    "p ln p": lambda p: p * math.log(p),
    "p^(5/3)": lambda p: p ** (5 / 3),
    "p^2": lambda p: p**2,
}
"""How the critical size may grow with the modulus p, up to a factor: as the identifiability floor
does, as bounded two-layer networks do (Mohamadi et al. 2024), or as a constant share of the table,
which is what a kernel needs."""


def exponent(moduli: Sequence[int], sizes: Sequence[float]) -> float:
    """Exponent b of n = c p^b, by least squares of ln n on ln p; NaN where a size is none.

    Args:
        moduli: Moduli p, at least two different ones.
        sizes: Critical size at each.
    """
    x, y = np.log(np.asarray(moduli, dtype=np.float64)), np.log(np.asarray(sizes))
    return float(np.polyfit(x - x.mean(), y, 1)[0]) if np.isfinite(y).all() else math.nan


def exponent_error(moduli: Sequence[int], ends: Sequence[tuple[float, float]]) -> float:
    """Largest error of an exponent whose sizes are taken from the middles of their bounds, in ln n.

    The slope of ln n on ln p is a weighted sum, so that it is off by the half widths of the bounds
    with these weights at most; intervals over seeds do not see it, for all seeds try one grid.

    Args:
        moduli: Moduli p, at least two different ones.
        ends: The two sizes between which each critical size lies.
    """
    x = np.log(np.asarray(moduli, dtype=np.float64))
    weights = (x - x.mean()) / np.square(x - x.mean()).sum()
    low, high = np.log(np.asarray(ends, dtype=np.float64)).T
    return float(np.abs(weights) @ (high - low) / 2)


def exponent_beyond(moduli: Sequence[int], sizes: Sequence[float], hypothesis: str) -> float:
    """How much faster sizes grow than a hypothesis says: 0 where it is right, in units of b.

    Args:
        moduli: Moduli p.
        sizes: Critical size at each.
        hypothesis: One of `HYPOTHESES`.
    """
    law = HYPOTHESES[hypothesis]
    return exponent(moduli, [n / law(p) for p, n in zip(moduli, sizes, strict=True)])
