"""How many examples determine the whole table: by counting, and by draws with little noise.

A table is complete when all symbols are shown and what is shown hangs together. Whether all are
shown is seen at a glance, in thousands of draws; that it hangs together hardly ever fails then, and
is found by elimination in a few of them.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from theory.critical_data.identify import all_pairs, equations, first_covering, reduced
from theory.verdict import Estimate

_GLANCES, _ELIMINATIONS = 3000, 24
_AT_ONCE = 500


def all_shown(p: int, n: int) -> float:
    """Chance that n examples show every first symbol, second symbol and answer, nearly.

    As `theory.critical_data.identify.covered_chance`, in floating point and thousands of times as
    fast: rows and columns by inclusion and exclusion, with the logarithms of the numbers of ways.

    Args:
        p: Modulus.
        n: Number of examples, at least 3 p - 3, so that the terms are few and small.
    """
    i, j = np.arange(p)[:, None], np.arange(p)
    left = (p - i) * (p - j)
    ways = _log_ways(p, i) + _log_ways(p, j) + _log_ways(np.maximum(left, n), n)
    signs = np.where(left >= n, (-1.0) ** (i + j), 0.0)
    both = float((signs * np.exp(ways - _log_ways(p * p, n))).sum())
    return math.pow(both, 1.5)


def _log_ways(of: int | NDArray[np.int64], chosen: int | NDArray[np.int64]) -> Any:
    """Logarithm of the number of ways to choose so many of some."""
    return (
        special.gammaln(of + 1.0)
        - special.gammaln(chosen + 1.0)
        - special.gammaln(of - np.asarray(chosen) + 1.0)
    )


def covering_median(p: int) -> float:
    """Number of examples that show every symbol with chance one half, between whole numbers."""
    low, high = 3 * p - 3, p * p
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if all_shown(p, middle) >= 0.5 else (middle, high)
    below, above = all_shown(p, low), all_shown(p, high)
    return low + (0.5 - below) / (above - below)


def is_complete(pairs: NDArray[np.int64], p: int) -> bool:
    """Whether every question follows from examples, by their rank modulo p."""
    return len(reduced(equations(pairs, p), p)[1]) == 3 * p - 3


def shown_by(p: int, n: int, draws: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Whether n drawn examples show every symbol and answer, draw by draw, shape (draws,)."""
    found = []
    for start in range(0, draws, _AT_ONCE):
        count = min(_AT_ONCE, draws - start)
        chosen = np.argpartition(rng.random((count, p * p)), n, axis=1)[:, :n]
        symbols = all_pairs(p)[chosen]
        three = np.concatenate([symbols, symbols.sum(axis=2, keepdims=True) % p], axis=2)
        seen = np.zeros((count, 3, p), dtype=bool)
        seen[np.arange(count)[:, None, None], np.arange(3), three] = True
        found.append(seen.all(axis=(1, 2)))
    return np.concatenate(found)


def drawn_complete(p: int, n: int, rng: np.random.Generator) -> Estimate:
    """Chance that n examples determine the table, by draws.

    The chance that all is shown, from many draws, times the chance that it then hangs together,
    from a few whose rank is found by elimination.

    Args:
        p: Modulus; a prime.
        n: Number of examples.
        rng: Draws the examples.
    """
    shown = float(shown_by(p, n, _GLANCES, rng).mean())
    whole, looked = 0, 0
    while looked < _ELIMINATIONS:
        pairs = rng.permutation(all_pairs(p))[:n]
        three = (*pairs.T, pairs.sum(axis=1) % p)
        if all(len(np.unique(symbols)) == p for symbols in three):
            whole, looked = whole + is_complete(pairs, p), looked + 1
    hangs = (whole + 1) / (looked + 2)  # of Laplace: its error is none of 0 where all are whole
    errors = (
        math.sqrt((1 - shown) / shown / _GLANCES),
        math.sqrt((1 - hangs) / hangs / looked),
    )
    value = shown * whole / looked
    return Estimate(value=value, stderr=value * math.hypot(*errors))


def drawn_median(p: int, rng: np.random.Generator) -> Estimate:
    """Median number of examples until all follows, over random orders.

    An order is complete no sooner than it shows all, so that the search begins there, and mostly
    ends there too.

    Args:
        p: Modulus; a prime.
        rng: Draws the orders.
    """
    found = []
    for own in rng.spawn(_ELIMINATIONS):
        state = own.bit_generator.state
        first = max(first_covering(p, own), 3 * p - 3)
        own.bit_generator.state = state  # the same order again
        pairs = own.permutation(all_pairs(p))
        while not is_complete(pairs[:first], p):
            first += 1
        found.append(first)
    spread = 1.2533 * float(np.std(found, ddof=1)) / math.sqrt(len(found))
    return Estimate(value=float(np.median(found)), stderr=spread)
