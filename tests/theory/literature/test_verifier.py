"""Verified labels: one step, the exact kernel, and what the long run holds."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from theory.literature import verifier
from theory.literature.verifier import Verified

BASE = Verified(half_width=1.5, bias=0.2, kept=10, human=20, rounds=6)
widths = st.floats(0.05, 4)


def test_a_narrow_verifier_lets_a_uniform_law_pass() -> None:
    assert verifier.contraction(0.01) == pytest.approx(0.01**2 / 3, rel=1e-3)


def test_a_wide_verifier_lets_everything_pass() -> None:
    assert verifier.contraction(9.0) == pytest.approx(1.0)
    assert verifier.verified_mean(0.7, 50.0) == pytest.approx(0.7)


@given(widths, st.floats(-6, 6))
def test_a_round_shrinks_the_distance_at_least_by_the_contraction(a: float, z: float) -> None:
    moved = verifier.verified_mean_by_quadrature(z, a)

    assert abs(moved) <= verifier.contraction(a) * abs(z) * (1 + 1e-6) + 1e-9
    assert moved * z >= -1e-9


def test_closed_form_and_integrals_agree() -> None:
    assert verifier.verified_mean(1.1, 0.8) == pytest.approx(
        verifier.verified_mean_by_quadrature(1.1, 0.8)
    )
    value = verifier.contraction_by_integral(sympy.Rational(4, 5))
    assert float(value) == pytest.approx(verifier.contraction(0.8))
    assert verifier.contraction_steps_hold()


def test_the_first_error_is_that_of_the_human_labels() -> None:
    assert verifier.errors_by_kernel(BASE)[0] == 1 / 20
    assert verifier.error_after(BASE, 0) == pytest.approx(1 / 20)


def test_the_kernel_agrees_with_drawn_labels() -> None:
    means, errors = verifier.simulated_errors(BASE, np.random.default_rng(0), runs=8000)

    exact = np.array(verifier.errors_by_kernel(BASE))

    assert (np.abs(means - exact) < 4 * errors + 1e-3 * exact).all()


def test_the_best_error_is_the_least_of_all_rounds() -> None:
    case = replace(BASE, kept=50)
    rounds = verifier.best_rounds(case)

    best = verifier.error_after(case, rounds)

    assert best == pytest.approx(verifier.best_error(case))
    assert best < min(verifier.error_after(case, rounds + h) for h in (-0.5, 0.5))
    assert best < verifier.error_after(case, math.inf)


def test_a_perfect_verifier_has_no_reversal() -> None:
    errors = verifier.errors_by_kernel(replace(BASE, bias=0.0, kept=40, rounds=10))

    assert all(later <= sooner * (1 + 1e-6) for sooner, later in pairwise(errors))
    assert errors[-1] > 0.8 * verifier.floor(replace(BASE, kept=40))


def test_without_a_gain_there_is_nothing_to_reverse() -> None:
    with pytest.raises(ValueError, match="no early gain"):
        verifier.best_error(replace(BASE, human=10_000))


def test_far_positions_are_drawn_without_loss() -> None:
    far = replace(BASE, kept=2000, rounds=1, half_width=1.0)

    found = verifier.simulated_positions(far, np.random.default_rng(1), runs=50, start=12.0)

    assert found.mean() == pytest.approx(verifier.verified_mean_by_quadrature(12.0, 1.0), abs=2e-3)


def test_the_bound_on_the_distance_by_hand() -> None:
    rho = verifier.contraction(1.5)
    case = replace(BASE, rounds=2, growth=10)

    bound = verifier.distance_bound(case)

    assert bound == pytest.approx(rho**4 * (0.04 + 0.05) + rho**3 / 10 + rho / 20)


def test_the_proof_of_the_contraction_fails_for_other_formulas() -> None:
    holds = verifier.contraction_steps_hold

    assert holds()
    assert not holds(rho=lambda a: 1.05 * verifier.contraction(a))
    assert not holds(rho=lambda a: verifier.contraction(1.05 * a))
    assert not holds(mean=lambda z, a: 1.05 * verifier.verified_mean(z, a))
    assert not holds(log_density=lambda y, z: -((y - z) ** 2))
    assert not holds(log_density=lambda y, z: -((y - z) ** 4))


def test_strata_leave_the_mean_as_it_is_and_take_the_noise() -> None:
    case = replace(BASE, kept=500, rounds=1, half_width=1.0)

    found = verifier.simulated_positions(case, np.random.default_rng(1), runs=20, start=0.7)

    assert found.mean() == pytest.approx(verifier.verified_mean(0.7, 1.0), abs=1e-4)
    assert found.std() < 1e-4
