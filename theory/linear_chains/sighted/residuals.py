"""A second route to chains whose masks see the labels: residuals and weights, no labels.

With N = X(w - w*) + r and r = (I - P) N, an edit of the last labels changes r by (I - P) M (E - r)
and the weights by A M (E - r); one of the human labels starts from N_1 each time. The noise of the
last edit is averaged exactly: its part of the error is tr Sigma A M A'. With edits of the last
labels the rows depend on r alone, which is independent of the first fit A E_1, so that what the
edits add is independent of it too: one fit is added exactly. Nothing of
`theory.linear_chains.simulation` is used.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from theory.linear_chains.design import Array, Workflow, in_batches, problem
from theory.linear_chains.sighted.choices import Chooser

BATCH = 200_000
"""Number of residuals held at once."""


def residual_error(
    X: ArrayLike,
    choice: Chooser,
    sizes: Sequence[int],
    workflow: Workflow,
    *,
    chains: int,
    rng: np.random.Generator,
    covariance: ArrayLike | None = None,
) -> tuple[float, float]:
    """Return the mean last error of chains whose rows are chosen by residuals, and its noise.

    Args:
        X: Design, shape (T, d).
        choice: Rule that chooses the rows.
        sizes: Number of rows of every edit.
        workflow: Either `edit_previous` or `edit_source`.
        chains: Number of independent chains, at least 2.
        rng: Source of all randomness.
        covariance: Covariance Sigma of the test points; the identity by default.

    Returns:
        Mean and standard error of the test error, in units of sigma^2.

    Raises:
        ValueError: Another workflow, or fewer than two chains.
    """
    if workflow not in ("edit_previous", "edit_source") or chains < 2:
        raise ValueError(f"residuals follow at least two chains of an edit, not {workflow!r}")
    setting = problem(X, covariance=covariance)
    source = workflow == "edit_source"
    errors = in_batches(
        lambda n: _batch(setting.X, setting.root, choice, sizes, source, n, rng),
        chains,
        at_once=BATCH // setting.n_samples,
    )
    return float(errors.mean()), float(errors.std(ddof=1) / np.sqrt(chains))


def _batch(
    X: Array,
    root: Array,
    choice: Chooser,
    sizes: Sequence[int],
    source: bool,
    chains: int,
    rng: np.random.Generator,
) -> Array:
    """Return the error of every chain, averaged over its last fresh noise, shape (chains,)."""
    basis, upper = np.linalg.qr(X)
    to_weights = np.linalg.solve(upper, basis.T)
    gains = ((root.T @ to_weights) ** 2).sum(axis=0)
    choose = choice.policy(sizes)
    first = rng.standard_normal((chains, len(X)))
    fitted = first @ to_weights.T
    residual = first - fitted @ X.T
    weights = fitted if source else np.zeros_like(fitted)
    known = 0.0 if source else float(gains.sum())
    for edit in range(len(sizes)):
        chosen = choose(residual, np.zeros_like(residual), edit, rng)
        old = np.where(chosen, residual, 0.0)
        weights = (fitted if source else weights) - old @ to_weights.T
        if edit + 1 == len(sizes):
            return np.asarray(known + ((weights @ root) ** 2).sum(axis=1) + chosen @ gains)
        fresh = np.zeros_like(first)
        fresh[chosen] = rng.standard_normal(int(chosen.sum()))
        weights = weights + fresh @ to_weights.T
        if source:
            residual = first - weights @ X.T
        else:
            change = fresh - old
            residual = residual + change - (change @ basis) @ basis.T
    return np.asarray(known + ((weights @ root) ** 2).sum(axis=1))
