"""Cyclic moments of random projections, against every case that is known in another way."""

from fractions import Fraction

import numpy as np
import pytest
import sympy

from theory.linear_chains.bounds import one_fit
from theory.linear_chains.matrix_forms import whitened_design
from theory.linear_chains.projections import (
    cyclic_moment,
    disjoint_mean_holds,
    free_cumulant,
    growth_is_bounded,
    legendre_cumulants_hold,
    limiting_moment,
    mean_growth,
)
from theory.toedit.evidence.cases import small


def dirichlet(k: int, n_samples: int) -> Fraction:
    """Return E q_1 .. q_k for the squares q of a uniform unit vector."""
    value = Fraction(1)
    for used in range(k):
        value *= Fraction(1, n_samples + 2 * used)
    return value


def test_one_row_of_a_projection_weighs_one_in_t() -> None:
    assert all(cyclic_moment(1, T, d) == Fraction(1, T) for T in (3, 7) for d in range(1, T))


@pytest.mark.parametrize("n_samples", [3, 5, 9])
def test_rank_one_and_its_complement_are_products_on_a_sphere(n_samples: int) -> None:
    for k in range(2, n_samples + 1):
        known = dirichlet(k, n_samples)
        assert cyclic_moment(k, n_samples, 1) == known
        assert cyclic_moment(k, n_samples, n_samples - 1) * (n_samples - 1) == (-1) ** k * known


def test_two_rows_follow_from_the_trace() -> None:
    for T in range(3, 12):
        for d in range(1, T + 1):
            assert cyclic_moment(2, T, d) == Fraction(T - d, (T + 2) * T * (T - 1))


def test_a_projection_and_its_complement_differ_by_a_sign() -> None:
    for k in range(2, 8):
        mine, other = cyclic_moment(k, 8, 3) * 3, cyclic_moment(k, 8, 5) * 5
        assert mine == (-1) ** k * other


def test_four_rows_agree_with_drawn_projections() -> None:
    rng = np.random.default_rng(0)
    frames = np.linalg.qr(rng.normal(size=(40_000, 6, 2)))[0]
    P = frames @ frames.transpose(0, 2, 1)
    values = P[:, 0, 1] * P[:, 1, 2] * P[:, 2, 3] * P[:, 3, 0] / 2

    noise = values.std() / np.sqrt(len(values))
    assert abs(values.mean() - float(cyclic_moment(4, 6, 2))) < 4 * noise


def test_the_mean_growth_agrees_with_products_over_designs() -> None:
    rng = np.random.default_rng(1)
    traces = []
    for _ in range(4000):
        U = whitened_design(rng.normal(size=(7, 2)))[0]
        C = np.eye(2)
        for rows in ([0, 1], [2], [3, 4, 5]):
            C = C + U[rows].T @ (U[rows] @ C)
        traces.append(np.trace(C) / 2)

    noise = np.std(traces) / np.sqrt(len(traces))
    assert abs(np.mean(traces) - float(mean_growth((2, 1, 3), 7, 2))) < 4 * noise


def test_the_mean_growth_of_one_mask_is_one_plus_its_share() -> None:
    assert mean_growth((3,), 9, 4) == Fraction(4, 3)
    with pytest.raises(ValueError, match="do not fit"):
        mean_growth((5, 5), 9, 4)
    with pytest.raises(ValueError, match="must lie in"):
        cyclic_moment(0, 9, 4)


def test_every_small_size_keeps_the_mean_under_the_exponential() -> None:
    assert disjoint_mean_holds(14)


def test_a_moment_passes_one_from_27_rows_on_and_the_sum_forgives_it() -> None:
    assert all(26**k * abs(cyclic_moment(k, 26, 13)) <= 1 for k in range(1, 27))
    assert 27**27 * cyclic_moment(27, 27, 13) > 1
    assert growth_is_bounded(27, 13)


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_the_limit_of_a_moment_is_a_legendre_integral(k: int) -> None:
    x = sympy.Symbol("x", positive=True)

    assert sympy.expand(limiting_moment(k, x) * x - free_cumulant(k, x)) == 0


def test_free_cumulants_of_a_projection_are_bounded_by_its_trace() -> None:
    assert legendre_cumulants_hold()
    for k in range(1, 9):
        for x in (Fraction(1, 10), Fraction(1, 2), Fraction(9, 10)):
            share = sympy.Rational(x.numerator, x.denominator)
            assert abs(free_cumulant(k, share)) <= share


def test_one_fit_of_equal_rows() -> None:
    assert one_fit(small(((1,),) * 4, [], workflow="edit_previous")) == pytest.approx(0.25)
