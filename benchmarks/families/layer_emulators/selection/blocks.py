"""Whether layers form blocks: likeness within them and across, by chance, and over other texts.

A partition cuts the layers into blocks of neighbours; it is given by the block of every layer.
"""

import math
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from data.errors import BadInput
from lightning_modules.layers.selection.choosing import clusters

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
"""The number of the block of every layer, in order."""
_MOST_PARTITIONS = 200_000
"""Number of partitions up to which all of them are compared."""


def labels_of(likeness: Floats, n_blocks: int) -> Labels:
    """The blocks that CRaSh's clustering finds.

    Args:
        likeness: CKA of every two layers.
        n_blocks: Number of blocks.
    """
    found = clusters(likeness, n_blocks)
    return np.repeat(np.arange(n_blocks), [len(cluster) for cluster in found])


def strength(likeness: Floats, labels: Labels) -> float:
    """Mean CKA of two layers of one block less that of two layers of different blocks.

    NaN where there is no pair of the one kind or of the other.
    """
    first, second = np.triu_indices(len(labels), 1)
    pairs, alike = likeness[first, second], labels[first] == labels[second]
    if alike.all() or not alike.any():
        return math.nan
    return float(pairs[alike].mean() - pairs[~alike].mean())


def strength_at_distance(likeness: Floats, labels: Labels) -> float:
    """The same of pairs that are equally far apart, mean over the pairs within blocks.

    Neighbours are alike whether there are blocks or not, and a block holds neighbours. Pairs within
    blocks count where other pairs as far apart lie across blocks; NaN where none do.
    """
    first, second = np.triu_indices(len(labels), 1)
    pairs, alike = likeness[first, second], labels[first] == labels[second]
    gaps, weights = [], []
    for distance in np.unique(second - first):
        at = second - first == distance
        if (within := at & alike).any() and (across := at & ~alike).any():
            gaps.append(pairs[within].mean() - pairs[across].mean())
            weights.append(within.sum())
    return float(np.average(gaps, weights=weights)) if gaps else math.nan


def share_as_strong(likeness: Floats, labels: Labels) -> float:
    """Share of all partitions into as many blocks that are as strong: the p value of a permutation.

    Raises:
        BadInput: There are too many partitions to compare.
    """
    n_layers, n_blocks = len(labels), int(labels.max()) + 1
    count = math.comb(n_layers - 1, n_blocks - 1)
    if count > _MOST_PARTITIONS:
        raise BadInput(
            f"{n_layers} layers have {count:,} partitions into {n_blocks} blocks; use fewer blocks"
        )
    found = _strengths(likeness, n_blocks)
    return float(np.mean(found >= strength(likeness, labels) - 1e-12))


def _strengths(likeness: Floats, n_blocks: int) -> Floats:
    """The strength of every partition into so many blocks; -inf where it is none."""
    n_layers = len(likeness)
    cuts = np.array(list(combinations(range(1, n_layers), n_blocks - 1)), dtype=np.int64)
    ends = np.hstack(
        [np.zeros((len(cuts), 1), np.int64), cuts, np.full((len(cuts), 1), n_layers, np.int64)]
    )
    upper = np.triu(likeness, 1)
    sums = np.zeros((n_layers + 1, n_layers + 1))
    sums[1:, 1:] = upper.cumsum(axis=0).cumsum(axis=1)
    start, stop = ends[:, :-1], ends[:, 1:]
    within = (sums[stop, stop] - sums[start, stop] - sums[stop, start] + sums[start, start]).sum(1)
    sizes = stop - start
    n_within = (sizes * (sizes - 1) // 2).sum(axis=1)
    n_across = n_layers * (n_layers - 1) // 2 - n_within
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = within / n_within - (upper.sum() - within) / n_across
    return np.where(np.isfinite(found), found, -np.inf)


def adjusted_rand(first: Labels, second: Labels) -> float:
    """Agreement of two partitions: 1 for the same, 0 as by chance (Hubert and Arabie 1985).

    Args:
        first: Blocks of one partition.
        second: Blocks of another one, of as many layers.
    """
    counts = np.zeros((first.max() + 1, second.max() + 1))
    np.add.at(counts, (first, second), 1)
    together = _pairs(counts).sum()
    own, others = _pairs(counts.sum(axis=1)).sum(), _pairs(counts.sum(axis=0)).sum()
    expected = own * others / _pairs(np.array(len(first)))
    most = (own + others) / 2
    if most == expected:  # both put all layers in one block, or each in its own
        return 1.0
    return float((together - expected) / (most - expected))


def _pairs(counts: Floats | NDArray[np.int64]) -> Floats:
    found: Floats = counts * (counts - 1) / 2
    return found
