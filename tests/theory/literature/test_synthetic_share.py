"""A fixed synthetic share: exact errors, their floor and their limit."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.literature import synthetic_share
from theory.literature.synthetic_share import MixedRows

BASE = MixedRows(n_samples=12, synthetic=6, n_features=3, shift=2.0, noise_std=0.0)


def test_no_synthetic_row_takes_nothing_over_and_all_rows_take_all() -> None:
    assert synthetic_share.taken_over(replace(BASE, synthetic=0)) == 0
    assert synthetic_share.taken_over(replace(BASE, synthetic=12)) == pytest.approx(4)


def test_one_column_is_a_beta_variable() -> None:
    case = replace(BASE, n_features=1, n_samples=6, synthetic=2, shift=1.0)

    assert synthetic_share.taken_over(case) == pytest.approx(1 / 6)


@given(st.integers(1, 8), st.integers(2, 40), st.integers(1, 100))
def test_the_floor_is_never_undercut(d: int, spare: int, part: int) -> None:
    T = d + spare
    case = replace(BASE, n_features=d, n_samples=T, synthetic=1 + part % (T - 1))

    assert synthetic_share.taken_over(case) >= synthetic_share.floor(case)


def test_more_rows_come_down_to_the_floor_and_no_further() -> None:
    late = replace(BASE, n_samples=10**6, synthetic=5 * 10**5, noise_std=1.0)

    assert synthetic_share.mixed_error(late) == pytest.approx(synthetic_share.floor(late), rel=1e-4)
    assert synthetic_share.floor(late) == 1.0


def test_the_proof_of_the_floor_holds() -> None:
    assert synthetic_share.floor_holds()


def test_large_sizes_come_to_the_proportional_limit() -> None:
    case = replace(BASE, n_samples=4000, synthetic=1000, n_features=1000, noise_std=0.5)

    limit = synthetic_share.proportional_limit(case)

    assert synthetic_share.mixed_error(case) == pytest.approx(limit, rel=2e-3)
    assert limit == pytest.approx(4 * (1 / 16 + 3 / 16 / 3) + 0.25 / 3)


@pytest.mark.parametrize("part", [1, 6, 11])
def test_drawn_rows_and_drawn_gram_matrices_agree(part: int) -> None:
    case = replace(BASE, synthetic=part, noise_std=0.5)
    rng = np.random.default_rng(part)

    for found in (
        synthetic_share.simulated(case, rng, runs=1000),
        synthetic_share.by_bartlett(case, rng, draws=2000),
    ):
        assert abs(found.value - synthetic_share.mixed_error(case)) < 4 * found.stderr
