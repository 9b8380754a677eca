"""Clusters by their facing ends are cuts at the lowest adjacent values, and may be chains."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.cka import Matrix
from theory.layer_emulators.merging import (
    best_within,
    least_within,
    merged,
    partitions,
    stream,
)

_ALIKE = st.integers(2, 9).flatmap(
    lambda n: st.tuples(
        st.permutations(range(n - 1)).map(
            lambda order: np.diag(1.0 + np.array(order), 1) + np.eye(n)
        ),
        st.integers(1, n),
    )
)


@given(_ALIKE)
def test_merging_cuts_at_the_lowest_adjacent_values(case: tuple[Matrix, int]) -> None:
    alike, clusters = case

    lowest = np.sort(np.argsort(np.diag(alike, 1))[: clusters - 1]) + 1

    assert merged(alike, clusters) == tuple(lowest)


@given(st.integers(1, 8), st.integers(1, 8))
def test_partitions_are_cuts_in_order(n_layers: int, clusters: int) -> None:
    found = list(partitions(n_layers, clusters))

    assert len(set(found)) == len(found)
    assert all(a < b for cuts in found for a, b in pairwise((0, *cuts, n_layers)))


def test_four_clusters_of_a_stream_are_three_layers_and_the_rest() -> None:
    case = stream(13, 6.5, 4)
    cuts = merged(case.alike, 4)

    assert cuts == (1, 2, 3)
    assert least_within(case.alike, cuts) == pytest.approx(9.5 / 18.5)
    assert round(best_within(case.alike, 4), 3) == 0.793


def test_one_cluster_holds_the_unlike_ends() -> None:
    alike = stream(13, 6.5, 1).alike

    assert min(np.diag(alike, 1)) > 0.84
    assert least_within(alike, merged(alike, 1)) == pytest.approx(6.5 / 18.5)
