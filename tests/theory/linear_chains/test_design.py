"""What a user can get wrong is refused, with the assumption that fails."""

import numpy as np
import pytest

from theory.linear_chains.dense import dense_error
from theory.linear_chains.design import checked_disjoint, unit
from theory.linear_chains.matrix_forms import disjoint_covariance
from theory.linear_chains.regression import expected_error

X = np.random.default_rng(0).normal(size=(8, 2))
MASKS = np.zeros((2, 8), dtype=int)


def test_too_few_rows_name_lemma_3() -> None:
    with pytest.raises(ValueError, match=r"Lemma 3.*T >= d \+ 2"):
        expected_error(np.ones((3, 2)), np.zeros((1, 3)), "replace")


def test_one_unit_needs_more_rows_than_columns() -> None:
    with pytest.raises(ValueError, match="T = 5 rows for d = 4 columns"):
        unit(5, 4)


def test_a_singular_design_names_theorem_1() -> None:
    with pytest.raises(ValueError, match=r"singular.*Theorem 1"):
        expected_error(np.ones((8, 2)), MASKS, "edit_previous")


def test_ridge_mends_a_singular_design() -> None:
    errors = expected_error(np.ones((8, 2)), MASKS, "edit_previous", ridge=1.0)

    assert np.isfinite(errors).all()


@pytest.mark.parametrize("value", [2, -1, 0.5, np.nan])
def test_masks_other_than_0_and_1_are_refused(value: float) -> None:
    masks = MASKS.astype(float)
    masks[1, 3] = value

    with pytest.raises(ValueError, match="the M_i of Theorem 1 are 0/1"):
        expected_error(X, masks, "edit_previous")


@pytest.mark.parametrize("masks", [np.zeros(8), np.zeros((2, 7)), np.zeros((1, 2, 8))])
def test_ill_shaped_masks_are_refused(masks: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"shape \(n, T\) with T = 8"):
        expected_error(X, masks, "edit_previous")


@pytest.mark.parametrize("ridge", [-1.0, np.nan, np.inf])
def test_a_negative_ridge_is_refused(ridge: float) -> None:
    with pytest.raises(ValueError, match="ridge must be zero or positive"):
        expected_error(X, MASKS, "replace", ridge=ridge)


@pytest.mark.parametrize(
    "covariance", [[[1, 2], [0, 1]], [[1, 2], [2, 1]], [[1.0]], [[np.nan, 0], [0, 1]]]
)
def test_a_covariance_that_is_none_is_refused(covariance: list[list[float]]) -> None:
    with pytest.raises(ValueError, match="covariance"):
        expected_error(X, MASKS, "replace", covariance=covariance)


def test_designs_that_are_not_finite_are_refused() -> None:
    with pytest.raises(ValueError, match="not finite"):
        expected_error(np.full((8, 2), np.inf), MASKS, "replace")


@pytest.mark.parametrize("noise_std", [0.0, -1.0, np.nan])
def test_noise_must_be_positive(noise_std: float) -> None:
    with pytest.raises(ValueError, match="noise_std"):
        expected_error(X, MASKS, "replace", noise_std=noise_std)


def test_an_unknown_workflow_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="edit_source"):
        expected_error(X, MASKS, "edit_sauce")


@pytest.mark.parametrize("error", [expected_error, dense_error])
def test_a_workflow_that_draws_has_no_error_given_masks(error) -> None:  # noqa: ANN001
    with pytest.raises(ValueError, match="subsample_error"):
        error(X, MASKS, "accumulate_subsample")


def test_mix_needs_one_human_share() -> None:
    masks = MASKS.copy()
    masks[0, 0] = 1

    with pytest.raises(ValueError, match="fixed human share"):
        expected_error(X, masks, "mix")


def test_overlapping_masks_name_the_row_and_the_proof() -> None:
    masks = MASKS.astype(bool)
    masks[:, 5] = True

    with pytest.raises(ValueError, match=r"row 5.*M_i M_j = 0.*proof of Theorem 2"):
        checked_disjoint(masks)
    with pytest.raises(ValueError, match="M_i M_j = 0"):
        disjoint_covariance(X, masks)
