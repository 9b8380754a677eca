"""Exact test error of every generation, given the design and the masks.

With w_k = A Y_k and fresh noise E_k, the labels that follow are

- replace: Y_{k+1} = X w_k + E_{k+1}; the masks count the generations and no more;
- accumulate: the same labels, and each fit sees all labels so far; the masks only count;
- edit_previous: Y_{k+1} = M_k (X w_k + E_{k+1}) + (1 - M_k) Y_k (Eq. 3 of arXiv 2412.14689);
- edit_source: Y_{k+1} = M_k (X w_k + E_{k+1}) + (1 - M_k) Y_1;
- mix: as edit_source, with masks (the synthetic rows) that all have one size.

The row recursion R <- R (I - M + M X A) runs backwards through the masks, so that a generation
costs O(T d^2) and no T x T matrix is formed. Rows with the same edit history share their
coefficients, and where few histories exist a generation costs O(d^3).
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.linear_chains.design import (
    Array,
    Mask,
    Problem,
    checked_constant_share,
    checked_masks,
    checked_workflow,
    problem,
)

Indices = NDArray[np.intp]


def expected_error(
    X: ArrayLike,
    masks: ArrayLike,
    workflow: str,
    *,
    noise_std: float = 1.0,
    covariance: ArrayLike | None = None,
    ridge: float = 0.0,
    weights: ArrayLike | None = None,
) -> Array:
    """Return the exact test error E|w_k - w*|^2_Sigma after fit k = 1 .. n + 1.

    The expectation is over the label noise, given the design and the masks; the module says how
    each workflow makes its labels.

    Args:
        X: Design, shape (T, d), T >= d + 2.
        masks: Edited rows by generation, 0 or 1, shape (n, T).
        workflow: replace, accumulate, edit_previous, edit_source or mix.
        noise_std: Standard deviation sigma of the label noise.
        covariance: Test covariance Sigma, shape (d, d); the identity by default.
        ridge: Penalty lambda of every fit.
        weights: True weights w*, shape (d,), zero by default; they matter with ridge only.

    Returns:
        Test errors in units of the squared label, shape (n + 1,).
    """
    chain = problem(X, noise_std=noise_std, covariance=covariance, ridge=ridge, weights=weights)
    edited = checked_masks(masks, chain.n_samples)
    match checked_workflow(workflow):
        case "replace":
            return _replace(chain, len(edited))
        case "accumulate":
            return _accumulate(chain, len(edited))
        case "edit_previous":
            return _variance_previous(chain, edited) + _squared_bias(chain, edited, source=False)
        case "edit_source" | "mix" as name:
            plan = checked_constant_share(edited) if name == "mix" else edited
            return _variance_source(chain, plan) + _squared_bias(chain, plan, source=True)
    raise ValueError(
        f"{workflow} draws rows: use theory.linear_chains.averages, subsample_error or pairs_error"
    )


def last_error(
    X: ArrayLike, masks: ArrayLike, workflow: str, *, covariance: ArrayLike | None = None
) -> float:
    """Return the last number of `expected_error` alone.

    For edit_previous it costs one backward recursion instead of one for every generation.
    """
    if workflow != "edit_previous":
        return float(expected_error(X, masks, workflow, covariance=covariance)[-1])
    chain = problem(X, covariance=covariance)
    edited = checked_masks(masks, chain.n_samples)
    return float(_variance_previous(chain, edited, fits=(len(edited),))[-1])


def _replace(chain: Problem, generations: int) -> Array:
    """Errors of `replace`: noise of age j passes through (A X)^j, so contributions add up."""
    step = chain.A @ chain.X
    rows, bias = chain.base, -(chain.weights - step @ chain.weights)
    variances, biases = [], []
    for _ in range(generations + 1):
        variances.append((rows**2).sum())
        biases.append(float(chain.squared_error(bias)))
        rows = (rows @ chain.X) @ chain.A
        bias = step @ (bias + chain.weights) - chain.weights
    return np.asarray(chain.noise_std**2 * np.cumsum(variances) + np.array(biases))


def _accumulate(chain: Problem, generations: int) -> Array:
    """Errors of `accumulate`, from the moments of s_k = X'(Y_1 + .. + Y_k), shape (d,)."""
    gram = chain.X.T @ chain.X
    identity = np.eye(chain.n_features)
    covariance, mean = gram.copy(), gram @ chain.weights
    errors = []
    for k in range(1, generations + 2):
        fit = np.linalg.inv(k * gram + chain.ridge * identity)
        shape = chain.root.T @ fit
        variance = chain.noise_std**2 * ((shape @ covariance) * shape).sum()
        errors.append(variance + float(chain.squared_error(fit @ mean - chain.weights)))
        step = identity + gram @ fit
        covariance, mean = step @ covariance @ step.T + gram, step @ mean
    return np.array(errors)


