"""Estimators: planted truths are found, intervals cover them, and what is not known is not said."""

import math

import numpy as np
import pytest

from benchmarks.families.critical_data.estimates import (
    HYPOTHESES,
    exponent,
    exponent_beyond,
    exponent_error,
    median_steps,
    step_size,
    threshold,
)
from data.errors import BadInput

_SIZES = [144, 216, 288, 336, 384, 432, 480, 576, 720]


def _planted(middle: float, width: float, seeds: int, seed: int) -> tuple[list[float], list[bool]]:
    rng = np.random.default_rng(seed)
    sizes = [float(n) for n in _SIZES for _ in range(seeds)]
    chance = 1 / (1 + np.exp(-(np.log(sizes) - math.log(middle)) / width))
    return sizes, (rng.random(len(sizes)) < chance).tolist()


def test_the_interval_of_a_planted_critical_size_covers_it_as_often_as_it_says() -> None:
    covered = estimates = 0
    for seed in range(60):
        sizes, reached = _planted(400, 0.08, 4, seed)
        found = threshold(sizes, reached, budget=3000)
        assert found.size is not None
        estimates += abs(math.log(found.size / 400)) < 0.15
        covered += (found.low or 0) <= 400 <= (found.high or math.inf)

    assert estimates >= 57
    assert 52 <= covered <= 60


def test_runs_that_are_separated_have_an_interval_and_no_slope() -> None:
    reached = [n >= 400 for n in _SIZES] * 3

    found = threshold(_SIZES * 3, reached, budget=3000)

    assert found.size == pytest.approx(math.sqrt(384 * 432), rel=0.01)
    assert found.low is not None
    assert found.high is not None
    assert 380 < found.low < 400
    assert 415 < found.high < 436
    assert found.width_low is None
    assert found.gain > 25


@pytest.mark.parametrize("all_of_them", [True, False])
def test_a_critical_size_outside_the_sizes_is_bounded_on_one_side_alone(
    all_of_them: bool,
) -> None:
    found = threshold(_SIZES * 3, [all_of_them] * 27, budget=3000)

    assert found.size is found.width is None
    assert (found.low is None) == all_of_them
    assert (found.high is None) != all_of_them
    assert (found.high or found.low or 0) == pytest.approx(144 if all_of_them else 720, rel=0.15)
    assert found.gain == pytest.approx(0, abs=1e-6)


def test_sizes_that_do_not_matter_gain_nothing() -> None:
    found = threshold([100, 100, 200, 200], [True, False, True, False], budget=10)

    assert found.gain < 0.2
    assert found.low is None
    assert found.high is None


def test_the_step_of_one_seed_lies_between_sizes() -> None:
    assert step_size([400, 100, 200], [True, False, False]) == pytest.approx(math.sqrt(80_000))
    odd = step_size([1, 10, 100, 1000], [False, True, False, True])
    assert odd == pytest.approx(math.sqrt(1000), rel=1e-9)
    assert math.isnan(step_size([1, 2], [True, True]))
    assert math.isnan(step_size([1, 2], [False, False]))
    assert math.isnan(step_size([1, 2], [True, False]))


def test_a_run_that_ended_early_is_no_run_at_zero() -> None:
    found = median_steps([100, None, 300, None, None], budget=500)

    assert found.median is None
    assert found.reached == 2
    assert median_steps([100, None, 300], budget=500).median == 300
    assert median_steps([100, 300], budget=500).median == 200


def test_the_interval_of_a_median_covers_it() -> None:
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(400):
        steps = [int(s) if s <= 1500 else None for s in rng.exponential(1000, 8)]
        found = median_steps(steps, budget=1500)
        low, high = found.low or math.inf, found.high or math.inf
        covered += low <= 1000 * math.log(2) <= high
    assert covered >= 375
    assert median_steps([1, 2, 3], budget=5).low is None  # three runs have no such interval


@pytest.mark.parametrize("name", HYPOTHESES)
def test_a_planted_law_of_the_modulus_is_told_from_the_others(name: str) -> None:
    moduli = [23, 31, 43, 59]
    sizes = [4.0 * HYPOTHESES[name](p) for p in moduli]

    beyond = {other: exponent_beyond(moduli, sizes, other) for other in HYPOTHESES}

    assert beyond.pop(name) == pytest.approx(0, abs=1e-9)
    assert min(map(abs, beyond.values())) > 0.3
    assert math.isnan(exponent(moduli, [*sizes[:3], math.nan]))


def test_nothing_is_estimated_from_nothing() -> None:
    with pytest.raises(BadInput, match="0 sizes"):
        threshold([], [], budget=1)
    with pytest.raises(BadInput, match="no run"):
        median_steps([], budget=1)


def test_an_exponent_is_as_sure_as_its_sizes_are_near_each_other() -> None:
    moduli = (23, 31, 43, 59)
    sizes = [p**1.7 for p in moduli]
    near = [(0.95 * n, 1.05 * n) for n in sizes]
    gap = [*near[:3], (0.7 * sizes[3], 1.3 * sizes[3])]

    assert exponent_error(moduli, [(n, n) for n in sizes]) == 0
    assert exponent_error(moduli, near) < 0.15 < exponent_error(moduli, gap)
    moved = [near[0][0], near[1][0], near[2][1], near[3][1]]
    middles = [math.sqrt(low * high) for low, high in near]
    largest = exponent(moduli, moved) - exponent(moduli, middles)
    assert largest == pytest.approx(exponent_error(moduli, near), rel=1e-6)
