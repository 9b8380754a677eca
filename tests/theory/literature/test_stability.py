"""Stability of a Gaussian that is retrained on real and synthetic data together."""

import pytest

from theory.literature import stability
from theory.literature.stability import Retraining


@pytest.mark.parametrize("part", [0.0, 0.3, 4.0])
def test_moments_and_likelihoods_give_one_rate(part: float) -> None:
    case = Retraining(synthetic=part)

    assert stability.radius_by_moments(case) == pytest.approx(part / (1 + part))
    assert stability.radius_by_likelihood(case) == pytest.approx(part / (1 + part), abs=1e-6)


def test_the_theorem_allows_more_than_a_gaussian_needs() -> None:
    case = Retraining(synthetic=0.25)

    assert stability.rate(case) == pytest.approx(1 / 5)
    assert stability.theorem_rate(case) == pytest.approx(1 / 3)
    assert stability.theorem_rate(Retraining(synthetic=0.5)) == 1
    assert stability.rate_is_below_the_theorems()


def test_a_negative_number_of_points_is_refused() -> None:
    with pytest.raises(ValueError, match="lambda"):
        Retraining(synthetic=-1.0)
