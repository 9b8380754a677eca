"""Bounds of the test error, printed and corrected, and the share of rows they allow.

A `Bound` says what it bounds, under which executable assumptions, and by how much, for one
`rational.Instance`, so that `search.refuter` can attack it.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from theory.estimates import STANDARD_ERRORS
from theory.linear_chains.assumptions import (
    DISJOINT,
    ENOUGH_ROWS,
    FULL_RANK,
    HALF,
    IDENTITY,
    INDEPENDENT,
    NO_FULL_EDIT,
    ONE_FEATURE,
    ONE_MASK,
    PREVIOUS,
    SHRINKING,
    SOURCE,
    largest_sums,
    leverages,
    norm_ratio,
)
from theory.linear_chains.design import Array
from theory.linear_chains.matrix_forms import whitened_design
from theory.linear_chains.rational import Instance, exact_closed_form, exact_errors
from theory.linear_chains.regression import last_error
from theory.linear_chains.sighted.residuals import residual_error
from theory.verdict import Assumption


@dataclass(frozen=True, kw_only=True, slots=True)
class Bound:
    """An upper bound for the last test error of an instance, in units of sigma^2."""

    name: str
    """Short name of the bound, for the ledger."""
    value: Callable[[Instance], float]
    """Computes the bound of an instance, in floating point."""
    assumptions: tuple[Assumption[Instance], ...]
    """Conditions that an instance must satisfy."""
    error: Callable[[Instance], float]
    """Computes the error that is bounded, in floating point."""
    exact_error: Callable[[Instance], Fraction]
    """Computes the error that is bounded, in fractions."""
    exact_value: Callable[[Instance], Fraction] | None = None
    """Computes the bound in fractions, where it is rational."""

    def in_fits(self, case: Instance) -> float:
        """Return the bound of an instance in units of one fit to human labels."""
        return self.value(case) / one_fit(case)


SIGHTED_CHAINS = 60
"""Number of chains behind the error of a case whose masks see the labels."""


def recursion_error(case: Instance) -> float:
    """Return the last error of the label recursion.

    Where the masks see the labels it is simulated, always with the same random numbers, and four
    standard errors are taken off: at least so much.
    """
    sigma = None if case.covariance is None else case.sigma()
    if case.choice is not None:
        mean, noise = residual_error(
            case.design(),
            case.choice,
            case.sizes,
            case.workflow,
            chains=SIGHTED_CHAINS,
            rng=np.random.default_rng(0),
            covariance=sigma,
        )
        return mean - STANDARD_ERRORS * noise
    return last_error(case.design(), case.mask_array(), case.workflow, covariance=sigma)


def closed_form_error(case: Instance) -> float:
    """Return the error of Theorem 1 and Eq. 36: tr Sigma AA' + sum_i tr Sigma A M_i A'.

    It is the error of its process for any masks that are chosen before their noise is drawn.
    """
    return one_fit(case) + float(edit_gains(case).sum())


def edit_gains(case: Instance) -> Array:
    """Return tr Sigma A M_i A' of every mask, shape (n,); the most it can be for sighted masks."""
    gain = row_gains(case)
    if case.choice is None:
        return np.asarray(case.mask_array() @ gain)
    return largest_sums(gain, case.sizes, disjoint=case.choice.rows == "new")


def row_gains(case: Instance) -> Array:
    """Return (A' Sigma A)_tt of every row; they add up to the error of one fit, shape (T,)."""
    X = case.design()
    fit = np.linalg.solve(X.T @ X, X.T)
    return np.asarray(((case.sigma() @ fit) * fit).sum(axis=0))


def one_fit(case: Instance) -> float:
    """Return tr Sigma (X'X)^-1, whose expectation is u."""
    return float(row_gains(case).sum())


def _last_exact(case: Instance) -> Fraction:
    return exact_errors(case)[-1]


def _twice_one_fit(case: Instance) -> Fraction:
    return 2 * exact_errors(Instance(X=case.X, masks=(), covariance=case.covariance))[-1]


def _second_bound(case: Instance) -> float:
    """Return tr (X'X)^-1 + sqrt(tr (X'X)^-2) sqrt(tr M_1) / (1 - eta)."""
    eta_ = norm_ratio(case)
    if eta_ is None or eta_ >= 1:
        raise ValueError("Theorem 2, second part, needs |M_i| = eta |M_{i-1}| with eta < 1")
    X = case.design()
    inverse = np.linalg.inv(X.T @ X)
    edited = math.sqrt(sum(case.masks[0]) * float((inverse**2).sum()))
    return float(np.trace(inverse)) + edited / (1 - eta_)


def _fixed_bound(case: Instance) -> float:
    """Return tr of (I + 2H)(I - H^2)^-1 in the metric of Sigma: the limit for one mask."""
    if case.choice is not None:
        top = min(float(max(leverages(case), default=0.0)), 1.0 - 1e-12)
        return one_fit(case) * (1 + 2 * top) / (1 - top**2)
    whitened, fit = whitened_design(case.design())
    mask = case.mask_array()[0] if case.masks else np.zeros(case.n_samples, dtype=bool)
    values, vectors = np.linalg.eigh((whitened * mask[:, None]).T @ whitened)
    weights = ((np.linalg.cholesky(case.sigma()).T @ fit @ vectors) ** 2).sum(axis=0)
    values = np.clip(values, 0.0, 1.0 - 1e-12)
    return float(weights @ ((1 + 2 * values) / (1 - values**2)))


