"""Closed forms in matrices for a given design: one mask, and disjoint masks.

With L L' = (X'X)^-1 and U = X L, an edit of rows M acts on the weights through H = U'MU alone.
None of this assumes T >> d. Derivations: docs/theory.md, sections 5 and 6. Errors are in units of
sigma^2, Sigma = I.
"""

import numpy as np
from numpy.typing import ArrayLike

from theory.linear_chains.design import Array, Mask, checked_design, checked_disjoint, checked_masks


def fixed_error(X: ArrayLike, mask: ArrayLike, generations: int) -> Array:
    """Return the error after fit 1 .. generations with one mask, by the eigenvalues of U'MU.

    The covariance is G^-1/2 f_n(H) G^-1/2 with H = U'MU and `fixed_spectrum` as f_n: one
    eigendecomposition of a d x d matrix, and no recursion over labels.
    """
    design = checked_design(X)
    edited = checked_masks(np.atleast_2d(mask), len(design))[0]
    values, weights = _spectrum(design, edited)
    return np.array([float(weights @ fixed_spectrum(values, k)) for k in range(generations)])


def fixed_spectrum(values: Array, edits: int) -> Array:
    """Return f_n(h), the variance after n edits with one mask where U'MU has eigenvalue h."""
    h = np.clip(values, 0.0, 1.0)
    powers = h[..., None] ** np.arange(edits)
    kept = powers.sum(axis=-1)
    return np.asarray(
        h ** (2 * edits + 1) + (h**edits + kept) ** 2 * (1 - h) + h * (powers**2).sum(axis=-1)
    )


def fixed_limit(X: ArrayLike, mask: ArrayLike) -> float:
    """Return the limit of `fixed_error`, tr of (I + 2H)(I - H^2)^-1; infinite where H has a 1.

    It is finite exactly where the rows that are never edited determine the weights.
    """
    design = checked_design(X)
    edited = checked_masks(np.atleast_2d(mask), len(design))[0]
    if np.linalg.matrix_rank(design[~edited]) < design.shape[1]:
        return float("inf")
    values, weights = _spectrum(design, edited)
    return float(weights @ ((1 + 2 * values) / (1 - values**2)))


def _spectrum(design: Array, edited: Mask) -> tuple[Array, Array]:
    """Return the eigenvalues of H and the part of tr (X'X)^-1 along each eigenvector."""
    whitened, root = whitened_design(design)
    values, vectors = np.linalg.eigh((whitened * edited[:, None]).T @ whitened)
    return values, ((root @ vectors) ** 2).sum(axis=0)


def whitened_design(design: Array) -> tuple[Array, Array]:
    """Return U = X L with U'U = I, shape (T, d), and L with L L' = (X'X)^-1, shape (d, d)."""
    root = np.linalg.cholesky(np.linalg.inv(design.T @ design))
    return design @ root, root


def disjoint_covariance(X: ArrayLike, masks: ArrayLike) -> Array:
    """Return the covariance of the weights after disjoint edits of the previous labels, (d, d).

    L (C + C' - I - D) L' with C <- (I + H) C and D <- (I + H) D (I + H) + H^2 at every edit.

    Raises:
        ValueError: Two masks share a row.
    """
    design = checked_design(X)
    edits = checked_disjoint(checked_masks(masks, len(design)))
    whitened, root = whitened_design(design)
    identity = np.eye(design.shape[1])
    growth, deficit = identity, np.zeros_like(identity)
    for mask in edits:
        edit = whitened[mask].T @ whitened[mask]
        step = identity + edit
        growth, deficit = step @ growth, step @ deficit @ step + edit @ edit
    return root @ (growth + growth.T - identity - deficit) @ root.T
