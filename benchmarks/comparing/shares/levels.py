"""The share of human text at which the excess after some generations is at most delta.

Excess falls as the share of human text grows. The least share s*(delta, G) at which its mean over
seeds is at most delta after G generations is a level set of one surface over shares and
generations. A *critical share* is more: that level must stay away from 0 as G grows, whatever the
delta; one horizon alone always shows some transition.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from data.errors import BadInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A share with its interval over seeds; None where the level lies outside of the grid."""

    share: float | None
    low: float | None
    high: float | None
    below: bool
    """Whether the level lies below the least share that was tried, where it is None."""


def falling(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The falling sequence nearest to numbers; neighbours that rise are pooled."""
    blocks: list[list[float]] = []
    for value in values:
        blocks.append([float(value), 1.0])
        while len(blocks) > 1 and blocks[-2][0] < blocks[-1][0]:
            (mean, size), (before, weight) = blocks.pop(), blocks.pop()
            blocks.append([(mean * size + before * weight) / (size + weight), size + weight])
    return np.concatenate([np.full(int(size), mean) for mean, size in blocks])


def crossing(shares: Sequence[float], excess: NDArray[np.float64], delta: float) -> float:
    """Least share at which the excess is at most delta, between the shares that were tried.

    Between two shares the logarithm of the excess is taken as a line in the logarithm of the share;
    where one is not above 0, the excess itself. 0 if even the least share is enough, infinite if
    none is.

    Args:
        shares: Shares of human text, growing, all above 0.
        excess: Excess at each.
        delta: Excess that is allowed.
    """
    fall = falling(excess)
    enough = np.flatnonzero(fall <= delta)
    if not len(enough):
        return math.inf
    right = int(enough[0])
    if right == 0:
        return 0.0
    high, low = fall[right - 1], fall[right]
    x = np.log([shares[right - 1], shares[right]])
    if low > 0:
        high, low, delta = math.log(high), math.log(low), math.log(delta)
    return float(np.exp(x[0] + (x[1] - x[0]) * (high - delta) / (high - low)))


def level(shares: Sequence[float], excess: NDArray[np.float64], delta: float) -> Level:
    """The level of the mean over seeds, with its 95 % interval.

    The ends are the levels of the ends of the t interval of the mean excess over seeds, share by
    share: the shares at which an excess of delta cannot be excluded.

    Args:
        shares: Shares of human text, growing, all above 0.
        excess: Excess of every seed and share, shape (seeds, shares).
        delta: Excess that is allowed.

    Raises:
        BadInput: The shares do not grow from above 0, or excesses are not theirs.
    """
    if list(shares) != sorted(set(shares)) or shares[0] <= 0:
        raise BadInput("shares must grow, each above 0")
    if excess.ndim != 2 or excess.shape[1] != len(shares) or not len(excess):
        raise BadInput(f"excess has shape {excess.shape}; give (seeds, {len(shares)} shares)")
    mean, n = excess.mean(axis=0), len(excess)
    found, low, high = crossing(shares, mean, delta), 0.0, math.inf
    if n > 1:
        reach = float(stats.t.ppf(0.975, n - 1)) * excess.std(axis=0, ddof=1) / math.sqrt(n)
        low, high = (crossing(shares, mean + sign * reach, delta) for sign in (-1, 1))
    return Level(share=_inside(found), low=_inside(low), high=_inside(high), below=found == 0)


def _inside(share: float) -> float | None:
    return share if 0 < share < math.inf else None
