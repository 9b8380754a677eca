"""Accumulated rows: sums, their limits, and the order of kept and redrawn designs."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.literature import accumulation
from theory.literature.chains import Chain

BASE = Chain(n_samples=5, n_features=1, fits=2, pooled=True)


def test_two_fits_by_hand() -> None:
    assert accumulation.kept_design(BASE) == pytest.approx(1 / 3 * (1 + 1 / 4))
    assert accumulation.redrawn_design(BASE) == pytest.approx(1 / 3 + 1 / (2 * 8))


@given(st.integers(1, 6), st.integers(2, 20), st.integers(2, 40))
def test_redrawn_designs_do_better_and_both_stay_below_the_bound(
    d: int, spare: int, fits: int
) -> None:
    chain = replace(BASE, n_features=d, n_samples=d + spare, fits=fits)

    redrawn, kept = accumulation.redrawn_design(chain), accumulation.kept_design(chain)

    assert redrawn < kept < accumulation.kept_design_bound(chain)
    assert redrawn < accumulation.redrawn_design_limit(chain)


def test_the_limit_is_that_of_the_sum() -> None:
    late = replace(BASE, fits=20_000, n_samples=9, n_features=4)

    limit = accumulation.redrawn_design_limit(late)

    assert accumulation.redrawn_design(late) == pytest.approx(limit, rel=1e-4)


def test_the_proofs_hold() -> None:
    assert accumulation.bound_steps_hold()
    assert accumulation.redrawn_is_less()


@pytest.mark.parametrize("rows", [2, 3, 9])
def test_drawn_gram_matrices_have_the_mean_of_a_wishart_matrix(rows: int) -> None:
    drawn = accumulation.bartlett(rows, 3, 20_000, np.random.default_rng(0))

    assert np.allclose(drawn.mean(axis=0), rows * np.eye(3), atol=4 * math.sqrt(2 * rows / 20_000))
    assert drawn[:, 0, 0].var() == pytest.approx(2 * rows, rel=0.1)


def test_maps_of_labels_find_the_error_of_one_design() -> None:
    chain = replace(BASE, n_samples=16, n_features=2, fits=3, redrawn=True, noise_std=2.0)

    found = accumulation.redrawn_by_label_maps(chain, np.random.default_rng(1), designs=200)

    assert abs(found.value - accumulation.redrawn_design(chain)) < 4 * found.stderr
