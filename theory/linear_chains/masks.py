"""Mask schedules: which rows each generation edits.

Every schedule gives a 0/1 array (n, T); `confident` depends on the data, so it is a policy that
the simulation asks at every generation.
"""

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np

from theory.linear_chains.design import Array, Mask

Schedule = Literal["fixed", "fresh", "geometric", "disjoint", "confident"]

SCHEDULES: tuple[Schedule, ...] = get_args(Schedule)
"""Names of the schedules, which are this module's functions."""

Policy = Callable[[Array, Array, int, np.random.Generator], Mask]
"""Chooses the rows to edit: (labels, predictions, edit, rng) -> rows; all arrays of shape (chains,
T). The labels are those that are edited: the last ones, or the human ones of edit_source."""


def edited_rows(share: float, n_samples: int) -> int:
    """Return the number of rows nearest to a share of T."""
    if not 0 <= share <= 1:
        raise ValueError(f"share must lie between 0 and 1, not {share!r}")
    return int(np.floor(share * n_samples + 0.5))


def fixed(n_edits: int, n_samples: int, share: float, *, rng: np.random.Generator) -> Mask:
    """Edit the same random rows at every generation, shape (n_edits, n_samples)."""
    return np.repeat(fresh(1, n_samples, share, rng=rng), n_edits, axis=0)


def fresh(n_edits: int, n_samples: int, share: float, *, rng: np.random.Generator) -> Mask:
    """Edit new random rows, the same number of them at every generation."""
    return geometric(n_edits, n_samples, share, 1.0, rng=rng)


def geometric(
    n_edits: int, n_samples: int, share: float, decay: float, *, rng: np.random.Generator
) -> Mask:
    """Edit new random rows, a share of share * decay^i of them at edit i = 0, 1, .."""
    if not 0 <= decay <= 1:
        raise ValueError(f"decay must lie between 0 and 1, not {decay!r}")
    sizes = [edited_rows(share * decay**i, n_samples) for i in range(n_edits)]
    return np.array([rng.permutation(n_samples) < size for size in sizes], dtype=bool).reshape(
        n_edits, n_samples
    )


def disjoint(n_edits: int, n_samples: int, share: float, *, rng: np.random.Generator) -> Mask:
    """Edit rows that were never edited before, which needs n_edits * share <= 1."""
    size = edited_rows(share, n_samples)
    if n_edits * size > n_samples:
        raise ValueError(
            f"{n_edits} edits of {size} rows each do not fit into {n_samples} rows: "
            "disjoint masks (M_i M_j = 0, proof of Theorem 2) need n * share <= 1"
        )
    order = rng.permutation(n_samples)
    first = size * np.arange(n_edits)[:, None]
    return np.asarray((order >= first) & (order < first + size))


def confident(share: float) -> Policy:
    """Edit the rows with the smallest |residual|: those the model is surest of."""

    def policy(labels: Array, predictions: Array, _edit: int, _rng: np.random.Generator) -> Mask:
        residuals = np.abs(labels - predictions)
        size = edited_rows(share, labels.shape[1])
        chosen = np.zeros(labels.shape, dtype=bool)
        rows = np.argpartition(residuals, max(size - 1, 0), axis=1)[:, :size]
        np.put_along_axis(chosen, rows, True, axis=1)
        return chosen

    return policy


def redrawn(share: float, decay: float = 1.0) -> Policy:
    """Edit new random rows in every chain on its own: `geometric` with masks that differ."""

    def policy(labels: Array, _predictions: Array, edit: int, rng: np.random.Generator) -> Mask:
        size = edited_rows(share * decay**edit, labels.shape[1])
        order = rng.random(labels.shape).argsort(axis=1)
        return order < size

    return policy
