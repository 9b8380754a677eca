"""The rules side by side: each names the layers that an emulator keeps, and what asking cost."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.errors import BadInput
from lightning_modules.layers.layout import at_equal_distances, check_count
from lightning_modules.layers.selection.choosing import (
    Linkage,
    at_random,
    centres,
    clusters,
    keep_dearest,
)
from lightning_modules.layers.selection.intervals import cheapest_intervals
from lightning_modules.layers.selection.measures import Cost, Measures

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Selection:
    """Layers that a rule keeps."""

    kept: tuple[int, ...]
    """The layers that stay, ascending."""
    cost: Cost
    """What the rule asks of the model, whatever was measured for other rules before."""


Rule = Callable[[Measures, int, np.random.Generator], Selection]


def _uniform(measures: Measures, n_kept: int, rng: np.random.Generator) -> Selection:
    n = measures.n_layers
    return Selection(at_equal_distances(n, n_kept), Cost(0, n))


def _random(measures: Measures, n_kept: int, rng: np.random.Generator) -> Selection:
    n = measures.n_layers
    return Selection(at_random(n, n_kept, rng), Cost(0, n))


def _skip_cost(measures: Measures, n_kept: int, rng: np.random.Generator) -> Selection:
    kept = keep_dearest(measures.skip_costs, n_kept)
    return Selection(kept, measures.cost_of_intervals(1))


def _block_influence(measures: Measures, n_kept: int, rng: np.random.Generator) -> Selection:
    kept = keep_dearest(measures.readings.influence, n_kept)
    return Selection(kept, measures.cost_of_reading)


def _intervals(measures: Measures, n_kept: int, rng: np.random.Generator) -> Selection:
    found = cheapest_intervals(measures.interval_costs, measures.n_layers, n_kept)
    return Selection(found.kept, measures.cost_of_intervals(measures.longest))


def _cka(measures: Measures, n_kept: int, rng: np.random.Generator) -> Selection:
    return _centres(measures, measures.cka, n_kept, "ends")


def _cka_mean(measures: Measures, n_kept: int, rng: np.random.Generator) -> Selection:
    return _centres(measures, measures.cka, n_kept, "mean")


def _cka_rest(measures: Measures, n_kept: int, rng: np.random.Generator) -> Selection:
    return _centres(measures, measures.cka_rest, n_kept, "ends")


def _centres(measures: Measures, likeness: Floats, n_kept: int, linkage: Linkage) -> Selection:
    kept = centres(clusters(likeness, n_kept, linkage))
    return Selection(kept, measures.cost_of_reading)


_RULES: Mapping[str, Rule] = {
    "uniform": _uniform,
    "random": _random,
    "skip_cost": _skip_cost,
    "block_influence": _block_influence,
    "intervals": _intervals,
    "cka": _cka,
    "cka_mean": _cka_mean,
    "cka_rest": _cka_rest,
}
RULES = tuple(_RULES)
"""Names of the rules: at equal distances; at random; the layers whose loss costs most, by the loss
of the model or by how much they change their input; intervals whose costs add up to least; the
centres of CKA clusters, merged by their ends as CRaSh does it, by all pairs, or without the top
direction."""


def select(rule: str, measures: Measures, n_kept: int, *, rng: np.random.Generator) -> Selection:
    """Let a rule name the layers that an emulator keeps.

    Args:
        rule: One of `RULES`.
        measures: The model and its texts.
        n_kept: Number of layers that stay.
        rng: Draws the layers of the rule `random`; no other rule draws.

    Raises:
        BadInput: The rule is unknown, the number is none that the model can keep, no choice of
            intervals leaves as many, or the texts do not suffice.
    """
    if rule not in _RULES:
        raise BadInput(f"unknown rule {rule!r}; use one of {', '.join(RULES)}")
    check_count(measures.n_layers, n_kept)
    return _RULES[rule](measures, n_kept, rng)
