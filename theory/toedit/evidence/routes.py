"""Routes that the claims share, and the names of what they rest on."""

from collections.abc import Callable

import numpy as np
import sympy

from theory.estimates import refined
from theory.linear_chains.bounds import one_fit
from theory.linear_chains.dense import dense_error
from theory.linear_chains.design import Array
from theory.linear_chains.rational import Instance, exact_errors
from theory.linear_chains.regression import last_error
from theory.linear_chains.sighted.mirrored import mirrored_error
from theory.linear_chains.sighted.residuals import residual_error
from theory.linear_chains.simulation import simulate, simulate_designs, simulate_one_column
from theory.linear_chains.symbolic import Expression
from theory.toedit.evidence.cases import DrawMasks
from theory.verdict import Estimate, Route

ROWS = "noise followed back through the edits"
"""Derivation of `exact`: the row recursion of theory.linear_chains.regression."""
LABELS = "covariance of all labels"
"""Derivation of `dense`: the covariance of the labels, followed forwards."""
TABLE = "table of every noise, in fractions"
"""Derivation of `rational`: every label as a combination of all noises."""
DRAWS = "labels drawn and fitted"
"""Derivation of every simulation of labels."""
MIRRORED = "labels drawn and fitted, in mirrored pairs"
"""Derivation of `mirrored`: labels that choose the rows, two reflected chains at a time."""
RESIDUALS = "residuals followed, no labels"
"""Derivation of `residuals`, where labels choose the rows."""
LARGE = "T >> d: rows that do not meet"
"""Derivation of the closed forms for many rows, whose leverages vanish."""
MASKS = "moments of random masks, given X"
"""Derivation of errors averaged exactly over random rows: theory.linear_chains.averages."""


def exact(case: Instance, _rng: np.random.Generator) -> Estimate:
    """Last error of the label recursion by the row recursion, in units of one fit."""
    error = last_error(case.design(), case.mask_array(), case.workflow, covariance=case.sigma())
    return Estimate(value=error / one_fit(case))


def dense(case: Instance, _rng: np.random.Generator) -> Estimate:
    """Last error of the label recursion by a T x T covariance, in units of one fit."""
    errors = dense_error(case.design(), case.mask_array(), case.workflow, covariance=case.sigma())
    return Estimate(value=float(errors[-1]) / one_fit(case))


def rational(case: Instance, _rng: np.random.Generator) -> Estimate:
    """Last error in fractions; the case must be one of integers or fractions."""
    errors = exact_errors(case)
    alone = Instance(X=case.X, masks=(), covariance=case.covariance)
    ratio = errors[-1] / exact_errors(alone)[-1]
    return Estimate(value=float(ratio), exact=str(ratio))


def simulated(chains: int = 4000) -> Route[Instance]:
    """Return the route that simulates the labels of this case, and its choice of rows if any."""

    def route(case: Instance, rng: np.random.Generator) -> Estimate:
        run = simulate(
            case.design(),
            case.mask_array() if case.choice is None else case.choice.policy(case.sizes),
            case.workflow,
            chains=chains,
            rng=rng,
            covariance=case.sigma(),
            generations=len(case.masks) + 1,
        )
        unit = one_fit(case)
        return Estimate(value=float(run.mean[-1]) / unit, stderr=float(run.stderr[-1]) / unit)

    return route


def residuals(chains: int = 4000) -> Route[Instance]:
    """Return the route that follows residuals where labels choose the rows: no labels, no masks."""

    def route(case: Instance, rng: np.random.Generator) -> Estimate:
        if case.choice is None:
            return exact(case, rng)
        mean, noise = residual_error(
            case.design(), case.choice, case.sizes, case.workflow, chains=chains, rng=rng
        )
        return Estimate(value=mean / one_fit(case), stderr=noise / one_fit(case))

    return route


def mirrored(pairs: int) -> Route[Instance]:
    """Return the route that simulates mirrored pairs of labels that choose the rows.

    Raises:
        ValueError: When it is run, a case whose rows do not depend on the labels.
    """

    def route(case: Instance, rng: np.random.Generator) -> Estimate:
        if case.choice is None:
            raise ValueError("mirrored pairs serve rows that are chosen by their labels")
        mean, noise = mirrored_error(
            case.design(),
            case.choice,
            case.sizes,
            case.workflow,
            pairs=pairs,
            rng=rng,
            covariance=case.sigma(),
        )
        return Estimate(value=mean / one_fit(case), stderr=noise / one_fit(case))

    return route


def over_designs(
    ratio_of: Callable[[Instance], Callable[[Array], float]], *, designs: int, target: float = 0.018
) -> Route[Instance]:
    """Return the route that averages over Gaussian designs of the case's size.

    The function takes the case, and returns what gives the exact ratio for a design. So many
    designs are drawn again, up to 16 times, until four standard errors of their mean are below the
    target.
    """

    def some(case: Instance, rng: np.random.Generator) -> Estimate:
        size, ratio = (case.n_samples, case.n_features), ratio_of(case)
        values = np.array([ratio(rng.normal(size=size)) for _ in range(designs)])
        stderr = float(values.std(ddof=1) / np.sqrt(designs))
        return Estimate(value=float(values.mean()), stderr=stderr)

    return lambda case, rng: refined(lambda: some(case, rng), target=target, most=16)


def exact_over_designs(designs: int, *, target: float = 0.018) -> Route[Instance]:
    """Return the route that averages the exact ratio for the case's masks over Gaussian designs."""

    def ratio_of(case: Instance) -> Callable[[Array], float]:
        masks = case.mask_array()
        return lambda X: last_error(X, masks, case.workflow) / _unit(X)

    return over_designs(ratio_of, designs=designs, target=target)


def dense_over_designs(designs: int) -> Route[Instance]:
    """Return the route that averages the ratio by a T x T covariance over Gaussian designs."""

    def ratio_of(case: Instance) -> Callable[[Array], float]:
        masks = case.mask_array()
        return lambda X: float(dense_error(X, masks, case.workflow)[-1]) / _unit(X)

    return over_designs(ratio_of, designs=designs)


def _unit(X: Array) -> float:
    return float(np.trace(np.linalg.inv(X.T @ X)))


def simulated_over_designs(
    *, designs: int, chains: int, masks: Callable[[Instance], DrawMasks] | None = None
) -> Route[Instance]:
    """Return the route that simulates labels and designs: the expectation over Gaussian X.

    The case's own masks or choice of rows serve every design, unless `masks` says how to draw them.
    """

    def route(case: Instance, rng: np.random.Generator) -> Estimate:
        own = case.mask_array()
        draw = (lambda _rng: own) if masks is None else masks(case)
        choose = case.choice
        run = simulate_designs(
            case.n_samples,
            case.n_features,
            draw if choose is None else lambda _rng: choose.policy(case.sizes),
            case.workflow,
            designs=designs,
            chains=chains,
            rng=rng,
            generations=len(case.masks) + 1,
        )
        return Estimate(value=float(run.mean[-1]), stderr=float(run.stderr[-1]))

    return route


def simulated_one_column(case: Instance, rng: np.random.Generator) -> Estimate:
    """Simulate labels with another design of one Gaussian column in every chain."""
    mean, stderr = simulate_one_column(case.mask_array(), case.workflow, chains=60_000, rng=rng)
    return Estimate(value=mean, stderr=stderr)


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
