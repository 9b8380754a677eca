"""Ridge regression downstream of a chain: equivalents, exact errors and exponents."""

import math
from dataclasses import replace

import numpy as np
import pytest
import sympy

from theory.literature import spectra
from theory.literature.chains import minimum_norm_map
from theory.literature.spectra import Kernel

BASE = Kernel(n_samples=30, n_features=20, generator_rows=50, generations=2, decay=1.2, ridge=0.1)


def test_a_huge_penalty_leaves_the_whole_signal() -> None:
    assert spectra.equivalent_error(BASE, 1e6) == pytest.approx(1.0, rel=1e-4)


def test_no_penalty_is_least_squares() -> None:
    large = replace(BASE, n_samples=4000, n_features=1000, generator_rows=2002)

    # bias 0; own noise sigma^2 d/(T-d); inherited noise n sigma^2 d/(T_0-d-1)
    expected = 0.25 * 1000 / 3000 + 2 * 0.25 * 1000 / 1001
    assert spectra.equivalent_error(large, 1e-12) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("ridge", [1e-4, 0.1, 3.0])
def test_the_effective_ridge_solves_its_equation(ridge: float) -> None:
    s = BASE.spectrum

    kappa = spectra.effective_ridge(s, 30, ridge)

    assert kappa * (1 - float((s / (s + kappa)).sum()) / 30) == pytest.approx(ridge)


@pytest.mark.parametrize("rows", [12, 30])
def test_traces_by_singular_values_are_those_of_the_fit(rows: int) -> None:
    case = replace(BASE, n_samples=rows)
    X = np.random.default_rng(0).normal(size=(rows, 20))
    root = np.sqrt(case.spectrum)
    true, fit = np.sqrt(case.strength) / root, minimum_norm_map(X * root, 0.1 * rows)
    shrink = fit @ (X * root)
    spread = case.noise_std**2 * fit @ fit.T
    spread += case.inherited * shrink @ np.diag(1 / case.spectrum) @ shrink.T
    off = shrink @ true - true

    found = spectra.conditional_errors(case, X, np.array([0.1]))

    expected = np.trace(np.diag(case.spectrum) @ spread) + off @ np.diag(case.spectrum) @ off
    assert found[0] == pytest.approx(expected)


def test_the_best_penalty_for_clean_labels_is_noise_over_signal() -> None:
    case = replace(BASE, generations=0, decay=0.0, n_samples=50)

    assert spectra.best_equivalent(case)[0] == pytest.approx(0.25 * 20 / 50, rel=1e-3)


def test_the_best_penalty_grows_with_every_generation() -> None:
    cases = [replace(BASE, generations=n, decay=0.0) for n in (0, 1, 3, 9)]

    penalties = [spectra.best_equivalent(case)[0] for case in cases]

    assert penalties == sorted(penalties)
    assert spectra.clean_ridge_is_too_small()


def test_the_exponent_of_the_classical_case() -> None:
    assert spectra.scaling_exponent(2.0, 0.5) == pytest.approx(2 / 3)
    half = sympy.Rational(1, 2)
    assert spectra.scaling_exponent_by_calculus(sympy.Integer(2), half) == sympy.Rational(2, 3)


def test_rows_help_clean_labels_without_end_and_replaced_labels_up_to_a_floor() -> None:
    clean = [replace(BASE, n_samples=T, n_features=2000, generations=0) for T in (10**4, 10**6)]
    dirty = [replace(case, generations=3, generator_rows=4000) for case in clean]
    clean = [replace(case, generator_rows=4000) for case in clean]

    gains = [
        math.log(spectra.best_equivalent(a)[1] / spectra.best_equivalent(b)[1])
        for a, b in (clean, dirty)
    ]

    assert gains[0] > 2
    assert gains[1] < 0.3


def test_simulated_chains_agree_with_exact_errors() -> None:
    rng = np.random.default_rng(1)
    means, errors = spectra.averaged_errors(BASE, np.array([0.1]), rng, designs=150)

    found = spectra.simulated(BASE, rng, runs=300)

    assert abs(found.value - means[0]) < 4 * math.hypot(found.stderr, errors[0])


def test_equivalents_are_near_the_mean_exact_error_with_inherited_noise() -> None:
    case = replace(BASE, n_samples=120, n_features=80, generator_rows=120)
    means, errors = spectra.averaged_errors(
        case, np.array([0.1]), np.random.default_rng(2), designs=60
    )

    found = spectra.equivalent_error(case, 0.1)

    assert abs(found - means[0]) < 4 * errors[0] + 0.01 * found
