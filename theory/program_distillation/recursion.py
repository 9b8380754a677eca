"""Shares of types of problems under verified recursion, solved.

Problems come in types i with pass rates a_i, the chance that a written solution is accepted. The
next model writes solutions of each type in the share q_i of its corpus, and what is accepted is the
next corpus: q_i -> q_i a_i / sum_j q_j a_j. What that means is said, and proved, in `tail`.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

Shares = NDArray[np.float64]
"""Shares of types in a corpus, shape (types,)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Types:
    """A case: types of problems with their first shares and pass rates, and generations."""

    first: tuple[int, ...]
    """Numbers in proportion to the first shares."""
    rates: tuple[Fraction, ...]
    """Chance that a solution of each type is accepted, hardest first."""
    generations: int
    human: Fraction = Fraction(0)
    """Share of every corpus that is taken from the first one again."""

    def describe(self) -> str:
        """Return the case in words."""
        low, high = float(self.rates[0]), float(self.rates[-1])
        fresh = f", {float(self.human):.3g} human" if self.human else ""
        return (
            f"{len(self.rates)} types, pass rates {low:.3g} to {high:.3g}, "
            f"{self.generations} generations{fresh}"
        )

    @property
    def shares(self) -> Shares:
        """First shares, shape (types,)."""
        counts = np.array(self.first, dtype=float)
        return np.asarray(counts / counts.sum())

    @property
    def passing(self) -> Shares:
        """Pass rates, shape (types,)."""
        return np.array([float(rate) for rate in self.rates])

    @property
    def hard(self) -> int:
        """Number of the hardest types: a fifth of them, one at least."""
        return max(1, len(self.rates) // 5)


def evenly(types: int, low: Fraction, high: Fraction, generations: int, **more: Fraction) -> Types:
    """Return types of equal shares with pass rates evenly spaced from `low` to `high`."""
    step = (high - low) / (types - 1)
    rates = tuple(low + i * step for i in range(types))
    return Types(first=(1,) * types, rates=rates, generations=generations, **more)


def replaced(case: Types) -> Shares:
    """Return the shares after the generations, p_i a_i^t over their sum."""
    powers = case.shares * case.passing**case.generations
    return np.asarray(powers / powers.sum())


def accumulated(case: Types) -> Shares:
    """Return the shares in the pool of the first corpus and all accepted ones, equal in size."""
    pool = case.shares
    for t in range(case.generations):
        accepted = pool * case.passing
        pool = (pool * (t + 1) + accepted / accepted.sum()) / (t + 2)
    return np.asarray(pool)


def refreshed(case: Types) -> Shares:
    """Return the shares in which a chain with a share h of human problems settles.

    q_i = h p_i / (1 - (1 - h) a_i / z) with z = sum q_i a_i: one number is solved for.
    """
    human, first, passing = float(case.human), case.shares, case.passing
    top = (1 - human) * passing.max()

    def missing(mean: float) -> float:
        return float((human * first / (1 - (1 - human) * passing / mean)).sum()) - 1

    mean = brentq(missing, top * (1 + 1e-12), passing.max() / human, xtol=1e-15, rtol=1e-14)
    return np.asarray(human * first / (1 - (1 - human) * passing / mean))


def hardest(shares: Shares, case: Types) -> float:
    """Return the share of the hardest fifth of the types."""
    return float(shares[: case.hard].sum())


def entropy(shares: Shares) -> float:
    """Return the entropy of the types in bits."""
    kept = shares[shares > 0]
    return float(-(kept * np.log2(kept)).sum())


def power_law(case: Types) -> float:
    """Return the odds of the hardest against the easiest of two types in the pool, when t is large.

    The easy type has nearly all of the pool, so that a generation multiplies the hard one by
    1 + (r - 1) / (t + 2), r the ratio of the pass rates: the odds fall as t^(r - 1).
    """
    ratio = float(case.rates[0] / case.rates[-1])
    first = case.first[0] / case.first[-1]
    return first * float(np.exp(_log_gamma_ratio(case.generations, ratio)))


def _log_gamma_ratio(generations: int, ratio: float) -> float:
    """Return ln of the product over t of 1 + (ratio - 1) / (t + 2)."""
    return (
        math.lgamma(generations + 1 + ratio) - math.lgamma(1 + ratio) - math.lgamma(generations + 2)
    )
