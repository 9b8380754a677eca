"""How much human text a linear chain needs: bounded at every share, so that none is critical.

A model is the mean of T observations. A share s of them is fresh human text, the rest is drawn from
the last model: in units of one human fit the error obeys V' = (1 - s)^2 V + 1. It stays below
1 / (1 - (1 - s)^2) at every share above 0, so that a share below which it grows without bound is 0.
The share at which the excess V - 1 is at most delta depends on the horizon and on delta.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from theory.verdict import Claim, Estimate

OURS = "this project"
_OBSERVATIONS = 16
_CHAINS = 100_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Mixed:
    """A case: a share of human text, and generations after the first."""

    share: float
    generations: int

    def describe(self) -> str:
        """The case in words."""
        return f"share {self.share:g}, {self.generations} generations"


def mixed_error(share: float, generations: int) -> float:
    """Error after some generations, in units of one human fit; generation 0 has 1."""
    kept = (1 - share) ** 2
    if kept == 1:
        return 1.0 + generations
    return (1 - kept ** (generations + 1)) / (1 - kept)


def enough_share(excess: float, generations: float) -> float:
    """Least share at which the excess over a human fit is at most `excess`, by bisection.

    Args:
        excess: Allowed V - 1, above 0.
        generations: Generations after the first; infinite for the limit, 1 - sqrt(d / (1 + d)).
    """
    if math.isinf(generations):
        return 1 - math.sqrt(excess / (1 + excess))
    if generations <= excess:
        return 0.0
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        fits = mixed_error(middle, int(generations)) - 1 <= excess
        low, high = (low, middle) if fits else (middle, high)
    return high


def drawn_excess(
    share: float, generations: int, rng: np.random.Generator, *, chains: int, rows: int
) -> NDArray[np.float64]:
    """Excess of drawn chains at every generation, shape (chains, generations + 1), not averaged.

    Args:
        share: Share of human observations.
        generations: Generations after the first.
        rng: Draws the observations.
        chains: Number of chains.
        rows: Observations of every fit.
    """
    human = round(share * rows)
    estimate = rng.standard_normal((chains, rows)).mean(axis=1)
    errors = [estimate**2 * rows]
    for _ in range(generations):
        drawn = rng.standard_normal((chains, rows))
        drawn[:, human:] += estimate[:, None]
        estimate = drawn.mean(axis=1)
        errors.append(estimate**2 * rows)
    return np.stack(errors, axis=1) - 1


def _by_recursion(case: Mixed, _rng: np.random.Generator) -> Estimate:
    error = 1.0
    for _ in range(case.generations):
        error = (1 - case.share) ** 2 * error + 1
    return Estimate(value=error)


def _by_draws(case: Mixed, rng: np.random.Generator) -> Estimate:
    found = drawn_excess(case.share, case.generations, rng, chains=_CHAINS, rows=_OBSERVATIONS)[
        :, -1
    ]
    return Estimate.over(1 + found)


def _cases(rng: np.random.Generator) -> Sequence[Mixed]:
    shares = (1 / 16, 1 / 4, int(rng.integers(1, 15)) / _OBSERVATIONS)
    return tuple(
        Mixed(share=share, generations=g) for share, g in zip(shares, (20, 10, 5), strict=True)
    )


MIX_BOUNDED: Claim[Mixed] = Claim(
    id="mix-share-error",
    statement="with a share s of fresh human text the error is (1 - q^(G + 1)) / (1 - q), "
    "q = (1 - s)^2",
    source=OURS,
    relation="equals",
    cases=_cases,
    span="s = 1/16 to 14/16, 5 to 20 generations",
    stated=lambda case: mixed_error(case.share, case.generations),
    routes={"exact": _by_recursion, "simulated": _by_draws},
    formula="recursion of the error",
    derivations={"exact": "recursion of the error", "simulated": "drawn observations"},
    note="bounded by 16.3 units at 1/32 and 4.3 at 1/8: no share above 0 is critical",
)
MIX_CLAIMS = (MIX_BOUNDED,)
