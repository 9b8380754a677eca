"""The regression problem one chain lives in, the checks of what a user passes, and batched draws.

Setting: x ~ N(0, Sigma), y = x.w* + e, e ~ N(0, sigma^2); one design X (T x d) serves every
generation.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Workflow = Literal[
    "replace",
    "accumulate",
    "accumulate_subsample",
    "accumulate_subsample_pairs",
    "edit_previous",
    "edit_source",
    "mix",
]

WORKFLOWS: tuple[Workflow, ...] = get_args(Workflow)
"""Ways to make the next labels; `theory.linear_chains.regression.expected_error` defines each."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """A checked design and what every route needs of it."""

    X: Array
    """Design matrix, one row per example, shape (T, d)."""
    A: Array
    """Map from labels to weights, (X'X + ridge I)^-1 X', shape (d, T)."""
    root: Array
    """Square root of the test covariance: Sigma = root @ root.T, shape (d, d)."""
    noise_std: float
    """Standard deviation sigma of the label noise."""
    ridge: float
    """Ridge penalty lambda of every fit; 0 is least squares."""
    weights: Array
    """True weights w*, shape (d,); they matter only where ridge > 0."""

    @property
    def n_samples(self) -> int:
        """Number T of rows of the design."""
        return len(self.X)

    @property
    def n_features(self) -> int:
        """Number d of columns of the design."""
        return len(self.weights)

    @property
    def base(self) -> Array:
        """Rows root' A: the squared error of labels with noise N is |base N|^2, shape (d, T)."""
        return self.root.T @ self.A

    def squared_error(self, shift: Array) -> Array:
        """Test error |shift|^2_Sigma of weight errors along the last axis, shape (..., d)."""
        projected = shift @ self.root
        return np.asarray((projected**2).sum(axis=-1))


def problem(
    X: ArrayLike,
    *,
    noise_std: float = 1.0,
    covariance: ArrayLike | None = None,
    ridge: float = 0.0,
    weights: ArrayLike | None = None,
) -> Problem:
    """Check a design and its settings; Sigma defaults to I and w* to zero."""
    checked = checked_design(X, ridge=ridge)
    n_features = checked.shape[1]
    if not (np.isfinite(noise_std) and noise_std > 0):
        raise ValueError(f"noise_std must be positive and finite, not {noise_std!r}")
    true = np.zeros(n_features) if weights is None else np.asarray(weights, dtype=float)
    if true.shape != (n_features,) or not np.isfinite(true).all():
        raise ValueError(f"weights must be {n_features} finite numbers, not shape {true.shape}")
    gram = checked.T @ checked + ridge * np.eye(n_features)
    return Problem(
        X=checked,
        A=np.asarray(np.linalg.solve(gram, checked.T), dtype=float),
        root=checked_root(covariance, n_features),
        noise_std=float(noise_std),
        ridge=float(ridge),
        weights=true,
    )


def checked_design(X: ArrayLike, *, ridge: float = 0.0) -> Array:
    """Return X as floats of shape (T, d) with T >= d + 2 and, without ridge, full column rank."""
    if not (np.isfinite(ridge) and ridge >= 0):
        raise ValueError(f"ridge must be zero or positive and finite, not {ridge!r}")
    design = np.array(X, dtype=float)
    if design.ndim != 2 or design.shape[1] < 1:
        raise ValueError(f"X must have shape (T, d) with d >= 1, not {design.shape}")
    if not np.isfinite(design).all():
        raise ValueError("X holds values that are not finite")
    checked_size(*design.shape)
    if ridge == 0 and np.linalg.matrix_rank(design) < design.shape[1]:
        raise ValueError(
            "X is singular: A = (X'X)^-1 X' (Theorem 1) needs full column rank, or ridge > 0"
        )
    return design


def checked_size(n_samples: int, n_features: int) -> None:
    """Raise unless T >= d + 2, where Lemma 3 gives E (X'X)^-1 a finite value."""
    if n_features < 1:
        raise ValueError(f"n_features must be at least 1, not {n_features}")
    if n_samples < n_features + 2:
        raise ValueError(
            f"T = {n_samples} rows for d = {n_features} columns: "
            "Lemma 3, E (X'X)^-1 = Sigma^-1 / (T - d - 1), needs T >= d + 2"
        )


def checked_root(covariance: ArrayLike | None, n_features: int) -> Array:
    """Return the Cholesky factor of Sigma (identity where none is given)."""
    if covariance is None:
        return np.eye(n_features)
    sigma = np.asarray(covariance, dtype=float)
    if sigma.shape != (n_features, n_features) or not np.isfinite(sigma).all():
        raise ValueError(f"covariance must be finite of shape ({n_features}, {n_features})")
    if not np.allclose(sigma, sigma.T):
        raise ValueError("covariance is not symmetric: x ~ N(0, Sigma) needs a covariance matrix")
    try:
        return np.linalg.cholesky(sigma)
    except np.linalg.LinAlgError as error:
        raise ValueError("covariance is not positive definite, which Lemma 3 needs") from error


def checked_masks(masks: ArrayLike, n_samples: int) -> Mask:
    """Return masks (n, T) of 0 and 1 as booleans; row i says which rows generation i + 1 edits."""
    raw = np.asarray(masks)
    if raw.ndim != 2 or raw.shape[1] != n_samples:
        raise ValueError(
            f"masks must have shape (n, T) with T = {n_samples}, not {raw.shape}: "
            "the M_i of Theorem 1 are T x T diagonal matrices"
        )
    if not np.isin(raw, (0, 1)).all():
        raise ValueError("masks hold values other than 0 and 1: the M_i of Theorem 1 are 0/1")
    return raw.astype(bool)


def checked_workflow(workflow: str) -> Workflow:
    """Return the workflow, or raise naming those there are."""
    for known in WORKFLOWS:
        if workflow == known:
            return known
    raise ValueError(f"unknown workflow {workflow!r}: one of {', '.join(WORKFLOWS)}")


def checked_disjoint(masks: Mask) -> Mask:
    """Return masks no two of which share a row (M_i M_j = 0, the proof of Theorem 2)."""
    if masks.size and masks.sum(axis=0).max() > 1:
        row = int(np.argmax(masks.sum(axis=0)))
        raise ValueError(
            f"row {row} is edited more than once: "
            "this closed form assumes M_i M_j = 0 for i != j (proof of Theorem 2)"
        )
    return masks


def checked_constant_share(masks: Mask) -> Mask:
    """Return masks that all replace the same number of rows, as `mix` needs."""
    sizes = masks.sum(axis=1)
    if sizes.size and sizes.min() != sizes.max():
        raise ValueError(
            f"mix keeps a fixed human share, but its masks replace {sizes.min()} to {sizes.max()} "
            "rows: use edit_source for shares that change"
        )
    return masks


def unit(n_samples: int, n_features: int, noise_std: float = 1.0) -> float:
    """Test error of one fit to human labels, u = sigma^2 d / (T - d - 1), by Lemma 3."""
    checked_size(n_samples, n_features)
    return noise_std**2 * n_features / (n_samples - n_features - 1)


def in_batches(draw: Callable[[int], Array], total: int, *, at_once: int) -> Array:
    """Return `total` independent draws, held a batch at a time while they are made.

    Args:
        draw: Gives as many draws as it is asked for, along its last axis.
        total: Number of draws in all.
        at_once: Number of draws of a batch; less than one is one.

    Returns:
        All draws, in order along the last axis.
    """
    size = max(1, min(total, at_once))
    counts = [min(size, total - start) for start in range(0, total, size)]
    return np.concatenate([draw(count) for count in counts], axis=-1)
