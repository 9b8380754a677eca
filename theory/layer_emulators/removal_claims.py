"""Claims about which layers to remove: the search space, its optimum, and what misses it."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

import numpy as np
from scipy.optimize import linprog

from theory.layer_emulators.removal import (
    Costs,
    Removed,
    cheapest,
    compositions,
    cost_by_integers,
    cost_by_sets,
    cost_of,
    one_by_one,
    ranked,
)
from theory.verdict import Claim, Estimate

OURS = "this project"


@dataclass(frozen=True, kw_only=True, slots=True)
class Cutting:
    """A case: layers, and the clusters of neighbours that they are cut into."""

    n_layers: int
    clusters: int

    def describe(self) -> str:
        """The case in words."""
        return f"{self.n_layers} layers in {self.clusters} clusters"


def _by_last_part(case: Cutting, _rng: np.random.Generator) -> Estimate:
    ways = compositions(case.n_layers, case.clusters)
    return Estimate(value=float(ways), exact=str(ways))


def _by_powers(case: Cutting, _rng: np.random.Generator) -> Estimate:
    """The coefficient of x^n in (x + x^2 + ..)^k, by multiplying polynomials in whole numbers."""
    part = np.array([0, *[1] * case.n_layers], dtype=object)
    product = np.array([1], dtype=object)
    for _ in range(case.clusters):
        product = np.convolve(product, part)[: case.n_layers + 1]
    return Estimate(value=float(product[case.n_layers]), exact=str(product[case.n_layers]))


SPACE: Claim[Cutting] = Claim(
    id="removal-space",
    statement="n layers are cut into k clusters of neighbours in C(n - 1, k - 1) ways",
    source=OURS,
    relation="equals",
    cases=lambda rng: (
        Cutting(n_layers=30, clusters=10),
        Cutting(n_layers=1, clusters=1),
        Cutting(n_layers=int(rng.integers(10, 40)), clusters=int(rng.integers(2, 10))),
    ),
    span="1 to 39 layers, 1 to 10 clusters",
    stated=lambda case: float(math.comb(case.n_layers - 1, case.clusters - 1)),
    formula="choice of cuts",
    routes={"exact": _by_last_part, "symbolic": _by_powers},
    derivations={"exact": "length of the last part", "symbolic": "powers of a series"},
    unit="ways",
    note="10,015,005 for ten clusters of 30 layers: few enough to count, too many to run",
)


def _drawn(n_layers: int, removed: int, longest: int, rng: np.random.Generator) -> Costs:
    runs = [
        (start, start + width)
        for width in range(1, longest + 1)
        for start in range(n_layers - width + 1)
    ]
    costs = {run: Fraction(int(rng.integers(1, 1000)), 100) for run in runs}
    return Costs(
        words=f"costs drawn for runs of at most {longest}",
        n_layers=n_layers,
        removed=removed,
        of_run=costs,
    )


def _optimum(case: Costs) -> float:
    cost = cost_of(case, cheapest(case))
    assert cost is not None, "runs that may not be removed are in no set"
    return float(cost)


OPTIMUM: Claim[Costs] = Claim(
    id="removal-optimum",
    statement="where costs of separated runs add up, dynamic programming in n r w additions finds "
    "the best of all sets of r layers",
    source=OURS,
    relation="equals",
    cases=lambda rng: (
        _drawn(5, 2, 2, rng),
        _drawn(12, 5, 3, rng),
        _drawn(int(rng.integers(8, 14)), int(rng.integers(2, 7)), int(rng.integers(1, 5)), rng),
        _drawn(int(rng.integers(8, 14)), int(rng.integers(2, 6)), int(rng.integers(1, 5)), rng),
    ),
    span="5 to 13 layers, runs of at most 1 to 4, costs drawn independently of each other",
    stated=_optimum,
    formula="dynamic programming",
    routes={
        "exact": lambda case, _rng: Estimate(value=float(cost_by_sets(case))),
        "dense": lambda case, _rng: Estimate(value=cost_by_integers(case)),
    },
    derivations={"exact": "every set of layers", "dense": "an integer program"},
    unit="cost",
    note="no greedy rule and no threshold is needed; whether costs add up is measured, not assumed",
)

_EXTRA = Fraction(1, 10)
"""Cost of an outer layer above that of the middle one."""


def trap(surcharge: Fraction, n_layers: int = 3) -> Costs:
    """A middle layer that costs least, and neighbours that cost more by `surcharge` together.

    Args:
        surcharge: What a run of two layers costs beyond the sum of both.
        n_layers: Number of layers; those beyond the first three cost too much to go.
    """
    alone = [1 + _EXTRA, Fraction(1), 1 + _EXTRA, *[9 + surcharge] * (n_layers - 3)]
    runs = {(layer, layer + 1): cost for layer, cost in enumerate(alone)}
    for layer in range(n_layers - 1):
        runs[layer, layer + 2] = alone[layer] + alone[layer + 1] + surcharge
    words = f"the cheapest layer lies between the next two, runs of two cost {surcharge} more"
    return Costs(words=words, n_layers=n_layers, removed=2, of_run=runs)


def _gap(case: Costs, rule: Callable[[Costs], Removed], best: float) -> Estimate:
    cost = cost_of(case, rule(case))
    assert cost is not None, "runs of two may be removed"
    return Estimate(value=float(cost) - best)


GREEDY: Claim[Costs] = Claim(
    id="removal-greedy",
    statement="removing the layers that cost least alone, or the one that adds least again and "
    "again, can cost any amount more than the best set: t - .1 where runs of two cost t more",
    source=OURS,
    relation="equals",
    cases=lambda rng: (
        trap(Fraction(1)),
        trap(Fraction(1000)),
        trap(Fraction(int(rng.integers(2, 900)), 100), int(rng.integers(3, 9))),
    ),
    span="3 to 8 layers, surcharges t of 1 to 1,000",
    stated=lambda case: float(case.of_run[0, 2] - case.of_run[0, 1] - case.of_run[1, 2] - _EXTRA),
    formula="two sets of two layers",
    routes={
        "exact": lambda case, _rng: _gap(case, one_by_one, float(cost_by_sets(case))),
        "dense": lambda case, _rng: _gap(case, ranked, cost_by_integers(case)),
    },
    derivations={"exact": "one by one, and every set", "dense": "a ranking, and a program"},
    unit="cost",
    note="where a run costs what its layers cost alone, the ranking is the best set",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Mistaken:
    """A case: additive costs, and how far the true cost of any set may lie from theirs."""

    costs: Costs
    error: Fraction
    """Largest distance of a set's true cost from the sum of its runs."""

    def describe(self) -> str:
        """The case in words."""
        return f"{self.costs.describe()}, true costs within {self.error} of the sums"

    def sums(self) -> tuple[float, tuple[float, ...]]:
        """The additive cost of the set that is found, and those of all other sets."""
        best = cheapest(self.costs)
        every = combinations(range(self.costs.n_layers), self.costs.removed)
        others = [cost_of(self.costs, each) for each in every if each != best]
        return _optimum(self.costs), tuple(float(cost) for cost in others if cost is not None)


