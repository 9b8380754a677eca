"""Chance of an order: what a pointer over sentences must be held against."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from theory.story_style.representations import OURS
from theory.verdict import Claim, Estimate

_DRAWS, _BATCHES = 4_000, 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentences:
    """A case: a story of so many sentences, whose order is guessed."""

    n: int

    def describe(self) -> str:
        """Return the case in words."""
        return f"{self.n} sentences"


def _stories(rng: np.random.Generator) -> Sequence[Sentences]:
    return tuple(Sentences(n=n) for n in (2, 5, int(rng.integers(3, 6))))


def _whole_by_listing(case: Sentences, _rng: np.random.Generator) -> Estimate:
    orders = list(permutations(range(case.n)))
    found = Fraction(orders.count(tuple(range(case.n))), len(orders))
    return Estimate(value=float(found), exact=str(found))


def _guesses(case: Sentences, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return whether each place of drawn orders is right, shape (batches, draws, n)."""
    guessed = rng.random((_BATCHES, _DRAWS, case.n)).argsort(axis=2)
    return np.asarray(guessed == np.arange(case.n))


def _whole_by_draws(case: Sentences, rng: np.random.Generator) -> Estimate:
    return Estimate.over(_guesses(case, rng).all(axis=2).mean(axis=1))


WHOLE: Claim[Sentences] = Claim(
    id="order-whole",
    statement="an order of n sentences that is guessed is wholly right with chance 1/n!",
    source=OURS,
    relation="equals",
    cases=_stories,
    span="2 to 5 sentences",
    stated=lambda case: 1 / math.factorial(case.n),
    formula="number of orders",
    routes={"exact": _whole_by_listing, "simulated": _whole_by_draws},
    derivations={"exact": "orders listed", "simulated": "orders drawn"},
    unit="probability",
)


def _place_by_listing(case: Sentences, _rng: np.random.Generator) -> Estimate:
    orders = list(permutations(range(case.n)))
    right = sum(place == at for order in orders for at, place in enumerate(order))
    found = Fraction(right, len(orders) * case.n)
    return Estimate(value=float(found), exact=str(found))


def _place_by_draws(case: Sentences, rng: np.random.Generator) -> Estimate:
    return Estimate.over(_guesses(case, rng).mean(axis=(1, 2)))


PLACE: Claim[Sentences] = Claim(
    id="order-place",
    statement="a place of it is right with chance 1/n",
    source=OURS,
    relation="equals",
    cases=_stories,
    span="2 to 5 sentences",
    stated=lambda case: 1 / case.n,
    formula="one place of n",
    routes={"exact": _place_by_listing, "simulated": _place_by_draws},
    derivations={"exact": "orders listed", "simulated": "orders drawn"},
    unit="probability",
)
ORDER_CLAIMS = (WHOLE, PLACE)
