"""The best weight of fresh human labels (arXiv 2502.18049, arXiv 2509.22341).

Every generation blends: weight p on n new human observations, 1 - p on m synthetic ones of the
last model. The error obeys v' = p^2 + (1-p)^2 (v + k) in units of one human fit, k = n/m.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import sympy
from scipy.optimize import minimize_scalar

from theory.linear_chains.design import Array
from theory.literature.chains import minimum_norm_map
from theory.literature.moments import minimum_norm_trace, projection_pair
from theory.verdict import Estimate

GOLDEN = (math.sqrt(5) - 1) / 2
"""Reciprocal of the golden ratio, .618."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Blend:
    """Estimating a mean from weighted human and synthetic observations, again and again.

    Raises:
        ValueError: A number of observations or fits below 1, or a weight outside [0, 1].
    """

    human: int
    """Number n of fresh human observations in each generation."""
    synthetic: int
    """Number m of synthetic observations in each generation."""
    weight: float | None
    """Weight p of the human ones; None for the best at each generation, given the error so far."""
    fits: int
    """Number of fits, the first to human observations alone."""

    def __post_init__(self) -> None:
        if min(self.human, self.synthetic, self.fits) < 1:
            raise ValueError("observations and fits must be at least 1")
        if self.weight is not None and not 0 <= self.weight <= 1:
            raise ValueError(f"the weight lies in [0, 1], not {self.weight!r}")

    @property
    def ratio(self) -> float:
        """Human over synthetic observations, k = n/m."""
        return self.human / self.synthetic

    @property
    def weights(self) -> tuple[float, ...]:
        """Weight of the human observations at every fit after the first."""
        if self.weight is not None:
            return (self.weight,) * (self.fits - 1)
        errors = (adaptive(self.ratio, fits) for fits in range(1, self.fits))
        return tuple((v + self.ratio) / (v + self.ratio + 1) for v in errors)

    def describe(self) -> str:
        """Return the case in words, with the numbers that a reader needs to redo it."""
        weight = "the best weight so far" if self.weight is None else f"weight {self.weight:.6g}"
        return (
            f"n = {self.human} human, m = {self.synthetic} synthetic, {weight} "
            f"on the human ones, {self.fits} fits"
        )


def blended(weight: float, ratio: float, fits: float = math.inf) -> float:
    """Return the error after n fits in units of one human fit: v' = p^2 + (1-p)^2 (v + k), v_1 = 1.

    The limit is (p^2 + k (1-p)^2) / (2p - p^2).
    """
    kept = (1 - weight) ** 2
    if kept == 1:
        return 1 + ratio * (fits - 1)
    last = (weight**2 + ratio * kept) / (1 - kept)
    return last + (1 - last) * (kept ** (fits - 1) if fits < math.inf else 0.0)


def adaptive(ratio: float, fits: int) -> float:
    """Return the error after n fits if each takes its best weight: v' = (v + k)/(v + k + 1).

    p = (v + k)/(v + k + 1) is best for p^2 + (1-p)^2 (v + k). The fixed point solves
    v^2 + kv - k = 0, as the best fixed weight does.
    """
    error = 1.0
    for _ in range(fits - 1):
        error = (error + ratio) / (error + ratio + 1)
    return error


def best_weight(ratio: float) -> float:
    """Return (sqrt(k^2 + 4k) - k) / 2; .618 at k = 1. The error at that weight is the weight."""
    return (math.sqrt(ratio**2 + 4 * ratio) - ratio) / 2


def best_weight_by_calculus(ratio: sympy.Expr) -> sympy.Expr:
    """Return the root in (0, 1) of the derivative of the limiting error, by sympy."""
    p = sympy.Symbol("p", positive=True)
    limit = (p**2 + ratio * (1 - p) ** 2) / (2 * p - p**2)
    roots = sympy.solve(sympy.numer(sympy.together(sympy.diff(limit, p))), p)
    inside = [root for root in roots if root.is_real and 0 < float(root) < 1]
    if len(inside) != 1:
        raise ArithmeticError(f"{len(inside)} stationary weights in (0, 1) for k = {ratio}")
    return inside[0]


