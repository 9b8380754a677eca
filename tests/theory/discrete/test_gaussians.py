"""Refitted Gaussians: one generation by known laws, and two ways to each number."""

import math

import numpy as np
import pytest
from scipy.stats import chi2

from theory.discrete import gaussians
from theory.discrete.gaussian_claims import GAUSSIAN_CLAIMS
from theory.discrete.gaussians import Gaussians


@pytest.mark.parametrize("unbiased", [True, False])
@pytest.mark.parametrize(("points", "dimension"), [(2, 1), (7, 1), (9, 4)])
def test_the_rate_by_densities_is_the_rate_by_digamma(
    points: int, dimension: int, unbiased: bool
) -> None:
    case = Gaussians(points=points, generations=3, dimension=dimension, unbiased=unbiased)

    assert gaussians.log_determinant_by_densities(case).value == pytest.approx(
        gaussians.log_determinant(case), rel=1e-8
    )
    assert gaussians.log_determinant(case) < 0


def test_two_points_lose_a_factor_of_known_mean() -> None:
    case = Gaussians(points=2, generations=1)

    # E log of a chi square of one degree is -gamma - log 2
    assert gaussians.log_determinant(case) == pytest.approx(-np.euler_gamma - math.log(2))


@pytest.mark.parametrize("level", [0.3, 1.0, 1.2])
def test_one_generation_is_a_chi_square(level: float) -> None:
    case = Gaussians(points=8, generations=1, level=level)

    assert gaussians.above_by_transform(case).value == pytest.approx(
        chi2.sf(7 * level**2, 7), abs=1e-8
    )


def test_two_generations_of_three_points_by_a_bessel_function() -> None:
    # a chi square of 2 degrees over 2 is exponential: P(X Y > z) = 2 sqrt(z) K_1(2 sqrt z)
    from scipy.special import k1

    case = Gaussians(points=3, generations=2, level=0.6)

    assert gaussians.above_by_transform(case).value == pytest.approx(
        2 * 0.6 * float(k1(2 * 0.6)), abs=1e-8
    )


def test_simulated_chains_lose_as_much() -> None:
    case = Gaussians(points=6, generations=4, dimension=2, unbiased=False)
    rng = np.random.default_rng(0)
    found = gaussians.log_determinant_simulated(case, rng, chains=2000)

    assert abs(found.value - gaussians.log_determinant(case)) < 4 * found.stderr


def test_the_mean_variance_stays_where_it_is_divided_by_one_less() -> None:
    assert gaussians.mean_variance(Gaussians(points=5, generations=9)) == 1
    likeliest = Gaussians(points=5, generations=2, unbiased=False)
    assert gaussians.mean_variance(likeliest) == pytest.approx(0.64)
    assert gaussians.variance_by_densities(likeliest).value == pytest.approx(0.64)


def test_the_mean_deviation_is_below_the_bound_for_every_number_of_points() -> None:
    for points in range(2, 200):
        assert gaussians.mean_step_root(points) < math.exp(-1 / (4 * points))


def test_every_bound_has_a_proof_that_is_checked() -> None:
    for claim in GAUSSIAN_CLAIMS:
        assert claim.relation == "equals" or (claim.proof is not None and claim.proof())


def test_convolved_densities_and_the_inverted_transform_agree() -> None:
    case = Gaussians(points=8, generations=12, level=0.6)

    found = gaussians.above_by_convolution(case).value

    assert found == pytest.approx(gaussians.above_by_transform(case).value, rel=1e-6)


def test_a_control_takes_noise_out_and_no_bias_in() -> None:
    case = Gaussians(points=30, generations=4, dimension=2)

    found = gaussians.log_determinant_simulated(case, np.random.default_rng(0), chains=2000)

    plain = np.linalg.slogdet(gaussians._covariances(case, np.random.default_rng(0), 2000))[1]
    assert abs(found.value - gaussians.log_determinant(case)) < 4 * found.stderr
    assert found.stderr < 0.5 * plain.std() / 2000**0.5
