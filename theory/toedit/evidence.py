"""Cases and routes that the claims share."""

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
import sympy

from theory.linear_chains import masks as schedules
from theory.linear_chains.bounds import Bound, one_fit
from theory.linear_chains.dense import dense_error
from theory.linear_chains.design import Array, Mask, Workflow
from theory.linear_chains.rational import Instance, exact_errors
from theory.linear_chains.regression import expected_error
from theory.linear_chains.search.refuter import refute
from theory.linear_chains.simulation import simulate, simulate_designs
from theory.linear_chains.symbolic import Expression
from theory.verdict import Estimate, Route

REFERENCE = (1000, 10)
"""Numbers T of rows and d of columns of the reference case, where T >> d."""

DrawMasks = Callable[[np.random.Generator], Mask]


def small(X: Sequence[Sequence[int]], *edits: Sequence[int], workflow: Workflow) -> Instance:
    """Return a case by the rows of X and, for every edit, the numbers of its rows from 1."""
    masks = tuple(tuple(int(t + 1 in rows) for t in range(len(X))) for rows in edits)
    return Instance(X=tuple(tuple(row) for row in X), masks=masks, workflow=workflow)


def gaussian(
    n_samples: int, n_features: int, draw_masks: DrawMasks, workflow: Workflow
) -> Callable[[np.random.Generator], Instance]:
    """Return a subject: a Gaussian design with masks of a schedule."""

    def subject(rng: np.random.Generator) -> Instance:
        X = rng.normal(size=(n_samples, n_features))
        return instance(X, draw_masks(rng), workflow)

    return subject


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
    bound: Bound, *, draws: int = 200, climbs: int = 300
) -> Callable[[np.random.Generator], Instance]:
    """Return a subject: the shrunk violation of a bound, or else the worst case found."""

    def subject(rng: np.random.Generator) -> Instance:
        found = refute(bound, rng=rng, draws=draws, climbs=climbs)
        case = found.smallest or found.worst
        if case is None:
            raise ValueError(f"no case meets the assumptions of {bound.name!r}")
        return case

    return subject


def exact(case: Instance, _rng: np.random.Generator) -> Estimate:
    """Last error of the label recursion by the row recursion, in units of one fit."""
    errors = expected_error(
        case.design(), case.mask_array(), case.workflow, covariance=case.sigma()
    )
    return Estimate(value=float(errors[-1]) / one_fit(case))


def dense(case: Instance, _rng: np.random.Generator) -> Estimate:
    """Last error of the label recursion by a T x T covariance, in units of one fit."""
    errors = dense_error(case.design(), case.mask_array(), case.workflow, covariance=case.sigma())
    return Estimate(value=float(errors[-1]) / one_fit(case))


def rational(case: Instance, _rng: np.random.Generator) -> Estimate:
    """Last error in fractions, of the nearest case with denominators up to 64."""
    nearest = case if case.is_rational() else _rationalised(case)
    errors = exact_errors(nearest)
    ratio = errors[-1] / exact_errors(Instance(X=nearest.X, masks=()))[-1]
    return Estimate(value=float(ratio), exact=str(ratio) if case.is_rational() else "")


def _rationalised(case: Instance) -> Instance:
    rows = tuple(tuple(Fraction(x).limit_denominator(64) for x in row) for row in case.X)
    return Instance(X=rows, masks=case.masks, workflow=case.workflow)


def simulated(chains: int = 20_000) -> Route[Instance]:
    """Return the route that simulates the labels of this case."""

    def route(case: Instance, rng: np.random.Generator) -> Estimate:
        run = simulate(
            case.design(),
            case.mask_array(),
            case.workflow,
            chains=chains,
            rng=rng,
            covariance=case.sigma(),
        )
        unit = one_fit(case)
        return Estimate(value=float(run.mean[-1]) / unit, stderr=float(run.stderr[-1]) / unit)

    return route


def simulated_designs(draw_masks: DrawMasks, *, designs: int, chains: int) -> Route[Instance]:
    """Return the route that simulates labels and designs: the expectation over Gaussian X."""

    def route(case: Instance, rng: np.random.Generator) -> Estimate:
        run = simulate_designs(
            case.n_samples,
            case.n_features,
            draw_masks,
            case.workflow,
            designs=designs,
            chains=chains,
            rng=rng,
        )
        return Estimate(value=float(run.mean[-1]), stderr=float(run.stderr[-1]))

    return route


def averaged(ratio: Callable[[np.random.Generator], float], *, designs: int) -> Route[Instance]:
    """Return the route that averages an exact ratio over designs and masks."""

    def route(_case: Instance, rng: np.random.Generator) -> Estimate:
        values = np.array([ratio(rng) for _ in range(designs)])
        stderr = float(values.std(ddof=1) / np.sqrt(designs))
        return Estimate(value=float(values.mean()), stderr=stderr)

    return route


def symbolic(value: Callable[[Instance], Expression]) -> Route[Instance]:
    """Return the route whose value is an exact sympy number."""

    def route(case: Instance, _rng: np.random.Generator) -> Estimate:
        number = sympy.sympify(value(case))
        text = str(number)
        return Estimate(value=float(number), exact=text if len(text) <= 24 else "")

    return route


def number(value: Callable[[Instance], float]) -> Route[Instance]:
    """Return the route whose value is a deterministic float."""
    return lambda case, _rng: Estimate(value=float(value(case)))
