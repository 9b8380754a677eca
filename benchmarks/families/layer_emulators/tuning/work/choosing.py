"""Emulators that have as many layers and train the same ones: rules choose the frozen layers.

A rule names layers of a whole model. Where some layers are kept because they are trained, it names
the others: the dearest of those that are left, the centres of the clusters that hold no trained
layer, the cheapest intervals without one.
"""

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.families.layer_emulators.tuning.work.texts import beginnings
from data.checkpoints.loading import load_model
from data.randomness import stream
from lightning_modules.layers.layout import Sharing
from lightning_modules.layers.selection.choosing import at_random, centres, clusters, keep_dearest
from lightning_modules.layers.selection.intervals import cheapest_intervals
from lightning_modules.layers.selection.measures import Measures

Places = tuple[int, ...]
SHARINGS: Mapping[str, Sharing | None] = {"": None, "+sharing": "all"}
"""What is done with places that are left out, by what is added to the name of a rule."""


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """One emulator, and all rules that chose it."""

    names: tuple[str, ...]
    """Rules, as `cka+sharing`."""
    kept: Places
    """The layers that stay, ascending."""
    sharing: Sharing | None
    """How places that are left out are filled; None where they stay out."""
    removed_cost: float
    """Sum of what each layer that is left out costs alone, in nats per token."""

    @property
    def name(self) -> str:
        """The first rule's name, which names its files."""
        return self.names[0]


def choose(
    folder: Path,
    *,
    model: Path,
    held_out: Path,
    tokenizer: Path,
    trained: Sequence[int],
    n_kept: int,
    n_random: int,
    n_tried: int,
    n_texts: int,
    length: int,
    seed: int,
) -> Mapping[str, Any]:
    """Let every rule choose an emulator, by general text that no look has seen.

    Args:
        folder: Receives `emulators.json`.
        model: The model.
        held_out: General text.
        tokenizer: Folder of the tokenizer.
        trained: Places of the layers that are trained, and so kept.
        n_kept: Number of layers that stay.
        n_random: Number of emulators that are drawn.
        n_tried: Number of sets of layers whose loss is measured to find the best and the worst; all
            of them where there are no more.
        n_texts: Number of texts that layers are measured on.
        length: Most tokens of a text.
        seed: Replicate.
    """
    texts = beginnings(held_out, tokenizer, n_texts=n_texts, length=length, skip=n_texts)
    measures = Measures(load_model(model, dtype=torch.float32), texts)
    found: dict[tuple[Places, Sharing | None], list[str]] = {}
    for name, kept, sharing in _named(
        measures, tuple(trained), n_kept, n_random=n_random, n_tried=n_tried, seed=seed
    ):
        found.setdefault((kept, sharing), []).append(name)
    chosen = [
        Chosen(
            names=tuple(names),
            kept=kept,
            sharing=sharing,
            removed_cost=float(np.delete(measures.skip_costs, kept).sum()),
        )
        for (kept, sharing), names in found.items()
    ]
    (folder / "emulators.json").write_text(json.dumps([asdict(one) for one in chosen]))
    return {
        "kept": {name: list(one.kept) for one in chosen for name in one.names},
        "skip_costs": measures.skip_costs.tolist(),
    }


def read_chosen(path: Path) -> list[Chosen]:
    """The emulators that `choose` has written, each once."""
    return [
        Chosen(**(one | {"names": tuple(one["names"]), "kept": tuple(one["kept"])}))
        for one in json.loads(path.read_text())
    ]


def _named(
    measures: Measures,
    trained: Places,
    n_kept: int,
    *,
    n_random: int,
    n_tried: int,
    seed: int,
) -> Iterator[tuple[str, Places, Sharing | None]]:
    """Every rule's name, layers and sharing."""
    free = tuple(place for place in range(measures.n_layers) if place not in trained)
    n_free = n_kept - len(trained)

    def drawn(number: int, purpose: str) -> list[Places]:
        rng = stream(seed, f"layer_emulators/tuning/{purpose}", *map(str, trained))
        return [tuple(sorted((*trained, *some))) for some in sets(free, n_free, number, rng)]

    named = [
        (name, tuple(sorted((*trained, *rule(measures, trained, n_free)))))
        for name, rule in RULE.items()
    ]
    named += [(f"random_{at}", kept) for at, kept in enumerate(drawn(n_random, "random"))]
    tried = drawn(n_tried, "tried")
    for added, sharing in SHARINGS.items():
        by_loss = sorted(tried, key=lambda kept: float(measures.losses(kept, sharing).mean()))
        for name, kept in (*named, ("best", by_loss[0]), ("worst", by_loss[-1])):
            yield f"{name}{added}", kept, sharing


