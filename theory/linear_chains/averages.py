"""Exact errors averaged over random masks or draws, given the design.

With random rows the second moments of a chain obey a closed linear recursion, so that the average
over all masks costs O(T d^2) a generation and needs no sampling. None of this assumes T >> d.
Derivations: docs/theory.md, sections 7 to 9. Errors are in units of sigma^2, Sigma = I.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from theory.linear_chains.design import Array, checked_design


def fresh_error(X: ArrayLike, sizes: Sequence[int], workflow: str) -> Array:
    """Return the error after fit 1 .. n + 1, averaged over uniformly random masks of these sizes.

    Args:
        X: Design, shape (T, d).
        sizes: Number of rows that each edit redraws, shape (n,).
        workflow: Name of the workflow, edit_previous or edit_source.
    """
    design = checked_design(X)
    n_samples = len(design)
    if any(not 0 <= size <= n_samples for size in sizes):
        raise ValueError(f"every mask must edit between 0 and T = {n_samples} rows")
    pairs = [_pair_moments(size, n_samples) for size in sizes]
    if workflow == "edit_previous":
        return _fresh_previous(design, pairs)
    if workflow == "edit_source":
        return _fresh_source(design, pairs)
    raise ValueError(f"random masks are averaged for edit_previous and edit_source: {workflow!r}")


def _pair_moments(size: int, n_samples: int) -> tuple[float, float]:
    """Return E M_t and E M_s M_t (s != t) of a uniformly random mask of this size."""
    return size / n_samples, size * (size - 1) / (n_samples * (n_samples - 1))


def _fresh_previous(X: Array, pairs: list[tuple[float, float]]) -> Array:
    """Average of edit_previous: tr V grows by m tr AA' + (m - p) tr A diag(Q K Q) A'.

    Q = I - P removes the weights, so the residual part L = Q K Q = Q diag(v) Q has a recursion
    of its own, and only its diagonal acts on the error.
    """
    whitened, inverse = _whitened(X)
    leverage = (whitened**2).sum(axis=1)
    gain = ((X @ inverse) ** 2).sum(axis=1)
    ones = np.ones(len(X))
    errors, source = [float(np.trace(inverse))], ones
    for share, pair in pairs:
        residual = _residual_diagonal(whitened, leverage, source)
        grown = share * np.trace(inverse) + (share - pair) * (gain @ residual)
        errors.append(errors[-1] + float(grown))
        source = (1 - 2 * share + pair) * source + (share - pair) * residual + share * ones
    return np.array(errors)


def _residual_diagonal(whitened: Array, leverage: Array, source: Array) -> Array:
    """Return diag(Q diag(source) Q) with Q = I - UU', shape (T,), in O(T d^2)."""
    inner = whitened.T @ (source[:, None] * whitened)
    mixed = ((whitened @ inner) * whitened).sum(axis=1)
    return np.asarray(source - 2 * leverage * source + mixed)


def _fresh_source(X: Array, pairs: list[tuple[float, float]]) -> Array:
    """Average of edit_source: Cov(w_n, E_1) averages to A, so the cross term is a constant."""
    whitened, inverse = _whitened(X)
    root = np.linalg.cholesky(inverse)
    identity = np.eye(X.shape[1])
    lever = _row_map(whitened, identity)
    spread, errors = identity, [float(np.trace(inverse))]
    for share, pair in pairs:
        rows = _row_map(whitened, spread)
        spread = (
            pair * spread
            + (share - pair) * rows
            + identity
            + 2 * (share - pair) * (identity - lever)
        )
        errors.append(float(np.trace(root @ spread @ root.T)))
    return np.array(errors)


def _whitened(X: Array) -> tuple[Array, Array]:
    """Return U = X L with U'U = I, and (X'X)^-1 = L L'."""
    inverse: Array = np.asarray(np.linalg.inv(X.T @ X), dtype=float)
    return X @ np.linalg.cholesky(inverse), inverse


def _row_map(whitened: Array, spread: Array) -> Array:
    """Return sum over rows of u u' (u' spread u), shape (d, d)."""
    values = ((whitened @ spread) * whitened).sum(axis=1)
    return np.asarray(whitened.T @ (values[:, None] * whitened))


def pairs_error(X: ArrayLike, generations: int, *, rng: np.random.Generator) -> Array:
    """Return the error of accumulate_subsample_pairs after every fit, for one draw of the pairs.

    Every fit takes T of the pairs of a row and a label so far, without replacement (the setting of
    arXiv 2410.16713). Given the pairs, weights are linear in the noises E_1, E_2, ..: their
    coefficients are followed, and the noise is averaged exactly. Average over draws of the pairs.
    """
    design = checked_design(X)
    n_samples, d = design.shape
    fits: list[Array] = []
    errors = []
    for k in range(generations):
        pairs = rng.choice((k + 1) * n_samples, size=n_samples, replace=False)
        ages, rows = np.divmod(pairs, n_samples)
        solve = np.linalg.pinv(design[rows])
        # the label of a pair is x times the fit before its generation, and noise of its own
        fitted = np.zeros((d, generations * n_samples))
        fitted[:, pairs] = solve
        for age in range(1, k + 1):
            chosen = ages == age
            fitted += (solve[:, chosen] @ design[rows[chosen]]) @ fits[age - 1]
        fits.append(fitted)
        errors.append(float((fitted**2).sum()))
    return np.array(errors)


def subsample_error(X: ArrayLike, generations: int) -> Array:
    """Return the error of accumulate_subsample after fit 1 .. generations, averaged over draws.

    Every fit gives each row one of its labels so far, uniformly. The cross moments follow from
    Cov(w_k, E_c) = A / c for every k >= c.
    """
    whitened, inverse = _whitened(checked_design(X))
    root = np.linalg.cholesky(inverse)
    identity = np.eye(whitened.shape[1])
    leverage = (whitened**2).sum(axis=1)
    total = np.zeros_like(identity)
    own = np.zeros_like(leverage)
    columns: list[Array] = []
    errors = []
    for k in range(1, generations + 1):
        pairs = sum((k - c) / c for c in range(1, k))
        pooled = (total + (2 * pairs + k) * identity) / k**2
        diagonal = ((whitened @ total) * whitened).sum(axis=1) + 2 * leverage * pairs + k
        spread = pooled + whitened.T @ (((own + k) / k - diagonal / k**2)[:, None] * whitened)
        harmonics = np.cumsum(1.0 / np.arange(1, k))
        crosses = [
            (column + harmonic * identity) / k
            for column, harmonic in zip(columns, harmonics, strict=True)
        ]
        total = total + spread + sum((c + c.T for c in crosses), np.zeros_like(identity))
        own = own + ((whitened @ spread) * whitened).sum(axis=1)
        columns = [a + b.T for a, b in zip(columns, crosses, strict=True)]
        columns.append(spread + sum(crosses, np.zeros_like(identity)))
        errors.append(float(np.trace(root @ spread @ root.T)))
    return np.array(errors)
