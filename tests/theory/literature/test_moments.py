"""Moments of Gaussian designs, against values that need no computer."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.literature.moments import (
    Pair,
    inverse_trace,
    minimum_norm_trace,
    projection_pair,
    share_pair,
    trace_times_inverse_trace,
)

sizes = st.tuples(st.integers(1, 8), st.integers(1, 8))


def test_one_column_has_the_mean_of_an_inverse_chi_square() -> None:
    assert inverse_trace(5, 1) == Fraction(1, 3)


def test_the_noise_of_an_interpolation_is_that_of_the_transposed_design() -> None:
    assert minimum_norm_trace(2, 7) == Fraction(2, 4)


@pytest.mark.parametrize(("rows", "columns"), [(3, 2), (2, 2), (5, 0)])
def test_too_few_rows_have_no_mean(rows: int, columns: int) -> None:
    with pytest.raises(ValueError, match="T >= d \\+ 2"):
        inverse_trace(rows, columns)


def test_a_random_line_in_the_plane() -> None:
    pair = projection_pair(1, 2)

    # P = (c, s)(c, s)': E P e1e1' P has E c^4 = 3/8 and E c^2 s^2 = 1/8 on its diagonal
    assert np.allclose(pair.sandwich(np.diag([1.0, 0.0])), np.diag([3 / 8, 1 / 8]))


@given(sizes)
def test_a_projection_on_everything_changes_nothing(size: tuple[int, int]) -> None:
    d = size[0]

    pair = projection_pair(d, d)

    assert pair == Pair(x=Fraction(1), y=Fraction(0))


@given(sizes, st.integers(0, 10**6))
def test_a_projection_keeps_its_share_of_a_trace(size: tuple[int, int], seed: int) -> None:
    rank, d = min(size), max(size)
    S = np.random.default_rng(seed).normal(size=(d, d))

    kept = np.trace(projection_pair(rank, d).sandwich(S + S.T))

    assert kept == pytest.approx(rank / d * np.trace(S + S.T), abs=1e-9)


@given(st.integers(1, 6), st.integers(2, 20))
def test_all_rows_are_the_whole_gram_matrix(d: int, spare: int) -> None:
    pair = share_pair(d + spare, d + spare, d)

    assert pair.x + 2 * pair.y == 1
    assert pair.y == 0


def test_a_share_of_rows_of_one_column_is_a_beta_variable() -> None:
    pair = share_pair(2, 6, 1)

    # B ~ Beta(1, 2): E B^2 = 1 * 2 / (3 * 4)
    assert pair.x + 2 * pair.y == Fraction(1, 6)


def test_a_number_times_its_inverse_is_one() -> None:
    assert trace_times_inverse_trace(9, 1) == 1
