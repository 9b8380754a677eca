"""Retraining a Gaussian on real and synthetic data together (arXiv 2310.00429): is it stable?

A round fits the likeliest Gaussian to infinitely many points, of which lambda are drawn from the
last model for each real one. The truth is N(0, 1), so that the family holds it, and the fixed point
is the truth. It is stable where the Jacobian of a round has a spectral radius below 1.
"""

from dataclasses import dataclass

import numpy as np
import sympy
from scipy.optimize import root

from theory.linear_chains.design import Array


@dataclass(frozen=True, kw_only=True, slots=True)
class Retraining:
    """A share of synthetic data.

    Raises:
        ValueError: The number of synthetic points is negative.
    """

    synthetic: float
    """Number lambda of synthetic points for each real one."""

    def __post_init__(self) -> None:
        if self.synthetic < 0:
            raise ValueError(f"lambda must be at least 0, not {self.synthetic!r}")

    def describe(self) -> str:
        """Return the case in words, with the number that a reader needs to redo it."""
        return f"{self.synthetic:.4g} synthetic points for each real one"


def rate(case: Retraining) -> float:
    """Return lambda / (1 + lambda), the factor by which a round shrinks a small error."""
    return case.synthetic / (1 + case.synthetic)


def theorem_rate(case: Retraining) -> float:
    """Return lambda / (1 - lambda), the rate of the theorem where the family holds the truth.

    It is lambda (alpha + eps L) / (alpha - lambda (alpha + eps L)) with eps = 0, the distance of
    the best model from the truth; below 1 for lambda < 1/2.
    """
    return case.synthetic / (1 - case.synthetic)


def radius_by_moments(case: Retraining) -> float:
    """Return the spectral radius from the moments of the mixture, differentiated by sympy."""
    mean, variance = sympy.symbols("mean variance")
    share = sympy.nsimplify(case.synthetic) / (1 + sympy.nsimplify(case.synthetic))
    centre = share * mean
    spread = (1 - share) + share * (variance + mean**2) - centre**2
    jacobian = sympy.Matrix([centre, spread]).jacobian([mean, variance])
    values = jacobian.subs({mean: 0, variance: 1}).eigenvals()
    return max(abs(float(value)) for value in values)


def radius_by_likelihood(case: Retraining, *, step: float = 1e-4) -> float:
    """Return the spectral radius from likelihoods maximised near the fixed point, by differences.

    Nothing is known of moments: the expected score is integrated over the truth and over the last
    model by Gauss and Hermite, and its root in mean and log deviation is the next model.
    """
    columns = [
        (_refitted(case, direction * step) - _refitted(case, -direction * step)) / (2 * step)
        for direction in np.eye(2)
    ]
    return float(np.abs(np.linalg.eigvals(np.array(columns).T)).max())


def _refitted(case: Retraining, model: Array) -> Array:
    """Return mean and log deviation of the likeliest Gaussian after one round from a model."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    points = np.concatenate([nodes, model[0] + np.exp(model[1]) * nodes])
    counts = np.concatenate([weights, case.synthetic * weights]) / weights.sum()

    def score(guess: Array) -> Array:
        standard = (points - guess[0]) / np.exp(guess[1])
        return np.array([counts @ standard, counts @ (standard**2 - 1)])

    return np.asarray(root(score, model, tol=1e-13).x)


def rate_is_below_the_theorems() -> bool:
    """Check lambda/(1 - lambda) - lambda/(1 + lambda) = 2 lambda^2/(1 - lambda^2), positive."""
    part = sympy.Symbol("part", positive=True)
    x = part / (2 * (1 + part))  # runs through all lambda between 0 and 1/2
    gap = sympy.factor(sympy.simplify(x / (1 - x) - x / (1 + x)))
    expected = sympy.factor(sympy.simplify(2 * x**2 / (1 - x**2)))
    positive = all(c > 0 for side in sympy.fraction(gap) for c in sympy.Poly(side, part).coeffs())
    return bool(sympy.simplify(gap - expected) == 0) and positive
