"""Differences between paired seeds: mean, interval, bootstrap, p value, and their support."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]

CONFIDENCE = 0.95
BOOTSTRAP_SEEDS = 8
"""Fewer give a bootstrap interval that is too narrow: of five seeds it covers about 80 %."""


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


def paired(differences: NDArray[np.float64]) -> Difference:
    """Mean and t interval of paired differences, shape (seeds,).

    The interval supposes normal differences over seeds; two or three seeds cannot check that.
    """
    n = len(differences)
    mean = float(differences.mean())
    if n < 2:
        return Difference(mean, None, None, n)
    half = float(stats.t.ppf((1 + CONFIDENCE) / 2, n - 1) * stats.sem(differences))
    return Difference(mean, mean - half, mean + half, n)


def bootstrap(differences: NDArray[np.float64], rng: np.random.Generator) -> Difference:
    """Mean and bootstrap interval over seeds (bias-corrected and accelerated, Efron 1987).

    It supposes no normal differences. Without an interval below `BOOTSTRAP_SEEDS`.
    """
    n = len(differences)
    mean = float(differences.mean())
    if n < BOOTSTRAP_SEEDS:
        return Difference(mean, None, None, n)
    if np.ptp(differences) == 0:
        return Difference(mean, mean, mean, n)
    found = stats.bootstrap(
        (differences,), np.mean, confidence_level=CONFIDENCE, n_resamples=4999, rng=rng
    ).confidence_interval
    return Difference(mean, float(found.low), float(found.high), n)


def p_value(differences: NDArray[np.float64]) -> float | None:
    """The p value of a two-sided t test that the mean difference is 0; None for one seed."""
    if len(differences) < 2:
        return None
    if np.ptp(differences) == 0:
        return 1.0 if differences[0] == 0 else 0.0
    return float(stats.ttest_1samp(differences, 0.0).pvalue)


def support(n_seeds: int) -> str:
    """What this number of seeds can support, in one line."""
    if n_seeds == 1:
        return "1 seed: directions only, no interval."
    smallest = 2.0 ** (1 - n_seeds)
    line = (
        f"{n_seeds} seeds: {CONFIDENCE:.0%} t intervals with {n_seeds - 1} degree"
        f"{'s' if n_seeds > 2 else ''} of freedom, which suppose normal differences; without that "
        f"supposition the smallest two-sided p value (sign test) is {smallest:.2g}"
    )
    return f"{line}, too few for 5 %." if smallest > 1 - CONFIDENCE else f"{line}."


def ratio_interval(top: Floats, bottom: Floats) -> tuple[float, float, float]:
    """Ratio of means and its interval at CONFIDENCE over replicates (Fieller 1954).

    A mean of ratios would be biased where the control is noisy; a ratio of means is not judged by
    its own noisy denominator here. With a denominator that may be 0 the interval is unbounded.
    """
    n = len(top)
    ratio = float(top.mean() / bottom.mean()) if bottom.mean() else float("nan")
    if n < 2:
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