def _largest_regret(case: Mistaken) -> float:
    best, others = case.sums()
    return max(0.0, 2 * float(case.error) - (min(others) - best))


def _by_ends(case: Mistaken, _rng: np.random.Generator) -> Estimate:
    """Let the found set cost as much as it may, and one other set after the other as little."""
    best, others = case.sums()
    error = float(case.error)
    return Estimate(value=max(best + error - min(best + error, one - error) for one in others))


def _by_program(case: Mistaken, _rng: np.random.Generator) -> Estimate:
    """Choose all true costs by linear programs: the found set as far above another as can be.

    The other is each of the three sets of the next lowest sums.
    """
    best, others = case.sums()
    error, n = float(case.error), len(others)
    values = []
    for lowest in np.argsort(others)[:3]:
        objective = np.zeros(n + 1)
        objective[0], objective[1 + lowest] = -1, 1
        bounds = [(one - error, one + error) for one in (best, *others)]
        values.append(-linprog(objective, bounds=bounds).fun)
    return Estimate(value=max(0.0, *values))


def _mistaken(n_layers: int, removed: int, rng: np.random.Generator, times: int) -> Mistaken:
    costs = _drawn(n_layers, removed, removed, rng)
    best, others = Mistaken(costs=costs, error=Fraction(0)).sums()
    gap = Fraction(round(100 * (min(others) - best)), 100)
    return Mistaken(costs=costs, error=times * gap + Fraction(1, 4))


NOT_ADDITIVE: Claim[Mistaken] = Claim(
    id="removal-not-additive",
    statement="where true costs lie within e of the sums, the set that is best by the sums costs "
    "at most 2 e less the gap to the second best more than the truly best one, and can cost that",
    source=OURS,
    relation="equals",
    cases=lambda rng: (
        _mistaken(5, 2, rng, 1),
        _mistaken(9, 4, rng, 3),
        _mistaken(int(rng.integers(6, 10)), int(rng.integers(2, 5)), rng, 2),
    ),
    span="5 to 9 layers, errors of 1 to 3 gaps and more",
    stated=_largest_regret,
    formula="two sets that trade places",
    routes={"exact": _by_ends, "dense": _by_program},
    derivations={"exact": "extreme costs, set by set", "dense": "a linear program"},
    unit="cost",
    note="errors below half of the gap change nothing: the sums then find the truly best set; "
    "errors without bound, as of layers that repair each other, promise nothing",
)
REMOVAL_CLAIMS = (SPACE, OPTIMUM, GREEDY, NOT_ADDITIVE)
"""Claims about removing layers by their costs."""
