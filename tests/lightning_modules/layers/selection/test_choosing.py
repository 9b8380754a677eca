"""Numbers about layers become layers that stay."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import BadInput
from lightning_modules.layers.selection.choosing import (
    at_random,
    centres,
    clusters,
    keep_dearest,
)


def _blocks(*sizes: int, within: float = 0.9, across: float = 0.2) -> np.ndarray:
    place = np.repeat(np.arange(len(sizes)), sizes)
    likeness = np.where(place[:, None] == place[None], within, across)
    np.fill_diagonal(likeness, 1.0)
    return likeness


@pytest.mark.parametrize("linkage", ["ends", "mean"])
def test_blocks_of_like_layers_are_found(linkage: str) -> None:
    found = clusters(_blocks(2, 7, 14, 1), 4, linkage)  # type: ignore[arg-type]

    assert [len(cluster) for cluster in found] == [2, 7, 14, 1]
    assert centres(found) == (1, 5, 16, 23)


def test_ends_make_a_chain_of_unlike_layers_and_the_mean_does_not() -> None:
    """Layers 0 to 4 turn step by step; 5 and 6 are moderately alike and alike to no other."""
    likeness = np.array([[max(0.0, 1 - 0.3 * abs(i - j)) for j in range(7)] for i in range(7)])
    likeness[:5, 5:] = likeness[5:, :5] = 0.1
    likeness[5, 6] = likeness[6, 5] = 0.6

    assert clusters(likeness, 3, "ends") == ((0, 1, 2, 3, 4), (5,), (6,))
    assert clusters(likeness, 3, "mean") == ((0, 1), (2, 3, 4), (5, 6)) or clusters(
        likeness, 3, "mean"
    ) == ((0, 1, 2), (3, 4), (5, 6))


@given(st.integers(1, 12), st.data())
def test_clusters_are_runs_of_all_layers(n_layers: int, data: st.DataObject) -> None:
    n_clusters = data.draw(st.integers(1, n_layers))
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    found = clusters(rng.uniform(size=(n_layers, n_layers)), n_clusters)

    assert len(found) == n_clusters
    assert [layer for cluster in found for layer in cluster] == list(range(n_layers))


@given(st.lists(st.floats(-3, 3), min_size=1, max_size=8), st.data())
def test_the_dearest_layers_stay(costs: list[float], data: st.DataObject) -> None:
    n_kept = data.draw(st.integers(1, len(costs)))
    kept = keep_dearest(costs, n_kept)
    left = [cost for layer, cost in enumerate(costs) if layer not in kept]

    assert list(kept) == sorted(set(kept))
    assert len(kept) == n_kept
    assert max(left, default=-4) <= min(costs[layer] for layer in kept)


def test_of_equally_dear_layers_the_earlier_stay() -> None:
    assert keep_dearest([1.0, 2.0, 1.0, 1.0], 2) == (0, 1)


def test_every_set_of_layers_is_equally_likely() -> None:
    rng = np.random.default_rng(0)
    drawn = [at_random(4, 2, rng) for _ in range(1200)]
    counts = {kept: drawn.count(kept) for kept in set(drawn)}

    assert set(counts) == {(i, j) for i in range(4) for j in range(i + 1, 4)}
    assert min(counts.values()) > 150


def test_numbers_that_no_model_can_keep_are_refused() -> None:
    with pytest.raises(BadInput, match="the model has 3, keep 1 to 3"):
        keep_dearest([1.0, 2.0, 3.0], 4)
    with pytest.raises(BadInput, match="keep 1 to 3"):
        clusters(np.eye(3), 0)
    with pytest.raises(BadInput, match="keep 1 to 3"):
        at_random(3, 4, np.random.default_rng(0))
    with pytest.raises(BadInput, match="unknown linkage 'ward'; use one of ends, mean"):
        clusters(np.eye(3), 2, "ward")  # type: ignore[arg-type]
