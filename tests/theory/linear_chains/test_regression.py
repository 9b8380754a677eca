"""The row recursion against identities, a T x T covariance, and simulation."""

import inspect

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.linear_chains import regression
from theory.linear_chains.dense import dense_error
from theory.linear_chains.regression import expected_error
from theory.linear_chains.simulation import simulate

EDITS = ("edit_previous", "edit_source")
RANDOM = settings(max_examples=40, deadline=None, derandomize=True)


@st.composite
def chains(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.random.Generator]:
    """A Gaussian design, masks of one to five edits, and the generator they came from."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    d = draw(st.integers(1, 3))
    size = draw(st.integers(d + 2, 14))
    edits = draw(st.integers(1, 5))
    share = draw(st.floats(0, 1))
    return rng.normal(size=(size, d)), rng.random((edits, size)) < share, rng


@RANDOM
@given(chains())
def test_masks_of_ones_equal_replace(chain) -> None:  # noqa: ANN001
    X, masks, _ = chain
    everything = np.ones_like(masks)
    replaced = expected_error(X, masks, "replace")

    for workflow in (*EDITS, "mix"):
        np.testing.assert_allclose(expected_error(X, everything, workflow), replaced, rtol=1e-9)


@RANDOM
@given(chains())
def test_masks_of_zeros_equal_one_fit(chain) -> None:  # noqa: ANN001
    X, masks, _ = chain
    one_fit = np.trace(np.linalg.inv(X.T @ X))

    for workflow in EDITS:
        errors = expected_error(X, np.zeros_like(masks), workflow)
        np.testing.assert_allclose(errors, one_fit, rtol=1e-8)


@RANDOM
@given(chains())
def test_permuting_rows_changes_nothing(chain) -> None:  # noqa: ANN001
    X, masks, rng = chain
    order = rng.permutation(len(X))

    for workflow in EDITS:
        np.testing.assert_allclose(
            expected_error(X[order], masks[:, order], workflow),
            expected_error(X, masks, workflow),
            rtol=1e-8,
        )


@RANDOM
@given(chains(), st.sampled_from([0.0, 0.5]))
def test_the_row_recursion_equals_the_dense_covariance(chain, ridge: float) -> None:  # noqa: ANN001
    X, masks, rng = chain
    d = X.shape[1]
    root = rng.normal(size=(d, d)) + 2 * np.eye(d)
    settings_ = {
        "noise_std": 1.7,
        "covariance": root @ root.T + 0.01 * np.eye(d),
        "ridge": ridge,
        "weights": rng.normal(size=d),
    }

    for workflow in ("replace", "accumulate", *EDITS):
        np.testing.assert_allclose(
            expected_error(X, masks, workflow, **settings_),
            dense_error(X, masks, workflow, **settings_),
            rtol=1e-6,
        )


@settings(max_examples=10, deadline=None, derandomize=True)
@given(chains(), st.sampled_from(["replace", "accumulate", *EDITS]), st.sampled_from([0.0, 0.5]))
def test_the_exact_error_is_within_4_standard_errors_of_simulation(
    chain,  # noqa: ANN001
    workflow: str,
    ridge: float,
) -> None:
    X, masks, rng = chain
    weights = rng.normal(size=X.shape[1])
    options = {"noise_std": 0.8, "ridge": ridge, "weights": weights}
    exact = expected_error(X, masks, workflow, **options)

    run = simulate(X, masks, workflow, chains=8000, rng=rng, **options)

    assert (np.abs(run.mean - exact) <= 4 * run.stderr).all()


@RANDOM
@given(chains())
def test_one_mask_makes_the_edit_workflows_alike(chain) -> None:  # noqa: ANN001
    X, masks, _ = chain
    same = np.repeat(masks[:1], len(masks), axis=0)
    previous = expected_error(X, same, "edit_previous")

    for workflow in ("edit_source", "mix"):
        np.testing.assert_allclose(expected_error(X, same, workflow), previous, rtol=1e-8)


@pytest.mark.parametrize("unused", ["_row_variance", "_grouped_variance"])
def test_each_backward_recursion_gives_the_dense_result(
    unused: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    X, few, many = mask_patterns()
    masks = few if unused == "_row_variance" else many
    monkeypatch.delattr(regression, unused)

    errors = expected_error(X, masks, "edit_previous")

    np.testing.assert_allclose(errors, dense_error(X, masks, "edit_previous"), rtol=1e-9)


def mask_patterns() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A design, masks with four edit histories, and masks with one history a row."""
    rng = np.random.default_rng(1)
    few = (rng.random((12, 4)) < 0.3)[:, np.arange(60) % 4]
    return rng.normal(size=(60, 3)), few, rng.random((12, 60)) < 0.6


def test_replace_adds_one_fit_a_generation() -> None:
    X = np.ones((4, 1))

    errors = expected_error(X, np.ones((3, 4)), "replace", noise_std=2.0)

    np.testing.assert_allclose(errors, [1.0, 2.0, 3.0, 4.0])


def test_accumulate_adds_one_over_i_squared() -> None:
    X = np.ones((4, 1))

    errors = expected_error(X, np.ones((2, 4)), "accumulate")

    np.testing.assert_allclose(errors, [1 / 4, 1 / 4 * (1 + 1 / 4), 1 / 4 * (1 + 1 / 4 + 1 / 9)])


def test_the_hand_checked_chain_gives_182_over_243() -> None:
    X = np.ones((3, 1))

    errors = expected_error(X, [[1, 0, 0], [0, 1, 0]], "edit_previous")

    np.testing.assert_allclose(errors, [1 / 3, 14 / 27, 182 / 243])


def test_ridge_shrinks_towards_zero_and_its_bias_counts() -> None:
    X = np.ones((3, 1))

    errors = expected_error(X, np.zeros((0, 3)), "replace", ridge=1.0, weights=[2.0])

    np.testing.assert_allclose(errors, [3 / 16 + (2 / 4) ** 2])


def test_no_edits_give_one_fit() -> None:
    X = np.random.default_rng(0).normal(size=(9, 2))

    assert expected_error(X, np.zeros((0, 9)), "edit_previous").shape == (1,)


MUTATIONS = (
    ("rows += (fresh @", "rows -= (fresh @", "_row_variance"),
    ("running = running + added", "running = running - added", "_grouped_variance"),
    ("+ mixed + mixed.T", "- mixed - mixed.T", "_variance_source"),
    ("step = identity + gram @ fit", "step = identity - gram @ fit", "_accumulate"),
)


@pytest.mark.parametrize(("right", "wrong", "function"), MUTATIONS)
def test_a_wrong_sign_is_caught(
    right: str, wrong: str, function: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = inspect.getsource(getattr(regression, function))
    assert source.count(right) == 1
    mutated: dict[str, object] = {}
    exec(source.replace(right, wrong), vars(regression), mutated)
    monkeypatch.setattr(regression, function, mutated[function])
    X, few, many = mask_patterns()
    cases = (
        (few, "edit_previous"),
        (many, "edit_previous"),
        (many, "edit_source"),
        (many, "accumulate"),
    )

    caught = [
        not np.allclose(expected_error(X, m, w), dense_error(X, m, w), rtol=1e-6) for m, w in cases
    ]

    assert sum(caught) == 1
