"""Accumulated maximum likelihood: words that stay near, and marks that do not."""

import math
from fractions import Fraction

import numpy as np
import pytest

from theory.discrete import likelihood
from theory.discrete.likelihood import Marked, Pooled

HALF = Fraction(1, 2)
MARKED = Marked(draws=20, generations=3, rate=HALF)


def test_one_draw_a_generation_repeats_the_first_for_ever() -> None:
    case = Pooled(probability=HALF, draws=1, fits=9)

    assert likelihood.pooled_error(case) == 1
    assert likelihood.pooled_by_chain(case).value == pytest.approx(1)


@pytest.mark.parametrize(("draws", "fits"), [(2, 2), (5, 4), (12, 7)])
def test_the_chain_of_pooled_counts_has_the_closed_form(draws: int, fits: int) -> None:
    case = Pooled(probability=Fraction(1, 3), draws=draws, fits=fits)

    assert likelihood.pooled_by_chain(case).value == pytest.approx(likelihood.pooled_error(case))
    assert likelihood.pooled_error(case) < math.pi**2 / 6


def test_one_number_and_one_more_draw_a_mark_half_of_the_time() -> None:
    case = Marked(draws=1, generations=1, rate=HALF)

    # 1 - int (1 - c (1 - a)) da = c / 2
    assert likelihood.collapsed(case) == pytest.approx(0.25)
    assert likelihood.collapsed_by_integral(case).value == pytest.approx(0.25)


def test_the_chance_of_collapse_has_the_stated_limit() -> None:
    many = Marked(draws=500, generations=2, rate=HALF)

    assert likelihood.collapsed_limit(many) == 0.5
    assert likelihood.collapsed(many) == pytest.approx(0.5, abs=2e-3)


def fitted(n_numbers: int, largest: float, n_marks: int) -> tuple[float, bool]:
    """Fit one pool."""
    pool = np.array([n_numbers]), np.array([largest]), np.array([n_marks])
    a, collapsed = likelihood.fitted(MARKED, *pool)
    return float(a[0]), bool(collapsed[0])


def logarithm(a: float, n_numbers: int, n_marks: int) -> float:
    """Return the log-likelihood of one pool under P_a."""
    pool = np.array([a]), np.array([n_numbers]), np.array([n_marks])
    return float(likelihood.log_likelihood(MARKED, *pool, point=False)[0])


def test_human_numbers_are_fitted_by_the_largest() -> None:
    a, collapsed = fitted(20, 0.9, 0)

    assert (a, collapsed) == (0.9, False)


def test_one_mark_is_enough_for_a_point_mass() -> None:
    a, collapsed = fitted(80, 0.9, 1)

    assert collapsed
    assert a == pytest.approx(0.9)


def test_the_truth_writes_no_mark() -> None:
    assert logarithm(1.0, 5, 1) == -math.inf
    assert logarithm(1.0, 5, 0) == 0


def test_the_likelihood_of_numbers_by_hand() -> None:
    found = logarithm(0.8, 3, 0)

    assert found == pytest.approx(3 * math.log(0.9 / 0.8))


def test_the_first_fit_is_near_the_truth() -> None:
    assert likelihood.distance_of_first_fit(MARKED) == pytest.approx(1 / 21)
    assert likelihood.distance_by_integral(MARKED).value == pytest.approx(1 / 21)


def test_simulated_fits_collapse_as_often_as_stated() -> None:
    found = likelihood.collapsed_by_fits(MARKED, np.random.default_rng(3), chains=200)

    assert abs(found.value - likelihood.collapsed(MARKED)) < 4 * found.stderr


def test_the_bound_of_pooled_words_is_proved() -> None:
    assert likelihood.pooled_bound_holds()
