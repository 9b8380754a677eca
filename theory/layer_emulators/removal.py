"""Which layers to remove when runs of layers have costs: the exact optimum, and ways that miss it.

The cost of removing a run of neighbouring layers is a number of the run; runs that kept layers
separate add up. Then the best set of r layers is found by dynamic programming, in n r w additions
for runs of at most w, and nothing has to be compared but the costs themselves.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

import numpy as np
from scipy.optimize import LinearConstraint, milp

Run = tuple[int, int]
"""First layer of a run, and the one behind its last."""
Removed = tuple[int, ...]
"""Layers that are removed, in order."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Costs:
    """A case: the cost of removing every run of layers, and how many layers are to go."""

    words: str
    n_layers: int
    removed: int
    """Number of layers that are removed."""
    of_run: Mapping[Run, Fraction]
    """Cost of every run that may be removed; runs that are not here may not."""

    def describe(self) -> str:
        """The case in words."""
        return f"{self.words}, {self.removed} of {self.n_layers} layers removed"

    @property
    def longest(self) -> int:
        """Number of layers of the longest run."""
        return max(end - start for start, end in self.of_run)


def runs_of(removed: Sequence[int]) -> Iterator[Run]:
    """The runs of neighbours that a set of layers, in order, consists of."""
    start = None
    for place, layer in enumerate(removed):
        start = layer if start is None else start
        if place + 1 == len(removed) or removed[place + 1] != layer + 1:
            yield start, layer + 1
            start = None


def cost_of(case: Costs, removed: Sequence[int]) -> Fraction | None:
    """The sum of the costs of the runs of a set; None where one of them may not be removed."""
    runs = list(runs_of(removed))
    if any(run not in case.of_run for run in runs):
        return None
    return sum((case.of_run[run] for run in runs), Fraction(0))


def cheapest(case: Costs) -> Removed:
    """The best set of layers, by dynamic programming over the first layers and how many went.

    Raises:
        ValueError: No set of so many layers consists of runs that may be removed.
    """
    empty: Removed = ()
    kept: list[dict[int, tuple[Fraction, Removed]]] = [{0: (Fraction(0), empty)}]
    for place in range(1, case.n_layers + 2):  # a layer behind the last is always kept
        best: dict[int, tuple[Fraction, Removed]] = {}
        for width in range(min(case.longest, place - 1) + 1):
            run = (place - 1 - width, place - 1)
            cost = Fraction(0) if not width else case.of_run.get(run)
            if cost is None:
                continue
            for gone, (before, layers) in kept[place - 1 - width].items():
                whole = before + cost
                if gone + width <= case.removed and _is_better(best.get(gone + width), whole):
                    best[gone + width] = (whole, (*layers, *range(*run)))
        kept.append(best)
    if case.removed not in kept[-1]:
        raise ValueError(f"{case.describe()}: no runs that may be removed are so many layers")
    return kept[-1][case.removed][1]


def _is_better(before: tuple[Fraction, Removed] | None, cost: Fraction) -> bool:
    return before is None or cost < before[0]


def cost_by_sets(case: Costs) -> Fraction:
    """The cost of the best set, by comparing all sets of so many layers."""
    every = (cost_of(case, each) for each in combinations(range(case.n_layers), case.removed))
    return min(cost for cost in every if cost is not None)


def cost_by_integers(case: Costs) -> float:
    """The cost of the best set as an integer program: a variable for each run, 1 if it goes.

    Of the runs that reach the place between two layers at most one goes, for two that touch are
    one run; so do runs at the ends.
    """
    runs = list(case.of_run)
    rows = [
        [float(start <= place <= end) for start, end in runs] for place in range(case.n_layers + 1)
    ]
    lengths = [[float(end - start) for start, end in runs]]
    found = milp(
        c=[float(case.of_run[run]) for run in runs],
        integrality=np.ones(len(runs)),
        bounds=(0, 1),
        constraints=[
            LinearConstraint(np.array(rows), -np.inf, 1),
            LinearConstraint(np.array(lengths), case.removed, case.removed),
        ],
        options={"mip_rel_gap": 0},
    )
    return float(found.fun)


def ranked(case: Costs) -> Removed:
    """The layers that cost least alone, whatever they cost together; of equal ones the first."""
    alone = sorted(range(case.n_layers), key=lambda layer: case.of_run[layer, layer + 1])
    return tuple(sorted(alone[: case.removed]))


def one_by_one(case: Costs) -> Removed:
    """The layer that adds least to the cost is removed, again and again."""
    gone: Removed = ()
    for _ in range(case.removed):
        more = [tuple(sorted((*gone, one))) for one in range(case.n_layers) if one not in gone]
        costs = {each: cost for each in more if (cost := cost_of(case, each)) is not None}
        gone = min(costs, key=costs.__getitem__)
    return gone


def compositions(n_layers: int, parts: int) -> int:
    """Number of ways to cut layers into parts, adding the last part in turn."""
    ways = [1, *[0] * n_layers]
    for _ in range(parts):
        ways = [sum(ways[:total]) for total in range(len(ways))]
    return ways[n_layers]
