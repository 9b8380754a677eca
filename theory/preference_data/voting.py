"""The best of N answers by a reward against the answer that most of N agree on.

A policy is right with probability p. The reward of a right answer is N(shift, 1), that of a wrong
one N(0, spread^2), independent of all others; wrong answers are spread evenly over some options.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import gammaln, ndtr

Array = NDArray[np.float64]
_REACH = 9.0
"""Standard deviations of the right answers' reward that the integral covers on each side."""
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(400)
OPTIONS = 3
"""Number of wrong options beside the right one."""


def best_of_n_accuracy(p: float, n: int, *, shift: float, spread: float = 1.0) -> float:
    """Return how often the best of N is right: the integral of N p f_r (p F_r + (1 - p) F_w)^(N-1).

    Args:
        p: Chance that one answer is right.
        n: Number of independent answers.
        shift: Mean reward of right answers over that of wrong ones.
        spread: Standard deviation of wrong answers' rewards; that of right ones is 1.
    """
    x = shift + _REACH * _NODES
    density = np.exp(-((x - shift) ** 2) / 2) / math.sqrt(2 * math.pi)
    below = p * ndtr(x - shift) + (1 - p) * ndtr(x / spread)
    return float(_REACH * _WEIGHTS @ (n * p * density * below ** (n - 1)))


def turning_point(p: float, *, shift: float, spread: float, most: int = 4096) -> int:
    """Return the N up to `most` at which the best of N is right most often.

    Raises:
        ValueError: The accuracy still rises at `most`.
    """
    curve = [best_of_n_accuracy(p, n, shift=shift, spread=spread) for n in _grid(most)]
    peak = int(np.argmax(curve))
    grid = _grid(most)
    if grid[peak] == most:
        raise ValueError(f"accuracy still rises at N = {most}; give a larger one")
    low, high = grid[max(peak - 1, 0)], grid[peak + 1]
    near = range(low, high + 1)
    return max(near, key=lambda n: (best_of_n_accuracy(p, n, shift=shift, spread=spread), -n))


def _grid(most: int) -> list[int]:
    """Return the powers of 2 below a number, and it."""
    return [2**k for k in range(int(math.log2(most - 1)) + 1)] + [most]


@lru_cache(maxsize=256)
def majority_accuracy(p: float, n: int, *, wrong: int = OPTIONS) -> float:
    """Return how often the most frequent of N answers is right; equal ones are drawn from.

    For each number k of right answers, wrong ones are counted by the powers of the series
    sum_j x^j / j!, cut at k; each option that also has k takes its share of the draw.

    Args:
        p: Chance that one answer is right.
        n: Number of independent answers.
        wrong: Number of wrong options, of one chance each.
    """
    if p in (0.0, 1.0):
        return p
    total = 0.0
    for k in range(1, n + 1):
        series = np.exp(-gammaln(np.arange(min(k - 1, n) + 1) + 1.0))
        top = np.zeros(k + 1)
        top[k] = math.exp(-gammaln(k + 1.0))
        for tied in range(wrong + 1):
            ways = _power(series, wrong - tied)
            for _ in range(tied):
                ways = np.convolve(ways, top)
            rest = n - k
            if rest < len(ways) and ways[rest]:
                log = gammaln(n + 1.0) - gammaln(k + 1.0) + math.log(ways[rest])
                log += k * math.log(p) + rest * (math.log((1 - p) / wrong) if rest else 0.0)
                total += math.comb(wrong, tied) * math.exp(log) / (tied + 1)
    return total


def _power(series: Array, times: int) -> Array:
    product = np.ones(1)
    for _ in range(times):
        product = np.convolve(product, series)
    return product


def auc_of(shift: float, spread: float = 1.0) -> float:
    """Return how often a right answer has the larger reward than a wrong one."""
    return float(ndtr(shift / math.hypot(1.0, spread)))


def auc_to_match(p: float, n: int, *, wrong: int = OPTIONS) -> float:
    """Return the AUC at which the best of N is right as often as the majority of N.

    Both kinds of answers have rewards of one spread.
    """
    target = majority_accuracy(p, n, wrong=wrong)
    shift = brentq(lambda d: best_of_n_accuracy(p, n, shift=d) - target, -8.0, 8.0, xtol=1e-10)
    return auc_of(float(shift))


def empirical_best_of_n(p: float, right: Array, wrong: Array, ns: Sequence[int]) -> list[float]:
    """Return how often the best of N is right, for rewards as they were measured.

    Every right answer is drawn with the chance p over their number, every wrong one likewise; equal
    rewards share the choice in proportion.

    Args:
        p: Chance that one answer is right.
        right: Rewards of right answers, shape (right,).
        wrong: Rewards of wrong answers, shape (wrong,).
        ns: Numbers of answers.
    """
    _, level = np.unique(np.concatenate((right, wrong)), return_inverse=True)
    n_levels = int(level.max()) + 1
    of_right = np.bincount(level[: len(right)], minlength=n_levels) * (p / len(right))
    of_wrong = np.bincount(level[len(right) :], minlength=n_levels) * ((1 - p) / len(wrong))
    mass = of_right + of_wrong
    below = np.minimum(np.concatenate(([0.0], np.cumsum(mass))), 1.0)
    share = np.divide(of_right, mass, out=np.zeros_like(mass), where=mass > 0)
    return [float(share @ np.diff(below**n)) for n in ns]
