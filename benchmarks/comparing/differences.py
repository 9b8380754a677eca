"""Differences between paired seeds: mean, interval, bootstrap, p value, and their support.

Every t test and interval over seeds is made here. Replicates that are all equal show no spread to
judge by, and no spread is no certainty: they weigh as in a sign test, in which n of one sign have a
p value of 2^-n, and have an interval only where that is small enough.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]

CONFIDENCE = 0.95
BOOTSTRAP_SEEDS = 5
"""Resamples of fewer seeds are too few kinds for a bootstrap interval."""
RESAMPLES = 1999
"""Number of bootstrap samples; (RESAMPLES + 1) (1 - CONFIDENCE) / 2 is a whole number."""
RESOLUTION = 1e-12
"""Distance of two numbers, as a share of the larger or of 1, below which they differ by arithmetic
alone."""
WRONG_OF_T: Mapping[int, tuple[float, float, float]] = {
    3: (0.05, 0.11, 0.0),
    5: (0.05, 0.11, 0.0),
    8: (0.05, 0.11, 0.07),
    10: (0.05, 0.1, 0.02),
    20: (0.05, 0.08, 0.04),
}
"""Share of t intervals at CONFIDENCE that miss the mean, by number of seeds: of normal, of skewed
(exponential) and of two-point differences. `docs/make_statistics.py` measures them."""


@dataclass(frozen=True)
class Difference:
    """Mean difference between two paired workflows over seeds, with its interval."""

    mean: float
    low: float | None
    """Ends of the t interval at CONFIDENCE; None for one seed."""
    high: float | None
    n: int

    @property
    def is_significant(self) -> bool | None:
        """Whether the interval excludes 0; None where one seed cannot say."""
        if self.low is None or self.high is None:
            return None
        return self.low > 0 or self.high < 0


def is_level(values: Floats) -> bool:
    """Whether replicates are all equal but for arithmetic, so that they show no spread."""
    return bool(np.ptp(values) <= RESOLUTION * max(1.0, float(np.abs(values).max())))


def p_of_equal(n: int) -> float:
    """P value of n replicates that are all equal and on one side of what they are held against.

    It is that of the sign test, one-sided.
    """
    return 2.0**-n


def p_above(values: Floats) -> float:
    """P value of a one-sided t test against a mean of 0 or less.

    Replicates that are all equal weigh as in a sign test (`p_of_equal`).

    Args:
        values: One number per replicate, two or more.

    Returns:
        The p value; NaN where a number is none, so that nothing can be decided.
    """
    if not np.isfinite(values).all():
        return float("nan")
    n, mean = len(values), float(values.mean())
    if is_level(values):
        return p_of_equal(n) if mean > RESOLUTION else 1.0
    stderr = float(values.std(ddof=1)) / n**0.5
    return float(stats.t.sf(mean / stderr, n - 1))


def paired(differences: NDArray[np.float64], confidence: float = CONFIDENCE) -> Difference:
    """Mean and t interval of paired differences, shape (seeds,).

    The interval supposes normal differences over seeds; two or three seeds cannot check that. There
    is none where a number is none, and of seeds that are all equal only where there are enough of
    them for a sign test at that confidence.
    """
    n = len(differences)
    mean = float(differences.mean())
    is_known = n > 1 and bool(np.isfinite(differences).all())
    if not is_known or _is_too_few(differences, confidence):
        return Difference(mean, None, None, n)
    half = float(stats.t.ppf((1 + confidence) / 2, n - 1) * stats.sem(differences))
    return Difference(mean, mean - half, mean + half, n)


def of_share(one: Difference) -> Difference:
    """The interval of a mean of shares, cut off at 0 and 1: no share lies beyond them."""
    low, high = (None if end is None else min(max(end, 0.0), 1.0) for end in (one.low, one.high))
    return Difference(one.mean, low, high, one.n)


def in_words(one: Difference, digits: int = 3, *, sign: bool = False) -> str:
    """A mean and its interval in one line, `0.012 [0.010, 0.015]`; the mean alone without one.

    Args:
        one: The mean.
        digits: Digits behind the point.
        sign: Whether a plus stands before what is above 0, as before a difference.
    """
    form = f"{'+' if sign else ''}.{digits}f"
    if one.low is None or one.high is None:
        return f"{one.mean:{form}}"
    return f"{one.mean:{form}} [{one.low:{form}}, {one.high:{form}}]"


def with_interval(
    values: Sequence[float], digits: int = 3, *, sign: bool = False, is_share: bool = False
) -> str:
    """Mean over seeds and its 95 % t interval, where there are several, in words of one line.

    Args:
        values: One value for each seed.
        digits: Digits behind the point.
        sign: Whether a plus stands before what is above 0.
        is_share: Whether the values are shares, whose interval ends at 0 and 1 (`of_share`).
    """
    estimate = paired(np.array(values, dtype=np.float64))
    return in_words(of_share(estimate) if is_share else estimate, digits, sign=sign)


def _is_too_few(values: Floats, confidence: float) -> bool:
    """Whether replicates are all equal, and too few for that to say anything at a confidence."""
    return is_level(values) and 2 * p_of_equal(len(values)) > 1 - confidence


def bootstrap(differences: NDArray[np.float64], rng: np.random.Generator) -> Difference:
    """Mean and studentised bootstrap interval over seeds (Efron and Tibshirani 1993, chapter 12).

    It supposes no normal differences: of skewed ones it misses the mean about half as often as the
    t interval, and the bias-corrected and accelerated bootstrap misses it more often than either at
    so few seeds (`simulations.interval_rows`). Without an interval below `BOOTSTRAP_SEEDS`, and
    where so many resamples have no spread that an end is unbounded.
    """
    n = len(differences)
    mean, spread = float(differences.mean()), float(differences.std(ddof=1)) if n > 1 else 0.0
    if n < BOOTSTRAP_SEEDS:
        return Difference(mean, None, None, n)
    if is_level(differences):
        return paired(differences)
    drawn = differences[rng.integers(n, size=(RESAMPLES, n))]
    moved, spreads = drawn.mean(axis=1) - mean, drawn.std(axis=1, ddof=1)
    spreads[spreads <= RESOLUTION * spread] = 0.0
    moved[np.abs(moved) <= RESOLUTION * spread] = 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        studentised = np.sort(np.where(moved == 0, 0.0, moved / spreads))
    tail = round((RESAMPLES + 1) * (1 - CONFIDENCE) / 2)
    low, high = mean - spread * studentised[-tail], mean - spread * studentised[tail - 1]
    if not np.isfinite([low, high]).all():
        return Difference(mean, None, None, n)
    return Difference(mean, float(low), float(high), n)


def p_value(differences: NDArray[np.float64]) -> float | None:
    """The p value of a two-sided t test that the mean difference is 0; None for one seed.

    NaN where a difference is no number.
    """
    if len(differences) < 2:
        return None
    smaller = np.minimum(p_above(differences), p_above(-differences))
    return float(np.minimum(1.0, 2 * smaller))


def support(n_seeds: int) -> str:
    """What this number of seeds can support, for which text, and how often it is wrong."""
    if n_seeds == 1:
        return "1 seed: directions only, no interval."
    smallest = 2.0 ** (1 - n_seeds)
    line = (
        f"{n_seeds} seeds: {CONFIDENCE:.0%} t intervals with {n_seeds - 1} degree"
        f"{'s' if n_seeds > 2 else ''} of freedom, for this held-out text; they suppose normal "
        f"differences{_wrong(n_seeds)}; without that supposition the smallest two-sided p value "
        f"(sign test) is {smallest:.2g}"
    )
    return f"{line}, too few for 5 %." if smallest > 1 - CONFIDENCE else f"{line}."


def _wrong(n_seeds: int) -> str:
    """How often a t interval of so many seeds was wrong; of the next smaller number measured."""
    measured = [n for n in WRONG_OF_T if n <= n_seeds]
    if not measured:
        return ""
    _, skewed, two_point = (f"{100 * share:.0f} %" for share in WRONG_OF_T[max(measured)])
    at = "" if max(measured) == n_seeds else f", measured at {max(measured)} seeds"
    return f" (of skewed ones {skewed} are wrong, of two-point ones {two_point}{at})"


def ratio_interval(top: Floats, bottom: Floats) -> tuple[float, float, float]:
    """Ratio of means and its interval at CONFIDENCE over replicates (Fieller 1954).

    A mean of ratios would be biased where the control is noisy; a ratio of means is not judged by
    its own noisy denominator here. With a denominator that may be 0 the interval is unbounded, and
    where all replicates have one ratio and are too few for a sign test.
    """
    n = len(top)
    ratio = float(top.mean() / bottom.mean()) if bottom.mean() else float("nan")
    if n < 2 or (np.isfinite(ratio) and _is_too_few(top - ratio * bottom, CONFIDENCE)):
        return ratio, -np.inf, np.inf
    t = float(stats.t.ppf((1 + CONFIDENCE) / 2, n - 1))
    (var_top, cov), (_, var_bottom) = np.cov(top, bottom) / n
    a = bottom.mean() ** 2 - t**2 * var_bottom
    if a <= 0:
        return ratio, -np.inf, np.inf
    b = top.mean() * bottom.mean() - t**2 * cov
    c = top.mean() ** 2 - t**2 * var_top
    half = np.sqrt(max(b**2 - a * c, 0.0))
    return ratio, float((b - half) / a), float((b + half) / a)