def sets(free: Places, n_free: int, number: int, rng: np.random.Generator) -> list[Places]:
    """Different sets of layers in random order, as many as are asked for or as there are.

    Args:
        free: Layers that are chosen from.
        n_free: Number of layers of a set.
        number: Number of sets.
        rng: Draws them.
    """
    found: dict[Places, None] = {}
    while len(found) < min(number, math.comb(len(free), n_free)):
        some = at_random(len(free), n_free, rng)
        found[tuple(free[at] for at in some)] = None
    return list(found)


def evenly(n_layers: int, trained: Places, n_free: int) -> Places:
    """The layers beside the trained ones that leave the smallest gaps between kept layers.

    Gaps are compared by the sum of their squares; of equal choices the first.
    """
    free = [place for place in range(n_layers) if place not in trained]

    def unevenness(some: Places) -> int:
        kept = np.array(sorted((*trained, *some)))
        gaps = np.diff(np.concatenate([[-1], kept, [n_layers]]))
        return int((gaps**2).sum())

    return min(combinations(free, n_free), key=unevenness)


def by_clusters(likeness: NDArray[np.float64], trained: Places, n_free: int) -> Places:
    """The centres of the clusters without a trained layer, where that many clusters have none.

    Clusters are merged as CRaSh merges them. With each further cluster the number of those without
    a trained layer stays or grows by one, so that some number of clusters has as many as wanted;
    the smallest one is taken.
    """
    for n_clusters in range(1, len(likeness) + 1):
        found = clusters(likeness, n_clusters)
        without = [cluster for cluster in found if not set(cluster) & set(trained)]
        if len(without) == n_free:
            return centres(without)
    raise AssertionError("the number of clusters without a trained layer grows in steps of one")


def dearest(costs: NDArray[np.float64], trained: Places, n_free: int) -> Places:
    """The layers beside the trained ones that cost most when they are left out."""
    free = [place for place in range(len(costs)) if place not in trained]
    return tuple(free[at] for at in keep_dearest(costs[free], n_free))


def outside_intervals(
    costs: Mapping[tuple[int, int], float], n_layers: int, trained: Places, n_free: int
) -> Places:
    """What the cheapest intervals without a trained layer leave, if their costs add up."""
    allowed = {
        (start, length): cost
        for (start, length), cost in costs.items()
        if not set(range(start, start + length)) & set(trained)
    }
    kept = cheapest_intervals(allowed, n_layers, len(trained) + n_free).kept
    return tuple(place for place in kept if place not in trained)


def _uniform(measures: Measures, trained: Places, n_free: int) -> Places:
    return evenly(measures.n_layers, trained, n_free)


def _cka(measures: Measures, trained: Places, n_free: int) -> Places:
    return by_clusters(measures.cka, trained, n_free)


def _skip_cost(measures: Measures, trained: Places, n_free: int) -> Places:
    return dearest(measures.skip_costs, trained, n_free)


def _block_influence(measures: Measures, trained: Places, n_free: int) -> Places:
    return dearest(measures.readings.influence, trained, n_free)


def _intervals(measures: Measures, trained: Places, n_free: int) -> Places:
    return outside_intervals(measures.interval_costs, measures.n_layers, trained, n_free)


RULE: Mapping[str, Callable[[Measures, Places, int], Places]] = {
    "uniform": _uniform,
    "cka": _cka,
    "skip_cost": _skip_cost,
    "block_influence": _block_influence,
    "intervals": _intervals,
}
"""Rules that name the frozen layers of an emulator; `best` and `worst` are by its loss with them,
over sets that are tried."""
