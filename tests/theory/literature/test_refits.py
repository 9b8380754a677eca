"""Refitted densities: products against covariances, and what the settings promise."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.literature import refits
from theory.literature.refits import Refits, Setting

BASE = Refits(points=2, fits=2, setting="accumulate", quantity="pool variance")
STATED = {
    ("replace", "pool variance"): refits.replaced_variance,
    ("accumulate", "pool variance"): refits.accumulated_variance,
    ("accumulate", "mean error"): refits.accumulated_mean_error,
    ("subsample", "pool variance"): refits.subsampled_variance,
}


def test_two_points_and_two_fits_by_hand() -> None:
    assert refits.replaced_variance(BASE) == 1 / 4
    assert refits.accumulated_variance(BASE) == 1 / 2 * 7 / 8


@given(st.sampled_from(sorted(STATED)), st.integers(2, 7), st.integers(1, 8))
def test_products_are_what_covariances_give(kind: tuple[str, str], points: int, fits: int) -> None:
    case = Refits(points=points, fits=fits, setting=kind[0], quantity=kind[1])  # type: ignore[arg-type]

    assert refits.by_covariances(case).value == pytest.approx(STATED[kind](case))


@given(st.sampled_from(["replace", "accumulate"]), st.integers(2, 6), st.integers(1, 8))
def test_kernels_add_their_bandwidth(setting: str, points: int, fits: int) -> None:
    case = Refits(
        points=points,
        fits=fits,
        setting=setting,  # type: ignore[arg-type]
        quantity="second moment",
        bandwidth=0.8,
    )

    assert refits.by_covariances(case).value == pytest.approx(refits.kernel_second_moment(case))


@given(st.integers(3, 30), st.integers(1, 60))
def test_the_floor_of_fixed_compute_is_below_it(points: int, fits: int) -> None:
    case = replace(BASE, points=points, fits=fits, setting="subsample")

    assert refits.subsampled_variance_floor(case) < refits.subsampled_variance(case)


def test_the_proof_of_the_floor_holds() -> None:
    assert refits.subsampled_floor_holds()


def test_the_plateau_is_a_quarter_turn_for_four_points() -> None:
    case = replace(BASE, points=4)

    assert refits.accumulated_variance_limit(case) == pytest.approx(2 / np.pi)
    assert refits.accumulated_limit_by_gammas(case).exact == "2/pi"


@pytest.mark.parametrize("setting", ["replace", "accumulate", "subsample"])
def test_drawn_points_agree(setting: Setting) -> None:
    case = replace(BASE, points=4, fits=5, setting=setting)

    found = refits.simulated(case, np.random.default_rng(5), runs=6000)

    assert abs(found.value - refits.by_covariances(case).value) < 4 * found.stderr


def test_the_settings_differ() -> None:
    cases = [
        replace(BASE, points=4, fits=9, setting=s) for s in ("replace", "subsample", "accumulate")
    ]

    values = [refits.by_covariances(case).value for case in cases]

    assert values[0] < 0.2 < values[1] < values[2] < 0.7
