"""Random cases for a search, and their neighbours."""

from dataclasses import replace

import numpy as np

from theory.linear_chains import masks as schedules
from theory.linear_chains.design import WORKFLOWS, Array, Mask, Workflow
from theory.linear_chains.rational import Instance
from theory.linear_chains.sighted.choices import ROWS, SCORES, Choice, Score

SIGHTED = 0.2
"""Share of the random cases whose masks see the labels."""


def draw_case(rng: np.random.Generator) -> Instance:
    """Draw a case: a few columns, up to a dozen rows, skewed designs, masks of some schedule.

    Every fifth case has up to a thousand rows, of which the labels choose some.
    """
    if rng.random() < SIGHTED:
        return draw_sighted(rng)
    d = int(rng.integers(1, 4))
    size = int(rng.integers(d + 2, 13))
    X = rng.normal(size=(size, d)) * np.exp(rng.normal(size=(size, 1)) * rng.integers(0, 2))
    edits = int(rng.integers(1, 9))
    return Instance(
        X=_rows(X),
        masks=_bits(_draw_masks(edits, size, rng)),
        workflow=_edit_workflow(rng),
        covariance=None if rng.random() < 0.7 else _rows(_draw_covariance(d, rng)),
    )


def draw_sighted(rng: np.random.Generator, scores: tuple[Score, ...] = SCORES) -> Instance:
    """Draw a case whose rows are chosen by their residuals: a design from equal rows to normal.

    `scores` are the rules to choose from.
    """
    d = 1 if rng.random() < 0.5 else int(rng.integers(2, 4))
    size = int(np.exp(rng.uniform(np.log(d + 2), np.log(1000))))
    X = rng.normal(size=(size, d)) * rng.uniform() + (np.arange(d) == 0)
    rows = ROWS[int(rng.integers(len(ROWS)))]
    edits = int(rng.integers(1, 7))
    most = 1.0 / edits if rows == "new" else 0.6
    count = max(1, int(rng.uniform(0.02, most) * size))
    decay = 0.5 if rng.random() < 0.2 else 1.0
    sizes = [max(1, int(count * decay**i)) for i in range(edits)]
    return Instance(
        X=_rows(X),
        masks=tuple(_first_rows(each, size) for each in sizes),
        workflow=_edit_workflow(rng),
        choice=Choice(score=scores[int(rng.integers(len(scores)))], rows=rows),
    )


def _first_rows(count: int, size: int) -> tuple[int, ...]:
    """Return a mask that only says how many rows are chosen."""
    return (1,) * min(count, size) + (0,) * max(0, size - count)


def _draw_masks(edits: int, size: int, rng: np.random.Generator) -> Mask:
    share = float(rng.uniform(0.05, 0.9))
    kind = rng.integers(5)
    if kind == 0:
        return schedules.fixed(edits, size, share, rng=rng)
    if kind == 1:
        return schedules.fresh(edits, size, share, rng=rng)
    if kind == 2:
        fits = min(edits, size)
        rows = int(rng.integers(1, size // fits + 1))
        return schedules.disjoint(fits, size, rows / size, rng=rng)
    first = int(2 ** rng.integers(1, int(np.log2(size)) + 1))
    sizes = [first // 2**i for i in range(max(edits, 2)) if first // 2**i]
    order = rng.permutation(size)
    nested = kind == 3
    return np.array([(order if nested else rng.permutation(size)) < rows for rows in sizes])


def _draw_covariance(d: int, rng: np.random.Generator) -> Array:
    root = rng.normal(size=(d, d))
    return root @ root.T + 0.1 * np.eye(d)


def _edit_workflow(rng: np.random.Generator) -> Workflow:
    edits = [name for name in WORKFLOWS if name.startswith("edit_")]
    return edits[int(rng.integers(len(edits)))]


def _rows(
    values: Array,
) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(float(x) for x in row) for row in values)


def _bits(masks: Mask) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(int(bit) for bit in mask) for mask in masks)


def changed(case: Instance, rng: np.random.Generator) -> Instance:
    """Return a neighbour: another X, a moved or swapped edit, one edit more or fewer."""
    if case.choice is not None:
        return _changed_sighted(case, rng)
    X, masks = case.design(), case.mask_array()
    kind = rng.integers(6)
    if kind <= 1 or not len(masks):
        X = X + rng.normal(size=X.shape) * np.exp(rng.uniform(-4, 0))
    elif kind == 2:
        t = int(rng.integers(len(X)))
        X[t] *= np.exp(rng.normal())
    elif kind == 3:
        i, t = int(rng.integers(len(masks))), int(rng.integers(len(X)))
        masks[i, t] = not masks[i, t]
    elif kind == 4:
        a, b = rng.integers(len(X), size=2)
        i = int(rng.integers(len(masks)))
        masks[i, [a, b]] = masks[i, [b, a]]
    else:
        i = int(rng.integers(len(masks) + 1))
        copy = (
            masks[int(rng.integers(len(masks)))] if rng.random() < 0.5 else rng.random(len(X)) < 0.2
        )
        masks = np.insert(masks, i, copy, axis=0)
    return replace(case, X=_rows(X), masks=_bits(masks))


def _changed_sighted(case: Instance, rng: np.random.Generator) -> Instance:
    """Return a neighbour of a case whose rows are chosen: another X, other sizes, more edits."""
    X, size = case.design(), case.n_samples
    kind = rng.integers(4)
    if kind == 0:
        more = np.minimum(1000, max(len(X) + 1, int(1.5 * size)))
        X = X[rng.integers(size, size=more)]
        sizes = [count * len(X) // size for count in case.sizes]
    elif kind == 1:
        X = X + rng.normal(size=X.shape) * np.exp(rng.uniform(-4, 0))
        sizes = list(case.sizes)
    elif kind == 2:
        factor = float(np.exp(rng.normal() / 2))
        sizes = [int(np.clip(factor * count, 1, size)) for count in case.sizes]
    else:
        sizes = list(case.sizes[:-1] if rng.random() < 0.5 else case.sizes + case.sizes[-1:])
    masks = tuple(_first_rows(max(1, count), len(X)) for count in sizes)
    return replace(case, X=_rows(X), masks=masks)
