"""Cases that the claims share: how to draw them, alone and as families."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import sympy

from theory.linear_chains import masks as schedules
from theory.linear_chains.bounds import Bound
from theory.linear_chains.design import Array, Mask, Workflow
from theory.linear_chains.rational import Instance
from theory.linear_chains.search.cases import draw_case
from theory.linear_chains.search.refuter import refute
from theory.linear_chains.sighted.choices import Choice, Rows
from theory.linear_chains.symbolic import Expression

DrawMasks = Callable[[np.random.Generator], Mask]
Draw = Callable[[np.random.Generator], Instance]
Family = Callable[[np.random.Generator], tuple[Instance, ...]]


def small(X: Sequence[Sequence[int]], *edits: Sequence[int], workflow: Workflow) -> Instance:
    """Return a case by the rows of X and, for every edit, the numbers of its rows from 1."""
    masks = tuple(tuple(int(t + 1 in rows) for t in range(len(X))) for rows in edits)
    return Instance(X=tuple(tuple(row) for row in X), masks=masks, workflow=workflow)


def gaussian(n_samples: int, n_features: int, draw_masks: DrawMasks, workflow: Workflow) -> Draw:
    """Return a case at random: a Gaussian design with masks of a schedule."""

    def draw(rng: np.random.Generator) -> Instance:
        X = rng.normal(size=(n_samples, n_features))
        return instance(X, draw_masks(rng), workflow)

    return draw


def family(*draws: Draw) -> Family:
    """Return a family of one case from each draw, in this order."""
    return lambda rng: tuple(draw(rng) for draw in draws)


def chosen(
    part: float,
    *,
    edits: int = 1,
    size: tuple[int, int] = (1000, 3),
    workflow: Workflow = "edit_previous",
    rows: Rows = "any",
) -> Draw:
    """Return a Gaussian design whose every edit takes a share of rows by the least |residual|."""

    def draw(rng: np.random.Generator) -> Instance:
        masks = schedule("fixed", edits, part, n_samples=size[0])
        case = gaussian(*size, masks, workflow)(rng)
        return replace(case, choice=Choice(score="smallest |residual|", rows=rows))

    return draw


def over(ends: Sequence[float], make: Callable[[float], Draw], *, inside: int = 1) -> Family:
    """Return a family over a range of one number: its ends, then points drawn between them.

    The `ends` are always checked; `inside` points are drawn uniformly between the least and the
    greatest of them; `make` returns how to draw the case of a number.
    """

    def cases(rng: np.random.Generator) -> tuple[Instance, ...]:
        drawn = rng.uniform(min(ends), max(ends), size=inside)
        return tuple(make(float(number))(rng) for number in (*ends, *drawn))

    return cases


def integers(
    workflow: Workflow, *, masks: Literal["any", "disjoint", "one"] = "any", edits: int = 3
) -> Draw:
    """Return a case at random that can be redone in fractions: small integers, few rows.

    A mask never edits so much that the rows it keeps do not determine the weights.
    """

    def draw(rng: np.random.Generator) -> Instance:
        while True:
            d, size = int(rng.integers(1, 3)), int(rng.integers(4, 7))
            X = rng.integers(-3, 4, size=(size, d))
            bits = _some_masks(masks, edits, size, rng)
            kept = [X[~mask] for mask in bits]
            if all(np.linalg.matrix_rank(part) == d for part in (X, *kept)):
                whole = tuple(tuple(int(x) for x in row) for row in X)
                flags = tuple(tuple(int(bit) for bit in mask) for mask in bits)
                return Instance(X=whole, masks=flags, workflow=workflow)

    return draw


def _some_masks(kind: str, edits: int, size: int, rng: np.random.Generator) -> Mask:
    """Return masks that edit two in five rows; or one row each, all different; or all the same."""
    if kind == "disjoint":
        return np.asarray(rng.permutation(size) == np.arange(edits)[:, None])
    masks = rng.random((1 if kind == "one" else edits, size)) < 0.4
    return np.repeat(masks, edits, axis=0) if kind == "one" else masks


def instance(X: Array, masks: Mask, workflow: Workflow) -> Instance:
    """Return a case from a design and masks that are arrays."""
    return Instance(
        X=tuple(tuple(map(float, row)) for row in X),
        masks=tuple(tuple(map(int, mask)) for mask in masks),
        workflow=workflow,
    )


def schedule(name: str, edits: int, part: float, *, n_samples: int = 1000) -> DrawMasks:
    """Return a drawer of fixed, fresh or disjoint masks that edit a part of the rows."""
    draw = {
        "fixed": schedules.fixed,
        "fresh": schedules.fresh,
        "disjoint": schedules.disjoint,
    }[name]
    return lambda rng: draw(edits, n_samples, part, rng=rng)


def share(case: Instance) -> Expression:
    """Return the share of rows that the first edit redraws, as a fraction."""
    return sympy.Rational(sum(case.masks[0]), case.n_samples)


def attacked(
    bound: Bound,
    *,
    draws: int = 150,
    climbs: int = 200,
    draw: Draw = draw_case,
    others: Sequence[Draw] = (),
) -> Family:
    """Return a family: the shrunk violation of a bound or else the worst case found, and others.

    `draws`, `climbs` and `draw` are those of `refute`; the others are two random cases or `others`.
    """

    def cases(rng: np.random.Generator) -> tuple[Instance, ...]:
        found = refute(bound, rng=rng, draws=draws, climbs=climbs, draw=draw)
        case = found.smallest or found.worst
        if case is None:
            raise ValueError(f"no case meets the assumptions of {bound.name!r}")
        more = [other(rng) for other in others] or [_admitted(bound, rng) for _ in range(2)]
        return (case, *more)

    return cases


def _admitted(bound: Bound, rng: np.random.Generator) -> Instance:
    case = draw_case(rng)
    while not all(assumption.holds(case) for assumption in bound.assumptions):
        case = draw_case(rng)
    return case


SEARCHED = "whatever the search for a violation reaches; the worst case, and two random ones"
