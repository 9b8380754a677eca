"""Replaced labels: closed forms at cases that can be done by hand."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.literature import replacement
from theory.literature.chains import Chain

WIDE = Chain(n_samples=2, n_features=6, fits=1, noise_std=0.0, signal=1.0, redrawn=True)


def test_errors_add_up() -> None:
    chain = Chain(n_samples=10, n_features=4, fits=3, noise_std=2.0)

    assert replacement.linear_growth(chain) == pytest.approx(3 * 4 * 4 / 5)
    assert replacement.linear_growth_by_chi_square(chain).value == pytest.approx(3 * 4 * 4 / 5)


def test_two_of_six_directions_are_seen_and_the_next_design_sees_a_third_of_them() -> None:
    assert replacement.interpolating_redrawn(WIDE) == pytest.approx(2 / 3)
    assert replacement.interpolating_redrawn(replace(WIDE, fits=2)) == pytest.approx(8 / 9)


@given(st.integers(1, 9), st.integers(1, 6), st.integers(2, 9), st.floats(0, 2))
def test_three_derivations_of_forgetting_agree(
    fits: int, rows: int, spare: int, noise: float
) -> None:
    chain = replace(WIDE, fits=fits, n_samples=rows, n_features=rows + spare, noise_std=noise)

    stated = replacement.interpolating_redrawn(chain)

    assert replacement.interpolating_redrawn_by_matrices(chain).value == pytest.approx(stated)


def test_the_symbolic_route_keeps_fractions() -> None:
    chain = replace(WIDE, fits=3, noise_std=0.5)

    found = replacement.interpolating_redrawn_by_lengths(chain)

    assert found.value == pytest.approx(replacement.interpolating_redrawn(chain))


def test_one_fit_knows_no_difference_between_kept_and_redrawn() -> None:
    chain = replace(WIDE, noise_std=0.7)

    assert replacement.interpolating_kept(chain) == replacement.interpolating_redrawn(chain)


def test_redrawn_noise_is_bounded_and_kept_noise_is_not() -> None:
    late = replace(WIDE, fits=1000, noise_std=1.0)

    assert replacement.interpolating_redrawn(late) == pytest.approx(1 + 2 / 3 * 1.5)
    assert replacement.interpolating_kept(late) == pytest.approx(2 / 3 + 1000 * 2 / 3)
