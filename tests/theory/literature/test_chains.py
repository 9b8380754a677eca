"""Chains of fits by Monte Carlo: cases whose answer is plain."""

from dataclasses import replace

import numpy as np
import pytest

from theory.literature.chains import Chain, averaged, minimum_norm_map, simulated

BASE = Chain(n_samples=12, n_features=2, fits=1)


def z(chain: Chain, expected: float, runs: int = 4000) -> float:
    """Distance of a simulated error from a number, in standard errors."""
    found = simulated(chain, np.random.default_rng(0), runs=runs)
    return abs(found.value - expected) / found.stderr


def test_one_fit_has_the_error_of_least_squares() -> None:
    assert z(BASE, 2 / 9) < 4


@pytest.mark.parametrize("pooled", [False, True])
@pytest.mark.parametrize("redrawn", [False, True])
def test_without_noise_enough_rows_find_the_truth(pooled: bool, redrawn: bool) -> None:
    chain = replace(BASE, fits=4, noise_std=0.0, signal=3.0, pooled=pooled, redrawn=redrawn)

    assert simulated(chain, np.random.default_rng(1), runs=5).value == pytest.approx(0, abs=1e-18)


def test_human_labels_alone_are_one_fit_at_every_generation() -> None:
    assert z(replace(BASE, fits=5, redrawn=True, real_weight=1.0), 2 / 9) < 4


def test_two_replaced_fits_double_the_error_whether_features_are_kept_or_not() -> None:
    assert z(replace(BASE, fits=2), 4 / 9) < 4
    assert z(replace(BASE, fits=2, redrawn=True), 4 / 9) < 4


def test_pooling_does_not_equal_replacing() -> None:
    assert z(replace(BASE, fits=6, pooled=True), 6 * 2 / 9) > 10


def test_a_fit_to_fewer_rows_than_columns_interpolates() -> None:
    X = np.random.default_rng(2).normal(size=(3, 7))

    assert np.allclose(X @ minimum_norm_map(X), np.eye(3))


def test_both_forms_of_ridge_agree() -> None:
    X = np.random.default_rng(3).normal(size=(4, 4))
    tall = np.vstack([X, np.zeros((1, 4))])

    assert np.allclose(minimum_norm_map(tall, 0.3)[:, :4], minimum_norm_map(X[:, :4], 0.3))
    wide = np.hstack([X, np.zeros((4, 1))])
    assert np.allclose(minimum_norm_map(wide, 0.3)[:4], minimum_norm_map(X, 0.3))


def test_an_average_over_designs_knows_its_error() -> None:
    found = averaged(lambda X: float(X.sum()), BASE, np.random.default_rng(4), designs=500)

    assert abs(found.value) < 4 * found.stderr
    assert found.stderr == pytest.approx(np.sqrt(24 / 500), rel=0.2)


def test_one_run_has_no_standard_error() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        simulated(BASE, np.random.default_rng(0), runs=1)


def test_a_chain_says_what_it_is() -> None:
    words = replace(BASE, pooled=True, real_weight=0.25, redrawn=True).describe()

    assert words == (
        "T = 12, d = 2, 1 fits, designs redrawn, noise 1, |w*| = 0, rows accumulated, "
        "weight 0.25 on fresh human labels"
    )
    assert replace(BASE, ridge=0.5).describe().endswith(", ridge 0.5")


def test_a_blended_label_has_less_noise_than_either_part() -> None:
    half = replace(BASE, fits=2, redrawn=True, real_weight=0.5)

    # v = (1/2)^2 v + (1/4 + 1/4) u from v = u
    assert z(half, 0.75 * 2 / 9) < 4
