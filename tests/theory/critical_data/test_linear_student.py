"""The linear student: its law against drawn inputs, and its three regimes."""

import math

import numpy as np
import pytest

from theory.critical_data.linear_student import (
    descended_errors,
    drawn_spectrum,
    law_error,
    law_time,
    plateau,
    spectrum_error,
    square_error,
    train_error,
)


@pytest.mark.parametrize("ratio", [0.5, 0.9, 1.0, 1.1, 3.0])
def test_the_law_is_a_distribution_and_starts_at_one(ratio: float) -> None:
    assert law_error(ratio, 0.0) == pytest.approx(1, abs=1e-6)
    assert law_error(ratio, 1e6) == pytest.approx(plateau(ratio), abs=1e-3)
    assert train_error(ratio, 1e-9) == pytest.approx(1, abs=1e-2)


def test_the_law_is_that_of_drawn_inputs_and_of_descent() -> None:
    rng = np.random.default_rng(0)
    times = np.array([0.5, 2.0, 6.0])
    drawn = [drawn_spectrum(400, 200, rng) for _ in range(4)]
    descended = np.mean([descended_errors(400, 200, times, rng) for _ in range(4)], axis=0)

    for time, error in zip(times, descended, strict=True):
        assert spectrum_error(drawn, time) == pytest.approx(law_error(2, time), rel=0.05)
        assert error == pytest.approx(law_error(2, time), rel=0.25)


def test_time_is_infinite_below_falls_beyond_and_is_long_between() -> None:
    times = [law_time(ratio, 0.01) for ratio in (0.8, 0.99, 1.0, 1.1, 1.5, 2, 5)]

    assert times[:2] == [math.inf, math.inf]
    assert times[2:] == sorted(times[2:], reverse=True)
    assert times[2] == pytest.approx(1 / (2 * math.pi * 0.01**2), rel=0.01)
    assert times[5] == pytest.approx(8.6, rel=0.02)


def test_training_takes_about_as_long_at_every_size() -> None:
    assert max(train_error(ratio, 5.0) for ratio in (0.5, 1.0, 2.0, 5.0)) < 0.03
    assert law_error(1.0, 5.0) == pytest.approx(square_error(5.0), abs=1e-6)