def simulated(case: Blend, rng: np.random.Generator, *, runs: int) -> Estimate:
    """Return the squared error of the mean, over 1/n, for N(0, 1) observations drawn one by one."""
    estimate = rng.standard_normal((runs, case.human)).mean(axis=1)
    for weight in case.weights:
        human = rng.standard_normal((runs, case.human)).mean(axis=1)
        drawn = estimate[:, None] + rng.standard_normal((runs, case.synthetic))
        estimate = weight * human + (1 - weight) * drawn.mean(axis=1)
    values = estimate**2 * case.human
    return Estimate.over(values)


def by_weights(case: Blend) -> Estimate:
    """Return the error as the squared weights of every observation in the last estimate."""
    total, carried = 0.0, 1.0
    for weight in (*reversed(case.weights), 1.0):
        human, drawn = carried * weight, carried * (1 - weight)
        total += case.human * (human / case.human) ** 2
        total += case.synthetic * (drawn / case.synthetic) ** 2
        carried = drawn
    return Estimate(value=total * case.human)


@dataclass(frozen=True, kw_only=True, slots=True)
class Spectrum:
    """Ridge regression with one kept design, seen in the directions of its features."""

    shrinkage: tuple[float, ...]
    """Factor s / (s + lambda) of the fit in every direction, 0 where the rows say nothing."""
    strength: tuple[float, ...]
    """Squared part of w* in every direction."""
    noise: tuple[float, ...]
    """Variance sigma^2 / s of an unpenalised fit in every direction."""

    def describe(self) -> str:
        """Return the case in words, with the numbers that a reader needs to redo it."""
        rows = zip(self.shrinkage, self.strength, self.noise, strict=True)
        return "(shrinkage, signal, noise): " + " ".join(
            f"({g:.3g}, {b:.3g}, {v:.3g})" for g, b, v in rows
        )


def ridge_limit(case: Spectrum, weight: float) -> float:
    """Return the limiting error, sum b (1-g)^2/(1-gq)^2 + v g^2 (p^2+q^2)/(1-g^2 q^2), q = 1-p."""
    q = 1 - weight
    g, b, v = (np.array(x) for x in (case.shrinkage, case.strength, case.noise))
    bias = b * ((1 - g) / (1 - g * q)) ** 2
    spread = v * g**2 * (weight**2 + q**2) / (1 - g**2 * q**2)
    return float((bias + spread).sum())


def ridge_best(case: Spectrum) -> float:
    """Return the best weight by a search between 0 and 1."""
    return _searched(lambda p: ridge_limit(case, p))


def ridge_best_by_iteration(case: Spectrum, *, fits: int = 400) -> float:
    """Return the best weight by iterating means and covariances of the weights."""
    g, b, v = (np.array(x) for x in (case.shrinkage, case.strength, case.noise))
    grid = np.linspace(0.02, 1.0, 197)[:, None]
    mean, spread = np.zeros((len(grid), len(g))), np.zeros((len(grid), len(g)))
    for _ in range(fits):
        mean = g * (grid + (1 - grid) * mean)
        spread = g**2 * ((1 - grid) ** 2 * spread + (grid**2 + (1 - grid) ** 2) * v)
    error = (b * (1 - mean) ** 2 + spread).sum(axis=1)
    return float(grid[int(error.argmin()), 0])


def half_at_least() -> bool:
    """Check that below p = 1/2 the limiting ridge error falls in p, in every direction.

    Bias: (1-g)/(1-g+gp) falls. Noise: p^2 + q^2 falls below 1/2, and 1 - g^2 q^2 grows.
    """
    g, left = sympy.symbols("g left", positive=True)
    p = sympy.Rational(1, 2) - left
    below = sympy.Symbol("p", positive=True)
    sum_of_squares = sympy.diff(below**2 + (1 - below) ** 2, below).subs(below, p)
    carried = sympy.diff(1 - g**2 * (1 - below) ** 2, below).subs(below, p)
    bias = sympy.diff((1 - g) / (1 - g + g * below), below)
    falls = sympy.simplify(sum_of_squares + 4 * left) == 0
    grows = sympy.simplify(carried - 2 * g**2 * (sympy.Rational(1, 2) + left)) == 0
    shrinks = sympy.simplify(bias + g * (1 - g) / (1 - g + g * below) ** 2) == 0
    return bool(falls and grows and shrinks)


