"""Numbers of simulations have the error of a mean."""

import math

import pytest

from theory.estimates import Estimate


def test_the_mean_of_draws_has_its_standard_error() -> None:
    found = Estimate.over([1, 2, 3, 6])

    assert found.value == 3
    assert found.stderr == pytest.approx(math.sqrt(14 / 3 / 4))


def test_a_single_draw_has_no_error_and_is_refused() -> None:
    with pytest.warns(RuntimeWarning), pytest.raises(ValueError, match="must be finite"):
        Estimate.over([1.0])
