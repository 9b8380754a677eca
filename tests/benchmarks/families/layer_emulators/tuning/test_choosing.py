"""Rules name the frozen layers of an emulator whose trained layers are given."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.families.layer_emulators.tuning.work.choosing import (
    by_clusters,
    dearest,
    evenly,
    outside_intervals,
    sets,
)
from benchmarks.families.layer_emulators.tuning.work.measuring import barrier
from lightning_modules.layers.selection.choosing import clusters


def test_uniform_layers_fill_the_largest_gaps() -> None:
    assert evenly(12, (0, 3, 7, 11), 2) == (5, 9)
    assert evenly(12, (0, 1, 10, 11), 2) == (4, 7)


def test_the_dearest_layers_are_kept_beside_the_trained_ones() -> None:
    costs = np.array([9.0, 0.1, 0.5, 9.0, 0.3, 0.2, 9.0])

    assert dearest(costs, (0, 3, 6), 2) == (2, 4)


def test_intervals_hold_no_trained_layer_and_cost_least() -> None:
    costs = {(1, 1): 1.0, (2, 1): 1.0, (1, 2): 0.5, (4, 1): 0.1, (3, 2): -9.0}

    assert outside_intervals(costs, 6, (0, 3, 5), 1) == (4,)


@given(st.integers(0, 2**32 - 1), st.sets(st.integers(0, 7), min_size=1, max_size=4))
def test_some_number_of_clusters_has_as_many_without_a_trained_layer_as_are_wanted(
    seed: int, trained: set[int]
) -> None:
    rng = np.random.default_rng(seed)
    likeness = rng.random((8, 8))
    places = tuple(sorted(trained))
    for n_free in range(1, 8 - len(places) + 1):
        kept = by_clusters(likeness, places, n_free)

        assert len(set(kept)) == n_free
        assert not set(kept) & trained
        without = [
            [cluster for cluster in clusters(likeness, k) if not set(cluster) & trained]
            for k in range(1, 9)
        ]
        first = next(found for found in without if len(found) == n_free)
        assert kept == tuple(cluster[len(cluster) // 2] for cluster in first)


@given(
    st.sets(st.integers(0, 9), min_size=1, max_size=5).filter(lambda s: len(s) < 9),
    st.integers(1, 3),
)
def test_no_other_choice_leaves_smaller_gaps(trained: set[int], n_free: int) -> None:
    places = tuple(sorted(trained))
    free = [place for place in range(10) if place not in trained]
    n_free = min(n_free, len(free))

    def squares(some: tuple[int, ...]) -> int:
        ends = [-1, *sorted((*places, *some)), 10]
        return sum((b - a) ** 2 for a, b in pairwise(ends))

    chosen = evenly(10, places, n_free)
    assert squares(chosen) == min(map(squares, combinations(free, n_free)))


def test_a_barrier_is_the_height_above_the_chord_and_not_above_the_lower_end() -> None:
    assert barrier([1.0, 3.0, 3.0]) == 1.0
    assert barrier([1.0, 1.5, 3.0]) == 0.0
    assert barrier([2.0, 2.5, 2.0]) == pytest.approx(0.5)


def test_sets_are_different_and_all_where_there_are_no_more() -> None:
    few = sets(tuple(range(20)), 8, 5, np.random.default_rng(0))
    all_there_are = sets((2, 4, 6, 8), 2, 9, np.random.default_rng(0))

    assert len(set(few)) == 5
    assert sorted(all_there_are) == list(combinations((2, 4, 6, 8), 2))