@dataclass(frozen=True, kw_only=True, slots=True)
class Interpolation:
    """Interpolating fits of least norm with d > T: what blended labels do in the long run."""

    n_samples: int
    """Number T of rows."""
    n_features: int
    """Number d of columns, at least T + 2."""
    signal: float
    """Squared length of w*, in units of the noise's variance."""
    redrawn: bool
    """Whether each generation draws its own features."""

    def describe(self) -> str:
        """Return the case in words, with the numbers that a reader needs to redo it."""
        design = "redrawn" if self.redrawn else "kept"
        return (
            f"T = {self.n_samples}, d = {self.n_features}, |w*|^2 = {self.signal:g} sigma^2, "
            f"designs {design}"
        )


def interpolation_limit(case: Interpolation, weight: float) -> float:
    """Return the limiting error for blended labels, in units of sigma^2.

    Kept design: |w*|^2 (1 - eta) and T/(d-T-1) times the ratio of `blended`, eta = T/d. Redrawn:
    the projections of each generation forget, and mean and length have their own fixed points.
    """
    eta = case.n_samples / case.n_features
    one = float(minimum_norm_trace(case.n_samples, case.n_features))
    if not case.redrawn:
        return case.signal * (1 - eta) + one * blended(weight, 1.0)
    q = 1 - weight
    mean = eta * weight / (1 - eta * q)
    drive = eta * (weight**2 + 2 * weight * q * mean) * case.signal + one * (weight**2 + q**2)
    return case.signal * (1 - 2 * mean) + drive / (1 - eta * q**2)


def interpolation_best(case: Interpolation) -> float:
    """Return the weight that makes the limiting error least, by a search between 0 and 1."""
    return _searched(lambda p: interpolation_limit(case, p))


def interpolation_best_by_matrices(
    case: Interpolation, rng: np.random.Generator, *, fits: int = 120
) -> float:
    """Return the best weight by iterating the second moment of the weights, d x d.

    A kept design is drawn, and its projection used; a redrawn one enters by expectations.
    """
    if case.redrawn:
        return _searched(lambda p: _iterated(case, p, fits))
    X = rng.standard_normal((case.n_samples, case.n_features))
    return _searched(lambda p: _iterated_kept(case, X, p, fits))


def _iterated_kept(case: Interpolation, X: Array, weight: float, fits: int) -> float:
    """Iterate mean and covariance of the weights given one design; return the last error."""
    fit, q = minimum_norm_map(X), 1 - weight
    project, noise = fit @ X, (weight**2 + q**2) * fit @ fit.T
    true = np.full(case.n_features, math.sqrt(case.signal / case.n_features))
    mean, spread = true, np.zeros_like(project)
    for _ in range(fits):
        mean = project @ (weight * true + q * mean)
        spread = q**2 * project @ spread @ project.T + noise
    return float(np.trace(spread) + ((mean - true) ** 2).sum())


def _iterated(case: Interpolation, weight: float, fits: int) -> float:
    """Iterate E w and E ww' through expected projections; return the last error."""
    d, eta, q = case.n_features, case.n_samples / case.n_features, 1 - weight
    pair = projection_pair(case.n_samples, d)
    true = np.zeros(d)
    true[0] = math.sqrt(case.signal)
    noise = float(minimum_norm_trace(case.n_samples, d)) / d * np.eye(d)
    mean, second = true, np.outer(true, true)
    for _ in range(fits):
        blend = _blended_moment(weight, true, mean, second)
        mean = eta * (weight * true + q * mean)
        second = pair.sandwich(blend) + (weight**2 + q**2) * noise
    return float(np.trace(second) - 2 * mean @ true + true @ true)


def _blended_moment(weight: float, true: Array, mean: Array, second: Array) -> Array:
    q = 1 - weight
    crossed = np.outer(true, mean) + np.outer(mean, true)
    return np.asarray(weight**2 * np.outer(true, true) + weight * q * crossed + q**2 * second)


def _searched(error: Callable[[float], float]) -> float:
    found = minimize_scalar(error, bounds=(1e-6, 1.0), method="bounded", options={"xatol": 1e-9})
    return float(found.x)