def _source_bound(case: Instance) -> float:
    """Return [1/(1-h)^2 + h/(1-h^2)] tr Sigma (X'X)^-1, h the largest eigenvalue of any U'MU."""
    top = float(max(leverages(case), default=0.0))
    return one_fit(case) * (1 / (1 - top) ** 2 + top / (1 - top**2))


def _disjoint_bound(case: Instance) -> float:
    """Return tr of C + C' - I in the metric of Sigma, C = (I + H_n) .. (I + H_1), H_i = U'M_iU.

    The true covariance is smaller by a sum of squares (docs/theory.md, section 6).
    """
    whitened, fit = whitened_design(case.design())
    if case.choice is not None:
        raise ValueError("the product bound needs masks that are known before the labels")
    growth = np.eye(case.n_features)
    for mask in case.mask_array():
        growth = growth + (whitened * mask[:, None]).T @ (whitened @ growth)
    rows = np.linalg.cholesky(case.sigma()).T @ fit
    return float((rows @ (growth + growth.T - np.eye(case.n_features)) * rows).sum())


def _previous_bound(case: Instance) -> float:
    """Return tr Sigma (X'X)^-1 + 2 (sum_i sqrt(tr Sigma A M_i A'))^2 (docs/theory.md)."""
    return one_fit(case) + 2 * float(np.sqrt(edit_gains(case)).sum()) ** 2


def _recursion_bound(
    name: str, value: Callable[[Instance], float], *assumptions: Assumption[Instance]
) -> Bound:
    return Bound(
        name=name,
        value=value,
        assumptions=(ENOUGH_ROWS, FULL_RANK, INDEPENDENT, *assumptions),
        error=recursion_error,
        exact_error=_last_exact,
    )


def without(bound: Bound, *dropped: Assumption[Instance]) -> Bound:
    """Return a bound that is claimed without some of its assumptions."""
    kept = tuple(one for one in bound.assumptions if one not in dropped)
    return replace(bound, assumptions=kept, exact_value=None)


THEOREM_2_FIRST = Bound(
    name="Theorem 2, first part: 2 tr Sigma (X'X)^-1",
    value=lambda case: 2 * one_fit(case),
    assumptions=(ENOUGH_ROWS, FULL_RANK, INDEPENDENT, PREVIOUS, DISJOINT),
    error=recursion_error,
    exact_error=_last_exact,
    exact_value=_twice_one_fit,
)
THEOREM_2_CLOSED_FORM = Bound(
    name="Theorem 2, first part, for the closed form of Theorem 1",
    value=lambda case: 2 * one_fit(case),
    assumptions=(ENOUGH_ROWS, FULL_RANK, INDEPENDENT, PREVIOUS, DISJOINT),
    error=closed_form_error,
    exact_error=lambda case: exact_closed_form(case)[-1],
    exact_value=_twice_one_fit,
)
THEOREM_2_SECOND = _recursion_bound(
    "Theorem 2, second part", _second_bound, PREVIOUS, SHRINKING, IDENTITY
)
FIXED = _recursion_bound("one mask: (I + 2H)(I - H^2)^-1", _fixed_bound, ONE_MASK, NO_FULL_EDIT)
SOURCE_ANY = _recursion_bound(
    "edit_source, any masks: 1/(1-h)^2 + h/(1-h^2)", _source_bound, SOURCE, NO_FULL_EDIT
)
PREVIOUS_ANY = _recursion_bound(
    "edit_previous, any masks: one fit + 2 (sum_i sqrt(tr Sigma A M_i A'))^2",
    _previous_bound,
    PREVIOUS,
)
DISJOINT_PRODUCT = _recursion_bound(
    "edit_previous, disjoint: C + C' - I with C the product of I + U'M_iU",
    _disjoint_bound,
    PREVIOUS,
    DISJOINT,
)
DISJOINT_EXPONENTIAL = _recursion_bound(
    "edit_previous, disjoint: 2 e - 1",
    lambda case: one_fit(case) * (2 * math.e - 1),
    PREVIOUS,
    DISJOINT,
)
DISJOINT_SCALAR = _recursion_bound(
    "edit_previous, disjoint, d = 1: 2 e^S - 1",
    lambda case: one_fit(case) * (2 * math.exp(float(leverages(case).sum())) - 1),
    PREVIOUS,
    DISJOINT,
    ONE_FEATURE,
)
SOURCE_HALF = Bound(
    name="edit_source stays under 2 while no mask edits more than half",
    value=lambda case: 2 * one_fit(case),
    assumptions=(
        ENOUGH_ROWS,
        FULL_RANK,
        INDEPENDENT,
        SOURCE,
        HALF,
    ),
    error=recursion_error,
    exact_error=_last_exact,
    exact_value=_twice_one_fit,
)
