"""Closed forms for a given design, and averages over masks."""

import numpy as np
import pytest

from theory.linear_chains.averages import fresh_error, subsample_error
from theory.linear_chains.matrix_forms import disjoint_covariance, fixed_error, fixed_limit
from theory.linear_chains.regression import expected_error

X = np.random.default_rng(0).normal(size=(12, 3))


def test_the_spectrum_of_one_mask_gives_every_generation() -> None:
    mask = np.arange(12) < 5

    errors = fixed_error(X, mask, 6)

    np.testing.assert_allclose(
        errors, expected_error(X, np.repeat(mask[None], 5, axis=0), "edit_previous")
    )


def test_the_limit_of_one_mask_is_reached() -> None:
    mask = np.arange(12) < 5

    assert fixed_error(X, mask, 600)[-1] == pytest.approx(fixed_limit(X, mask))


def test_too_few_kept_rows_have_no_finite_limit() -> None:
    assert fixed_limit(X, np.arange(12) < 10) == np.inf


def test_disjoint_edits_follow_the_product_formula() -> None:
    masks = np.arange(12) // 2 == np.arange(4)[:, None]

    covariance = disjoint_covariance(X, masks)

    assert np.trace(covariance) == pytest.approx(expected_error(X, masks, "edit_previous")[-1])


@pytest.mark.parametrize("workflow", ["edit_previous", "edit_source"])
def test_the_average_over_masks_is_the_mean_of_all_of_them(workflow: str) -> None:
    rows = X[:5, :2]
    one_row = np.eye(5, dtype=bool)
    errors = [
        expected_error(rows, np.array([a, b]), workflow)[-1] for a in one_row for b in one_row
    ]

    assert fresh_error(rows, [1, 1], workflow)[-1] == pytest.approx(np.mean(errors))


def test_subsampling_twice_is_checked_by_hand() -> None:
    errors = subsample_error(np.ones((3, 1)), 2)

    # Each label is the old one or w_1 + e with equal chance: given the choice of k new rows the
    # variance is one edit of k rows of three, averaged over k ~ Binomial(3, 1/2).
    ratios = [1 + 2 * (k / 3) - (k / 3) ** 2 for k in range(4)]
    expected = np.dot([1 / 8, 3 / 8, 3 / 8, 1 / 8], ratios) / 3
    np.testing.assert_allclose(errors, [1 / 3, expected])


def test_an_average_for_another_workflow_is_refused() -> None:
    with pytest.raises(ValueError, match="edit_previous and edit_source"):
        fresh_error(X, [3], "replace")


def test_a_mask_larger_than_the_data_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and T = 12"):
        fresh_error(X, [13], "edit_previous")
