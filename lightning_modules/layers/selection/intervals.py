"""The cheapest intervals of layers to leave out, exactly, if costs add up; loads without torch.

Whether they do is another question: what is best here is best of the sum of the costs given, and
an emulator without all of these intervals may be worse.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from data.errors import BadInput
from lightning_modules.layers.layout import check_count

Interval = tuple[int, int]
"""First layer of an interval, and the number of its layers."""


@dataclass(frozen=True, slots=True)
class Removal:
    """Intervals of layers that are left out."""

    kept: tuple[int, ...]
    """The layers that stay, ascending."""
    cost: float
    """Sum of the costs of the intervals."""


def cheapest_intervals(costs: Mapping[Interval, float], n_layers: int, n_kept: int) -> Removal:
    """Leave out intervals, a kept layer between any two, so that the sum of costs is least.

    Dynamic programming over the first layers: O(layers x left out x intervals that end at a layer).

    Args:
        costs: Cost of leaving out each interval that may be left out.
        n_layers: Number of layers of the model.
        n_kept: Number of layers that stay.

    Raises:
        BadInput: The number of layers is none that can stay, an interval is none of the model's, or
            no choice of these intervals leaves out that many layers.
    """
    check_count(n_layers, n_kept)
    ending = _by_end(costs, n_layers)
    n_removed = n_layers - n_kept
    # best[kind][stop][removed]: least cost over the first `stop` layers; the last of them is kept
    # where the kind is 0, and left out where it is 1.
    best = [[[math.inf] * (n_removed + 1) for _ in range(n_layers + 1)] for _ in range(2)]
    best[0][0][0] = 0.0  # nothing stands before the first layer, which is as good as a kept one
    came: dict[tuple[int, int, int], tuple[int, int]] = {}
    for stop in range(1, n_layers + 1):
        for removed in range(n_removed + 1):
            before = min((0, 1), key=lambda kind: best[kind][stop - 1][removed])
            best[0][stop][removed] = best[before][stop - 1][removed]
            came[0, stop, removed] = before, 1
            for length, cost in ending[stop]:
                if length > removed:
                    continue
                total = best[0][stop - length][removed - length] + cost
                if total < best[1][stop][removed]:
                    best[1][stop][removed] = total
                    came[1, stop, removed] = 0, length
    kind = min((0, 1), key=lambda kind: best[kind][n_layers][n_removed])
    cost = best[kind][n_layers][n_removed]
    if math.isinf(cost):
        raise BadInput(
            f"no choice of these intervals leaves out {n_removed} of {n_layers} layers with a kept "
            "layer between any two; allow longer intervals, or keep more layers"
        )
    return Removal(_kept(came, kind, n_layers, n_removed), cost)


def _by_end(costs: Mapping[Interval, float], n_layers: int) -> list[list[tuple[int, float]]]:
    """Length and cost of every interval by the place after its last layer.

    Raises:
        BadInput: An interval is none of the model's.
    """
    ending: list[list[tuple[int, float]]] = [[] for _ in range(n_layers + 1)]
    for (start, length), cost in costs.items():
        if start < 0 or length < 1 or start + length > n_layers:
            raise BadInput(
                f"an interval of {length} layers from layer {start} on is none of the model's "
                f"{n_layers} layers"
            )
        ending[start + length].append((length, cost))
    return ending


def _kept(
    came: Mapping[tuple[int, int, int], tuple[int, int]], kind: int, stop: int, removed: int
) -> tuple[int, ...]:
    """The layers that stay, by the way back from the end."""
    kept = []
    while stop:
        before, length = came[kind, stop, removed]
        if kind == 0:
            kept.append(stop - 1)
        else:
            removed -= length
        kind, stop = before, stop - length
    return tuple(reversed(kept))
