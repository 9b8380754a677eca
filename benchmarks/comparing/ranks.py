"""Ranks of methods that keep a promise: every rank of a group lies in its interval.

Every two methods are compared in both directions by one-sided t tests, and all tests of the group
are corrected together by Holm's method (1979). So the chance that any method is called better than
one that is as good or better is at most `LEVEL`, however many are equal and however many are not.
From what was shown follows an interval for each rank: one plus the number of methods shown to be
better, up to the number of methods less those shown to be worse; all of them hold at once
(Mogstad, Romano, Shaikh and Wilhelm 2024 build them from simultaneous comparisons in this way).
`simulations.rank_rows` measures how often they do not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from math import comb

import numpy as np
from scipy import stats

from benchmarks.comparing.decisions import LEVEL, holm
from benchmarks.comparing.differences import RESOLUTION, Floats, is_level, p_above


@dataclass(frozen=True, slots=True)
class RankInterval:
    """The ranks that a method can have, given what was shown."""

    best: int
    """One plus the number of methods that were shown to be better."""
    worst: int
    """The number of methods compared, less those that were shown to be worse."""


def ranks(losses: Sequence[Mapping[int, float]]) -> list[RankInterval | None]:
    """The interval of each method's rank, from its loss by seed; smaller losses are better.

    A method of one seed is compared with nobody and has no rank. Two methods are paired on their
    common seeds; with fewer than two of them, Welch's test takes the place of the paired one.
    """
    compared = [i for i, mine in enumerate(losses) if len(mine) > 1]
    pairs = list(permutations(compared, 2))
    p_values = [p_better(losses[one], losses[other]) for one, other in pairs]
    adjusted = holm(p_values)
    shown = [pair for pair, p in zip(pairs, adjusted, strict=True) if p <= LEVEL]
    return [
        RankInterval(
            1 + sum(worse == i for _, worse in shown),
            len(compared) - sum(better == i for better, _ in shown),
        )
        if i in compared
        else None
        for i in range(len(losses))
    ]


def p_better(one: Mapping[int, float], other: Mapping[int, float]) -> float:
    """The p value against `one` having a loss as large as `other`'s, or larger.

    Both need two seeds. Losses that show no spread weigh as in a sign test, or, where the seeds are
    not paired, as in a permutation test. NaN where a loss is no number.
    """
    common = sorted(one.keys() & other.keys())
    if len(common) > 1:
        return p_above(np.array([other[seed] - one[seed] for seed in common]))
    return _welch(np.array(list(one.values())), np.array(list(other.values())))


def _welch(mine: Floats, theirs: Floats) -> float:
    """The p value of Welch's test against `mine` having a mean as large as `theirs`, or larger."""
    mean = float(theirs.mean() - mine.mean())
    if not np.isfinite(mean):
        return float("nan")
    if is_level(mine) and is_level(theirs):
        if mean <= RESOLUTION:
            return 1.0
        return 1 / comb(len(mine) + len(theirs), len(mine))
    variances = [float(np.var(x, ddof=1)) / len(x) for x in (mine, theirs)]
    # Welch and Satterthwaite: the degrees of freedom of a sum of two variances
    weights = sum(v**2 / (len(x) - 1) for v, x in zip(variances, (mine, theirs), strict=True))
    return float(stats.t.sf(mean / sum(variances) ** 0.5, sum(variances) ** 2 / weights))
