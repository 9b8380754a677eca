"""From numbers about layers to the layers that stay; loads without torch.

Layers are clustered as CRaSh does it (Zhang et al. 2023, arXiv 2310.15477): adjacent clusters are
merged, and of each cluster the layer in the middle stays.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from data.errors import BadInput
from lightning_modules.layers.layout import check_count

Floats = NDArray[np.float64]
Cluster = tuple[int, ...]
"""Layers that stand next to each other, ascending."""
Linkage = Literal["ends", "mean"]
"""How like two adjacent clusters are: as the layers that meet, or as all pairs of layers on
average."""


def keep_dearest(costs: Sequence[float] | Floats, n_kept: int) -> tuple[int, ...]:
    """The layers whose loss would cost most; of equal ones the earlier.

    Args:
        costs: What it costs to leave each layer out.
        n_kept: Number of layers that stay.

    Raises:
        BadInput: The number is below 1 or above that of the layers.
    """
    check_count(len(costs), n_kept)
    order = sorted(range(len(costs)), key=lambda layer: (-costs[layer], layer))
    return tuple(sorted(order[:n_kept]))


def at_random(n_layers: int, n_kept: int, rng: np.random.Generator) -> tuple[int, ...]:
    """A number of layers, every set of which is equally likely.

    Raises:
        BadInput: The number is below 1 or above that of the layers.
    """
    check_count(n_layers, n_kept)
    return tuple(sorted(rng.choice(n_layers, size=n_kept, replace=False).tolist()))


def clusters(similarity: Floats, n_clusters: int, linkage: Linkage = "ends") -> tuple[Cluster, ...]:
    """Clusters of adjacent layers: from one for each layer on, the likest two neighbours merge.

    Of equally like pairs the first merges.

    Args:
        similarity: Similarity of every two layers, shape (layers, layers).
        n_clusters: Number of clusters that are left.
        linkage: `ends`, as CRaSh has it: the last layer of the left and the first of the right
            cluster; or `mean`: all pairs of a layer of the one and one of the other.

    Raises:
        BadInput: The number is below 1 or above that of the layers, or a linkage is unknown.
    """
    check_count(len(similarity), n_clusters)
    if linkage not in _LIKENESS:
        raise BadInput(f"unknown linkage {linkage!r}; use one of {', '.join(_LIKENESS)}")
    found: list[Cluster] = [(layer,) for layer in range(len(similarity))]
    while len(found) > n_clusters:
        likeness = [_LIKENESS[linkage](similarity, *pair) for pair in pairwise(found)]
        at = int(np.argmax(likeness))
        found[at : at + 2] = [found[at] + found[at + 1]]
    return tuple(found)


def _at_ends(similarity: Floats, left: Cluster, right: Cluster) -> float:
    return float(similarity[left[-1], right[0]])


def _on_average(similarity: Floats, left: Cluster, right: Cluster) -> float:
    return float(similarity[np.ix_(left, right)].mean())


_LIKENESS: Mapping[Linkage, Callable[[Floats, Cluster, Cluster], float]] = {
    "ends": _at_ends,
    "mean": _on_average,
}


def centres(found: Sequence[Cluster]) -> tuple[int, ...]:
    """The layer in the middle of each cluster, the later one of an even number."""
    return tuple(cluster[len(cluster) // 2] for cluster in found)
