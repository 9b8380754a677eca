"""Conditions of statements about linear chains, as predicates on a case."""

import math
from collections.abc import Sequence

import numpy as np

from theory.linear_chains.design import Array
from theory.linear_chains.rational import Instance
from theory.linear_chains.sighted.choices import sees_labels
from theory.verdict import Assumption


def leverages(case: Instance) -> Array:
    """Return the largest eigenvalue of U'M_iU of every mask, in [0, 1], shape (n,).

    For masks that see the labels it is a number that no choice of so many rows exceeds: the sum of
    the largest |u_t|^2, which is the eigenvalue itself for d = 1.
    """
    X = case.design()
    whitened = np.linalg.qr(X)[0]
    if case.choice is not None:
        disjoint = case.choice.rows == "new"
        sums = largest_sums((whitened**2).sum(axis=1), case.sizes, disjoint=disjoint)
        return np.clip(sums, 0.0, 1.0)
    grams = [(whitened * mask[:, None]).T @ whitened for mask in case.mask_array()]
    return np.array([np.clip(np.linalg.eigvalsh(gram)[-1], 0.0, 1.0) for gram in grams])


def largest_sums(values: Array, sizes: Sequence[int], *, disjoint: bool) -> Array:
    """Return for every edit the most that a sum over so many rows can be, shape (n,).

    Disjoint edits take the rows in turn, so that their sums add up to no more than all values.
    """
    total = np.concatenate([[0.0], np.cumsum(np.sort(values)[::-1])])
    if not disjoint:
        return np.asarray([total[size] for size in sizes])
    ends = np.minimum(np.cumsum(sizes, dtype=int), len(values))
    return np.diff(total[ends], prepend=0.0)


def _workflow(name: str) -> Assumption[Instance]:
    return Assumption(text=f"workflow {name}", holds=lambda case: case.workflow == name)


def _has_disjoint_masks(case: Instance) -> bool:
    if case.choice is not None:
        return case.choice.rows == "new" and sum(case.sizes) <= case.n_samples
    masks = case.mask_array()
    return not len(masks) or bool(masks.sum(axis=0).max() <= 1)


def _has_one_mask(case: Instance) -> bool:
    if case.choice is not None:
        return case.choice.rows == "first" and len(set(case.sizes)) <= 1
    return all(mask == case.masks[0] for mask in case.masks)


def _ignores_labels(case: Instance) -> bool:
    if case.choice is None:
        return True
    return not sees_labels(case.choice.policy(case.sizes), case.n_samples, len(case.masks))


def norm_ratio(case: Instance) -> float | None:
    """Return eta with |M_i| = eta |M_{i-1}| (Frobenius) for every i, or None where none fits."""
    sizes = case.mask_array().sum(axis=1)
    if len(sizes) < 2 or (sizes == 0).any():
        return None
    if any(sizes[i] * sizes[i] != sizes[i - 1] * sizes[i + 1] for i in range(1, len(sizes) - 1)):
        return None
    return math.sqrt(sizes[1] / sizes[0])


DISJOINT: Assumption[Instance] = Assumption(
    text="M_i M_j = 0 for i != j", holds=_has_disjoint_masks
)
ENOUGH_ROWS: Assumption[Instance] = Assumption(
    text="T >= d + 2", holds=lambda case: case.n_samples >= case.n_features + 2
)
INDEPENDENT: Assumption[Instance] = Assumption(
    text="the masks are independent of the noise: other labels, the same rows",
    holds=_ignores_labels,
)
CONFIDENT: Assumption[Instance] = Assumption(
    text="the masks take the rows of the smallest |residual|",
    holds=lambda case: case.choice is not None and case.choice.score == "smallest |residual|",
)
FULL_RANK: Assumption[Instance] = Assumption(
    text="X has full column rank",
    holds=lambda case: bool(np.linalg.matrix_rank(case.design()) == case.n_features),
)
PREVIOUS = _workflow("edit_previous")
SOURCE = _workflow("edit_source")
ONE_MASK: Assumption[Instance] = Assumption(text="the same mask every time", holds=_has_one_mask)
SHRINKING: Assumption[Instance] = Assumption(
    text="|M_i| = eta |M_{i-1}| with 0 < eta < 1",
    holds=lambda case: (norm_ratio(case) or 1.0) < 1,
)
NO_FULL_EDIT: Assumption[Instance] = Assumption(
    text="the rows a generation keeps determine the weights",
    holds=lambda case: bool((leverages(case) < 1 - 1e-9).all()),
)
IDENTITY: Assumption[Instance] = Assumption(
    text="Sigma = I", holds=lambda case: case.covariance is None
)


ONE_FEATURE: Assumption[Instance] = Assumption(
    text="d = 1", holds=lambda case: case.n_features == 1
)
HALF: Assumption[Instance] = Assumption(
    text="no mask edits more than half of the rows",
    holds=lambda case: bool((case.mask_array().mean(axis=1) <= 0.5).all()),
)
