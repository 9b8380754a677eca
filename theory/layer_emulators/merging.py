"""Merging adjacent layers by the CKA of facing ends: cutting where neighbours are least alike.

CRaSh merges, of all adjacent clusters, the two whose facing layers have the highest CKA, until k
are left. What faces across a cut never changes by merging elsewhere, so that the order of merges is
the order of n - 1 numbers: the clusters are what cutting at the k - 1 lowest of them leaves. That
is single linkage on a path, and nothing keeps a cluster's far layers alike.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np

from theory.cka import Matrix, population_cka, residual_layers
from theory.verdict import Claim, Estimate

OURS = "this project"
Cuts = tuple[int, ...]
"""First layer of every cluster but the first, in order."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Likeness:
    """A case: how alike every two layers are, and into how many clusters they are merged."""

    words: str
    alike: Matrix
    """Similarity of every two layers, shape (layers, layers)."""
    clusters: int

    def describe(self) -> str:
        """The case in words."""
        return f"{self.words}, {len(self.alike)} layers in {self.clusters} clusters"

    @property
    def adjacent(self) -> list[float]:
        """Similarity of every layer and the next."""
        return [float(value) for value in np.diag(self.alike, 1)]


def merged(alike: Matrix, clusters: int) -> Cuts:
    """Cuts that are left when the two adjacent clusters of the most alike facing ends are merged.

    Args:
        alike: Similarity of every two layers, shape (layers, layers).
        clusters: Number of clusters at which merging ends.
    """
    groups = [[layer] for layer in range(len(alike))]
    while len(groups) > clusters:
        facing = [alike[left[-1], right[0]] for left, right in pairwise(groups)]
        place = int(np.argmax(facing))
        groups[place : place + 2] = [groups[place] + groups[place + 1]]
    return tuple(group[0] for group in groups[1:])


def partitions(n_layers: int, clusters: int) -> Iterator[Cuts]:
    """All ways to cut layers into so many clusters of neighbours."""
    return combinations(range(1, n_layers), clusters - 1)


def across(alike: Matrix, cuts: Sequence[int]) -> float:
    """Sum of the similarities of neighbours that cuts part."""
    return float(sum(alike[cut - 1, cut] for cut in cuts))


def least_within(alike: Matrix, cuts: Sequence[int]) -> float:
    """The least similarity of two layers of one cluster."""
    ends = pairwise([0, *cuts, len(alike)])
    return float(min(alike[start:end, start:end].min() for start, end in ends))


def best_within(alike: Matrix, clusters: int) -> float:
    """The highest value that `least_within` has over all partitions into so many clusters."""
    return max(least_within(alike, cuts) for cuts in partitions(len(alike), clusters))


def stream(n_layers: int, start: float, clusters: int) -> Likeness:
    """A stream to which every layer adds variance 1, by the population CKA of its layers."""
    layers = residual_layers(2, n_layers - 1, start)
    alike = np.array([[population_cka(one, other) for other in layers] for one in layers])
    words = f"a stream of variance {start:g} to which every layer adds 1"
    return Likeness(words=words, alike=alike, clusters=clusters)


def _drawn(n_layers: int, clusters: int, rng: np.random.Generator) -> Likeness:
    alike = rng.uniform(0.3, 1.0, size=(n_layers, n_layers))
    return Likeness(words="drawn similarities", alike=alike, clusters=clusters)


def _least_of_all(case: Likeness, _rng: np.random.Generator) -> Estimate:
    cuts = partitions(len(case.alike), case.clusters)
    return Estimate(value=min(across(case.alike, each) for each in cuts))


def _by_merging(case: Likeness, _rng: np.random.Generator) -> Estimate:
    return Estimate(value=across(case.alike, merged(case.alike, case.clusters)))


def _within(case: Likeness, _rng: np.random.Generator) -> Estimate:
    return Estimate(value=least_within(case.alike, merged(case.alike, case.clusters)))


def _within_least(case: Likeness, _rng: np.random.Generator) -> Estimate:
    every = partitions(len(case.alike), case.clusters)
    cuts = min(every, key=lambda each: across(case.alike, each))
    return Estimate(value=least_within(case.alike, cuts))


def _stream_within(case: Likeness) -> float:
    """CKA of the ends of the only cluster of several layers: (s + k - 1) / (s + n - 1).

    The first adjacent value of a stream of start s is s / (s + 1), which gives s.
    """
    start = case.adjacent[0] / (1 - case.adjacent[0])
    return (start + case.clusters - 1) / (start + len(case.alike) - 1)


CUTTING: Claim[Likeness] = Claim(
    id="merging-is-cutting",
    statement="merging by facing ends into k clusters is cutting at the k - 1 lowest adjacent "
    "values: no partition has less similarity across its cuts than their sum",
    source=OURS,
    relation="equals",
    cases=lambda rng: (
        stream(13, 6.5, 4),
        _drawn(3, 2, rng),
        _drawn(12, 5, rng),
        _drawn(int(rng.integers(6, 14)), int(rng.integers(2, 6)), rng),
    ),
    span="3 to 13 layers, 2 to 5 clusters; a stream, and similarities drawn at random",
    stated=lambda case: sum(sorted(case.adjacent)[: case.clusters - 1]),
    formula="sorting of n - 1 numbers",
    routes={"exact": _by_merging, "dense": _least_of_all},
    derivations={"exact": "merging, step by step", "dense": "every partition"},
    unit="CKA",
    note="so all that clustering uses is n - 1 numbers: no similarity of layers further apart "
    "enters, nor what a layer does to the loss",
)
CHAINED: Claim[Likeness] = Claim(
    id="merging-chains",
    statement="in a stream merging leaves k - 1 clusters of one layer, and one of all others, "
    "whose ends have a CKA of (s + k - 1)/(s + n - 1)",
    source=OURS,
    relation="equals",
    cases=lambda rng: (
        stream(13, 6.5, 2),
        stream(13, 6.5, 4),
        stream(int(rng.integers(5, 14)), float(rng.uniform(1, 8)), int(rng.integers(1, 5))),
    ),
    span="5 to 13 layers, 1 to 4 clusters, first variance s = 1 to 8",
    stated=_stream_within,
    formula="variances that add up",
    routes={"exact": _within, "dense": _within_least},
    derivations={"exact": "merging, step by step", "dense": "every partition"},
    unit="CKA",
    note="four clusters of 13 layers, s = 6.5, hold a pair of .51 by merging, and none below .79 "
    "in the best of all partitions; other streams cut elsewhere",
)
MERGING_CLAIMS = (CUTTING, CHAINED)
"""Claims about clusters that are merged by their facing ends."""
