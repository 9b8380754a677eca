"""Which layers an emulator has, and whose weights stand where."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import BadInput
from lightning_modules.layers.layout import Layout, at_equal_distances, kept_layers


@pytest.mark.parametrize(
    ("n_layers", "share", "kept"),
    [
        (4, 0.5, (0, 3)),
        (4, 1.0, (0, 1, 2, 3)),
        (30, 0.5, (0, 2, 4, 6, 8, 10, 12, 15, 17, 19, 21, 23, 25, 27, 29)),
        (3, 0.5, (0, 2)),
        (2, 0.5, (0,)),
        (1, 0.5, (0,)),
        (4, 0.01, (0,)),
    ],
)
def test_layers_at_equal_distances_stay(n_layers: int, share: float, kept: tuple[int, ...]) -> None:
    assert kept_layers(n_layers, share) == kept


@pytest.mark.parametrize("share", [0.0, -0.5, 1.5])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(BadInput, match="layers is"):
        kept_layers(4, share)


@given(st.integers(2, 60), st.data())
def test_distances_differ_by_one_at_most(n_layers: int, data: st.DataObject) -> None:
    kept = at_equal_distances(n_layers, data.draw(st.integers(2, n_layers)))

    steps = {right - left for left, right in pairwise(kept)}
    assert (kept[0], kept[-1]) == (0, n_layers - 1)
    assert max(steps) - min(steps) <= 1


def test_places_that_were_left_out_hold_the_nearest_layer_and_of_two_the_right_one() -> None:
    layout = Layout(n_layers=7, kept=(1, 3, 6), sharing="all")

    assert layout.places == (0, 1, 2, 3, 4, 5, 6)
    assert layout.sources == (1, 1, 3, 3, 3, 6, 6)


def test_layers_that_are_trained_do_not_lend_where_they_are_not_to() -> None:
    layout = Layout(n_layers=6, kept=(0, 2, 5), trainable=(2,), sharing="non_trainable")

    assert layout.sources == (0, 0, 2, 5, 5, 5)


@given(st.sets(st.integers(0, 11), min_size=1))
def test_every_place_holds_a_layer_of_which_none_is_nearer(kept: set[int]) -> None:
    layout = Layout(n_layers=12, kept=tuple(sorted(kept)), sharing="all")

    for place, source in zip(layout.places, layout.sources, strict=True):
        assert source in kept
        assert all(abs(place - other) >= abs(place - source) for other in kept)


def test_without_sharing_an_emulator_has_its_kept_layers_in_the_order_given() -> None:
    layout = Layout(n_layers=6, kept=(4, 0, 2))

    assert layout.places == layout.sources == (4, 0, 2)
    assert layout.position == {4: 0, 0: 1, 2: 2}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kept": ()}, "0 layers are to be kept; the model has 6, keep 1 to 6"),
        ({"kept": tuple(range(7))}, "7 layers are to be kept"),
        ({"kept": (0, 6)}, "kept layer 6 is none of the model's, which are 0 to 5"),
        ({"kept": (0, -1)}, "kept layer -1 is none"),
        ({"kept": (0, 2, 2)}, "kept layers name 2 twice"),
        ({"trainable": (1,)}, "layer 1 is to be trained and is not kept; keep it, or train one of"),
        ({"kept": (2, 0), "sharing": "all"}, "they must ascend"),
        ({"trainable": (0, 2), "sharing": "non_trainable"}, "none is left to share"),
        ({"sharing": "some"}, "unknown sharing 'some'; use one of all, non_trainable"),
    ],
)
def test_a_layout_that_no_emulator_has_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        Layout(**{"n_layers": 6, "kept": (0, 2), **changes})