def _squared_bias(chain: Problem, masks: Mask, *, source: bool) -> Array:
    """Squared bias of every fit: the recursion of the mean labels, zero without ridge."""
    first = chain.X @ chain.weights
    labels, biases = first, []
    for mask in masks:
        fitted = chain.A @ labels
        biases.append(float(chain.squared_error(fitted - chain.weights)))
        labels = np.where(mask, chain.X @ fitted, first if source else labels)
    biases.append(float(chain.squared_error(chain.A @ labels - chain.weights)))
    return np.array(biases)


def _variance_source(chain: Problem, masks: Mask) -> Array:
    """Variances of `edit_source`, forwards: the cross term Cov(w_k, E_1) has d rows, not T."""
    spread, cross = chain.A @ chain.A.T, chain.A
    variances = [_weighted(chain, spread)]
    for mask in masks:
        edited, kept = chain.A * mask, chain.A * ~mask
        step = edited @ chain.X
        mixed = step @ cross @ kept.T
        spread = step @ spread @ step.T + chain.A @ chain.A.T + mixed + mixed.T
        cross = step @ cross + kept
        variances.append(_weighted(chain, spread))
    return chain.noise_std**2 * np.array(variances)


def _weighted(chain: Problem, spread: Array) -> float:
    """Return tr(Sigma spread), the test error of weights with this covariance."""
    return float(((chain.root.T @ spread) * chain.root.T).sum())


def _variance_previous(chain: Problem, masks: Mask, fits: Sequence[int] | None = None) -> Array:
    """Variances of `edit_previous`, by the cheaper of the two backward recursions.

    They are those after each number of edits in `fits`, or after 0, 1, .. all of them.
    """
    first, group = _histories(masks)
    generations = range(len(masks) + 1) if fits is None else fits
    groups = masks[:, first]
    grouped_work = int(groups.sum()) * chain.n_features
    if len(first) * chain.n_features <= 4 * chain.n_samples and grouped_work < masks.size:
        moments = _group_moments(chain, group.reshape(-1), len(first))
        values = [_grouped_variance(chain, groups[:k], moments) for k in generations]
    else:
        edits = [np.flatnonzero(mask) for mask in masks]
        values = [_row_variance(chain, edits[:k]) for k in generations]
    return chain.noise_std**2 * np.array(values)


def _histories(masks: Mask) -> tuple[Indices, Indices]:
    """Return a row of every edit history, and the number of the history of every row."""
    if not len(masks):
        return np.zeros(1, dtype=np.intp), np.zeros(masks.shape[1], dtype=np.intp)
    packed = np.ascontiguousarray(np.packbits(masks, axis=0).T)
    keys = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, group = np.unique(keys, return_index=True, return_inverse=True)
    return first, group


def _row_variance(chain: Problem, edits: list[Indices]) -> float:
    """Variance of the fit after these edits, in units of sigma^2: O(T d^2) an edit."""
    rows, total = chain.base, 0.0
    for edited in reversed(edits):
        fresh = rows[:, edited]
        total += float((fresh**2).sum())
        rows[:, edited] = 0.0
        rows += (fresh @ chain.X[edited]) @ chain.A
    return total + float((rows**2).sum())


def _group_moments(chain: Problem, group: Indices, n_groups: int) -> Array:
    """Return the moments L'X_g'X_g L of the rows of every edit history g, shape (groups, d, d).

    With L L' = (X'X + ridge I)^-1 one matrix serves twice: C A_g X_g L = (C L) S_g and
    C A_g A_g' C' = (C L) S_g (C L)'.
    """
    whitened = chain.X @ _whitener(chain)
    order = np.argsort(group, kind="stable")
    ends = np.searchsorted(group[order], np.arange(n_groups + 1))
    blocks = [whitened[order[a:b]] for a, b in pairwise(ends)]
    return np.array([block.T @ block for block in blocks])


def _whitener(chain: Problem) -> Array:
    """Return L with L L' = (X'X + ridge I)^-1, shape (d, d)."""
    gram = chain.X.T @ chain.X + chain.ridge * np.eye(chain.n_features)
    return np.asarray(np.linalg.cholesky(np.linalg.inv(gram)))


def _grouped_variance(chain: Problem, groups: Mask, moments: Array) -> float:
    """Variance after these edits, in units of sigma^2, with one coefficient matrix a history.

    The row recursion keeps R = C_g L'X' on the rows of history g. An edit adds the same matrix
    to every C_g, so C_g = running - marks[g], where the mark is set when g is edited.
    """
    running, total = chain.root.T @ _whitener(chain), 0.0
    marks: dict[int, Array] = {}
    for mask in groups[::-1]:
        added = np.zeros_like(running)
        for g in map(int, np.flatnonzero(mask)):
            coefficient = running - marks[g] if g in marks else running
            step = coefficient @ moments[g]
            total += float(np.vdot(step, coefficient))
            added += step
            marks[g] = running
        running = running + added
    untouched = moments.sum(axis=0) - moments[list(marks)].sum(axis=0)
    total += float(np.vdot(running @ untouched, running))
    for edited, mark in marks.items():
        coefficient = running - mark
        total += float(np.vdot(coefficient @ moments[edited], coefficient))
    return total
