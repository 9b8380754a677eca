"""The second exact route: propagate the full covariance of the labels, a T x T matrix.

Written straight from the label recursions, without the algebra of
`theory.linear_chains.regression`, so that the two can disagree. Memory O(T^2), time
O(T^3) a generation: for small T.
"""

import numpy as np
from numpy.typing import ArrayLike

from theory.linear_chains.design import (
    Array,
    Mask,
    Problem,
    checked_masks,
    checked_workflow,
    problem,
)


def dense_error(
    X: ArrayLike,
    masks: ArrayLike,
    workflow: str,
    *,
    noise_std: float = 1.0,
    covariance: ArrayLike | None = None,
    ridge: float = 0.0,
    weights: ArrayLike | None = None,
) -> Array:
    """Return what `regression.expected_error` returns, by a T x T covariance."""
    chain = problem(X, noise_std=noise_std, covariance=covariance, ridge=ridge, weights=weights)
    edited = checked_masks(masks, chain.n_samples)
    name = checked_workflow(workflow)
    if name == "accumulate":
        return _accumulate(chain, len(edited))
    if name in ("accumulate_subsample", "accumulate_subsample_pairs"):
        raise ValueError(
            f"{name} draws rows: use theory.linear_chains.averages, subsample_error or pairs_error"
        )
    if name == "replace":
        edited = np.ones_like(edited)
    return _edit(chain, edited, source=name in ("edit_source", "mix"))


def _edit(chain: Problem, masks: Mask, *, source: bool) -> Array:
    """Propagate the joint covariance of (kept labels, first labels) through every edit."""
    size = chain.n_samples
    identity = np.eye(size)
    hat = chain.X @ chain.A
    labels, cross = identity.copy(), identity.copy()
    mean = first = chain.X @ chain.weights
    errors = [_error(chain, labels, mean)]
    for mask in masks:
        edit = np.diag(mask.astype(float))
        keep = identity - edit
        if source:
            model = edit @ hat
            mixed = model @ cross @ keep
            labels = model @ labels @ model.T + keep @ keep.T + mixed + mixed.T + edit
            cross, mean = model @ cross + keep, model @ mean + keep @ first
        else:
            step = keep + edit @ hat
            labels, mean = step @ labels @ step.T + edit, step @ mean
        errors.append(_error(chain, labels, mean))
    return np.array(errors)


def _error(chain: Problem, labels: Array, mean: Array) -> float:
    """Test error of one fit to labels with this covariance (in sigma^2) and mean."""
    spread = chain.noise_std**2 * chain.A @ labels @ chain.A.T
    sigma = chain.root @ chain.root.T
    bias = chain.A @ mean - chain.weights
    return float(np.trace(sigma @ spread) + bias @ sigma @ bias)


def _accumulate(chain: Problem, generations: int) -> Array:
    """Write the weights of every fit as a linear map of all noises E_1 .. E_{n+1} and of w*."""
    size, d = chain.n_samples, chain.n_features
    sigma = chain.root @ chain.root.T
    blocks = size * (generations + 1)
    labels = np.zeros((0, blocks + d))
    fitted: Array = np.eye(d, blocks + d, k=blocks)
    errors = []
    for k in range(generations + 1):
        newest = chain.X @ fitted
        newest[:, k * size : (k + 1) * size] += np.eye(size)
        labels = np.vstack([labels, newest])
        stacked = np.vstack([chain.X] * (k + 1))
        gram = stacked.T @ stacked + chain.ridge * np.eye(d)
        fitted = np.asarray(np.linalg.solve(gram, stacked.T @ labels), dtype=float)
        noise = fitted[:, :blocks]
        bias = (fitted[:, blocks:] - np.eye(d)) @ chain.weights
        variance = chain.noise_std**2 * np.trace(sigma @ noise @ noise.T)
        errors.append(float(variance + bias @ sigma @ bias))
    return np.array(errors)
