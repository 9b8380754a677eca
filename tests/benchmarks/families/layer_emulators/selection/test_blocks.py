"""Blocks are told from nearness, from chance and from one set of texts."""

import math
from itertools import combinations

import numpy as np
import pytest

from benchmarks.families.layer_emulators.selection.blocks import (
    adjusted_rand,
    labels_of,
    share_as_strong,
    strength,
    strength_at_distance,
)
from data.errors import BadInput

LABELS = np.repeat(np.arange(3), [3, 4, 2])


def _blocky(labels: np.ndarray, within: float = 0.9, across: float = 0.3) -> np.ndarray:
    found: np.ndarray = np.where(labels[:, None] == labels[None], within, across)
    return found


def _chain(n_layers: int) -> np.ndarray:
    """Layers whose likeness falls with their distance, and nothing else."""
    places = np.arange(n_layers)
    likeness: np.ndarray = 0.8 ** np.abs(places[:, None] - places[None])
    return likeness


def test_blocks_are_found_and_measured() -> None:
    likeness = _blocky(LABELS)

    assert (labels_of(likeness, 3) == LABELS).all()
    assert strength(likeness, LABELS) == pytest.approx(0.6)
    assert strength_at_distance(likeness, LABELS) == pytest.approx(0.6)


def test_a_chain_of_layers_has_blocks_by_strength_and_none_at_equal_distance() -> None:
    assert strength(_chain(9), LABELS) > 0.2
    assert strength_at_distance(_chain(9), LABELS) == pytest.approx(0)


def test_no_other_partition_is_as_strong_as_the_blocks() -> None:
    likeness = _blocky(LABELS)

    assert share_as_strong(likeness, LABELS) == pytest.approx(1 / math.comb(8, 2))


def test_every_partition_is_compared() -> None:
    likeness = np.random.default_rng(0).uniform(size=(7, 7))
    likeness = (likeness + likeness.T) / 2
    by_hand = []
    for cuts in combinations(range(1, 7), 2):
        labels = np.searchsorted(cuts, np.arange(7), side="right")
        by_hand.append(strength(likeness, labels))
    for cuts in ((1, 2), (2, 5), (3, 6)):
        labels = np.searchsorted(cuts, np.arange(7), side="right")
        expected = np.mean(np.array(by_hand) >= strength(likeness, labels) - 1e-12)
        assert share_as_strong(likeness, labels) == pytest.approx(expected)


def test_too_many_partitions_are_refused() -> None:
    labels = np.minimum(np.arange(40), 9)
    with pytest.raises(BadInput, match="40 layers have 211,915,132 partitions into 10 blocks"):
        share_as_strong(np.eye(40), labels)


def test_agreement_of_two_partitions() -> None:
    first, second = np.array([0, 0, 1, 1]), np.array([0, 0, 1, 2])

    assert adjusted_rand(first, first) == 1
    assert adjusted_rand(first, second) == pytest.approx(4 / 7)  # Hubert and Arabie's formula
    assert adjusted_rand(first, np.array([0, 1, 0, 1])) == pytest.approx(-0.5)
    assert adjusted_rand(np.zeros(4, int), np.zeros(4, int)) == 1


def test_partitions_at_random_agree_by_chance_alone() -> None:
    rng = np.random.default_rng(0)
    found = [adjusted_rand(rng.integers(0, 3, 12), rng.integers(0, 3, 12)) for _ in range(400)]

    assert np.mean(found) == pytest.approx(0, abs=0.03)


def test_one_block_and_single_layers_have_no_strength() -> None:
    assert math.isnan(strength(_chain(4), np.zeros(4, int)))
    assert math.isnan(strength(_chain(4), np.arange(4)))
    assert math.isnan(strength_at_distance(_chain(4), np.arange(4)))
