"""Mask schedules."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.linear_chains import masks as schedules

RNG = np.random.default_rng


@settings(deadline=None, derandomize=True)
@given(st.integers(1, 8), st.integers(3, 40), st.floats(0, 1), st.integers(0, 99))
def test_every_generation_edits_the_share_asked_for(n, size, share, seed) -> None:  # noqa: ANN001
    rows = schedules.edited_rows(share, size)

    for draw in (schedules.fixed, schedules.fresh):
        masks = draw(n, size, share, rng=RNG(seed))
        assert masks.shape == (n, size)
        assert (masks.sum(axis=1) == rows).all()


def test_fixed_masks_repeat() -> None:
    masks = schedules.fixed(5, 20, 0.3, rng=RNG(0))

    assert (masks == masks[0]).all()


def test_fresh_masks_differ() -> None:
    masks = schedules.fresh(5, 20, 0.3, rng=RNG(0))

    assert (masks[1:] != masks[0]).any(axis=1).all()


def test_disjoint_masks_never_meet() -> None:
    masks = schedules.disjoint(10, 20, 0.1, rng=RNG(0))

    assert masks.sum(axis=0).tolist() == [1] * 20


def test_disjoint_masks_must_fit() -> None:
    with pytest.raises(ValueError, match="M_i M_j = 0"):
        schedules.disjoint(11, 20, 0.1, rng=RNG(0))


def test_geometric_masks_shrink_from_the_first() -> None:
    masks = schedules.geometric(4, 80, 0.5, 0.5, rng=RNG(0))

    assert masks.sum(axis=1).tolist() == [40, 20, 10, 5]


def test_confident_masks_take_the_smallest_residuals() -> None:
    labels = np.array([[3.0, -0.1, 0.2, -5.0]])

    chosen = schedules.confident(0.5)(labels, np.zeros((1, 4)), 0, RNG(0))

    assert chosen.tolist() == [[False, True, True, False]]


def test_confident_masks_may_be_empty() -> None:
    chosen = schedules.confident(0.0)(np.ones((2, 4)), np.zeros((2, 4)), 0, RNG(0))

    assert not chosen.any()


def test_redrawn_masks_differ_between_chains() -> None:
    chosen = schedules.redrawn(0.5)(np.ones((50, 8)), np.zeros((50, 8)), 0, RNG(0))

    assert (chosen.sum(axis=1) == 4).all()
    assert len(np.unique(chosen, axis=0)) > 10


@pytest.mark.parametrize("share", [-0.1, 1.1, np.nan])
def test_shares_outside_0_and_1_are_refused(share: float) -> None:
    with pytest.raises(ValueError, match="share"):
        schedules.fresh(2, 10, share, rng=RNG(0))


def test_a_growing_geometric_schedule_is_refused() -> None:
    with pytest.raises(ValueError, match="decay"):
        schedules.geometric(2, 10, 0.1, 1.5, rng=RNG(0))
