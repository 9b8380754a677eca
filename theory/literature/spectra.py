"""Ridge regression on labels of an n-fold replaced generator (arXiv 2402.07712), any spectrum.

The generator is least squares on T_0 rows at every generation, with features of its own, so that
its weights are w* plus noise of covariance n sigma_0^2 / (T_0 - d - 1) Sigma^-1. A ridge fit to T
of its labels then has the error of clean labels plus n times a term that more rows do not remove.
The closed forms are the deterministic equivalents of random matrix theory: T and d large.
"""

import math
from dataclasses import dataclass

import numpy as np
import sympy
from scipy.optimize import brentq, minimize_scalar

from theory.linear_chains.design import Array
from theory.literature.chains import minimum_norm_map
from theory.literature.moments import inverse_trace
from theory.verdict import Estimate


@dataclass(frozen=True, kw_only=True, slots=True)
class Kernel:
    """Ridge regression downstream of a chain, on features of a power-law spectrum.

    Raises:
        ValueError: No rows or features, a negative number of generations, or a negative ridge.
    """

    n_samples: int
    """Number T of rows of the last fit."""
    n_features: int
    """Number d of features; the k-th has variance k^-beta."""
    generator_rows: int
    """Number T_0 of rows of each generation before, at least d + 2."""
    generations: int
    """Number n of generations whose labels were replaced; 0 for clean labels."""
    decay: float
    """Exponent beta of the spectrum; 0 for features of equal variance."""
    smoothness: float = 0.5
    """Exponent r of the target: the k-th feature carries k^-(1 + 2 r beta) of the signal."""
    noise_std: float = 0.5
    """Standard deviation sigma of the last labels' noise; sigma_0 is the same."""
    ridge: float | None = None
    """Penalty lambda of the last fit over T; None where the best one is meant."""

    def __post_init__(self) -> None:
        if min(self.n_samples, self.n_features) < 1 or self.generations < 0:
            raise ValueError(f"T and d are at least 1, generations at least 0: {self.describe()}")
        if self.ridge is not None and self.ridge < 0:
            raise ValueError(f"ridge must be at least 0, not {self.ridge!r}")

    @property
    def spectrum(self) -> Array:
        """Variances of the features, shape (d,)."""
        return np.arange(1, self.n_features + 1, dtype=float) ** -self.decay

    @property
    def strength(self) -> Array:
        """Squared true weights times the features' variances, shape (d,); they add up to 1."""
        k = np.arange(1, self.n_features + 1, dtype=float)
        raw = k ** -(1 + 2 * self.smoothness * self.decay)
        return np.asarray(raw / raw.sum())

    @property
    def inherited(self) -> float:
        """Return n sigma_0^2 / (T_0 - d - 1), the noise in each of the generator's directions."""
        unit = inverse_trace(self.generator_rows, self.n_features) / self.n_features
        return self.generations * self.noise_std**2 * float(unit)

    def describe(self) -> str:
        """Return the case in words, with the numbers that a reader needs to redo it."""
        ridge = "best ridge" if self.ridge is None else f"ridge {self.ridge:g}"
        return (
            f"T = {self.n_samples}, d = {self.n_features}, T_0 = {self.generator_rows}, "
            f"{self.generations} generations, beta = {self.decay:g}, r = {self.smoothness:g}, "
            f"noise {self.noise_std:g}, {ridge}"
        )


def equivalent_error(case: Kernel, ridge: float) -> float:
    """Return the deterministic equivalent of the test error at this penalty (over T).

    kappa solves lambda = kappa (1 - df_1 / T); with u = df_2 / (T - df_2) the error is
    kappa^2 sum b s/(s + kappa)^2 (1 + u) + sigma^2 u, plus per unit of inherited noise
    df_2 + u kappa^2 tr (Sigma + kappa)^-2.
    """
    s, T = case.spectrum, case.n_samples
    kappa = effective_ridge(s, T, ridge)
    df2 = float((s**2 / (s + kappa) ** 2).sum())
    aliased = df2 / (T - df2)
    bias = kappa**2 * float((case.strength / (s + kappa) ** 2).sum()) * (1 + aliased)
    spill = kappa**2 * float((1 / (s + kappa) ** 2).sum()) * aliased
    return bias + case.noise_std**2 * aliased + case.inherited * (df2 + spill)


def effective_ridge(spectrum: Array, n_samples: int, ridge: float) -> float:
    """Return kappa >= lambda with lambda = kappa (1 - df_1(kappa) / T)."""

    def gap(log_kappa: float) -> float:
        kappa = math.exp(log_kappa)
        return kappa * (1 - float((spectrum / (spectrum + kappa)).sum()) / n_samples) - ridge

    top = math.log(ridge + float(spectrum.sum()) / n_samples + 1e-12) + 1e-9
    return math.exp(float(brentq(gap, math.log(ridge), top, xtol=1e-12)))


def best_equivalent(case: Kernel) -> tuple[float, float]:
    """Return the penalty (over T) that makes the equivalent error least, and that error."""
    found = minimize_scalar(
        lambda log_ridge: equivalent_error(case, math.exp(log_ridge)),
        bounds=(math.log(1e-9), math.log(10.0)),
        method="bounded",
        options={"xatol": 1e-6},
    )
    return math.exp(float(found.x)), float(found.fun)


def conditional_errors(case: Kernel, X: Array, ridges: Array) -> Array:
    """Return the exact error given the whitened design X for every penalty (over T).

    The expectation is over every label's noise and over the generator's designs; bias, own noise
    and inherited noise are three traces.
    """
    root = np.sqrt(case.spectrum)
    true = np.sqrt(case.strength) / root
    _, singular, right = np.linalg.svd(X * root, full_matrices=False)
    square, along = singular**2, right @ true
    own = case.noise_std**2 * ((right * root) ** 2).sum(axis=1)
    errors = []
    for ridge in ridges:
        shrink = square / (square + ridge * case.n_samples)
        bias = (((right.T @ (shrink * along) - true) * root) ** 2).sum()
        noise = (own * square / (square + ridge * case.n_samples) ** 2).sum()
        errors.append(bias + noise + _inherited(case, right, shrink, root))
    return np.array(errors)


def _inherited(case: Kernel, right: Array, shrink: Array, root: Array) -> float:
    """Return what the generator's noise, of covariance proportional to Sigma^-1, adds."""
    if not case.inherited:
        return 0.0
    smoothing = (right.T * shrink) @ right
    return case.inherited * float((root[:, None] ** 2 * smoothing**2 / root**2).sum())


def averaged_errors(
    case: Kernel, ridges: Array, rng: np.random.Generator, *, designs: int
) -> tuple[Array, Array]:
    """Return mean and standard error over Gaussian designs of the exact errors, by penalty."""
    shape = (case.n_samples, case.n_features)
    values = np.array(
        [conditional_errors(case, rng.standard_normal(shape), ridges) for _ in range(designs)]
    )
    return values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(designs)


def simulated(case: Kernel, rng: np.random.Generator, *, runs: int) -> Estimate:
    """Return the error of whole chains: n least-squares generations, then the ridge fit."""
    root = np.sqrt(case.spectrum)
    true = np.sqrt(case.strength) / root
    values = np.array([_simulated_once(case, root, true, rng) for _ in range(runs)])
    return Estimate.over(values)


def _simulated_once(case: Kernel, root: Array, true: Array, rng: np.random.Generator) -> float:
    weights = true
    for _ in range(case.generations):
        X = rng.standard_normal((case.generator_rows, case.n_features)) * root
        labels = X @ weights + case.noise_std * rng.standard_normal(len(X))
        weights = minimum_norm_map(X) @ labels
    X = rng.standard_normal((case.n_samples, case.n_features)) * root
    labels = X @ weights + case.noise_std * rng.standard_normal(len(X))
    fitted = minimum_norm_map(X, float(case.ridge or 0.0) * case.n_samples) @ labels
    return float((((fitted - true) * root) ** 2).sum())


def best_isotropic(case: Kernel) -> float:
    """Return the best penalty (over T) for features of equal variance, by Marchenko and Pastur.

    Given the design an eigenvalue s of X'X/T adds (l^2 + sigma^2 phi s + inherited d s^2)/(s+l)^2,
    phi = d/T, |w*| = 1; for large T and d these eigenvalues have the density
    sqrt((b - s)(s - a)) / (2 pi phi s) between (1 -+ sqrt phi)^2, and where d > T the rest are 0.
    """
    phi = case.n_features / case.n_samples
    angles = (np.arange(2000) + 0.5) * math.pi / 2000
    s = 1 + phi + 2 * math.sqrt(phi) * np.cos(angles)
    weight = 2 * np.sin(angles) ** 2 / s / 2000
    nothing = max(0.0, 1 - 1 / phi)

    def error(log_ridge: float) -> float:
        ridge = math.exp(log_ridge)
        top = ridge**2 + case.noise_std**2 * phi * s + case.inherited * case.n_features * s**2
        return float(weight @ (top / (s + ridge) ** 2)) + nothing

    found = minimize_scalar(error, bounds=(-12, 6), method="bounded", options={"xatol": 1e-10})
    return math.exp(float(found.x))


def scaling_exponent(decay: float, smoothness: float) -> float:
    """Return c = 2 r beta / (1 + 2 r beta): the best error scales as (noise per row)^c, r <= 1."""
    product = 2 * smoothness * decay
    return product / (1 + product)


def scaling_exponent_by_calculus(decay: sympy.Expr, smoothness: sympy.Expr) -> sympy.Expr:
    """Return the exponent of min over kappa of kappa^(2r) + nu kappa^(-1/beta), by sympy."""
    nu, log_kappa = sympy.symbols("nu log_kappa", positive=True)
    # at the minimum both terms are of one size: 2 r log kappa = log nu - log kappa / beta
    slope = sympy.solve(
        2 * smoothness * log_kappa - (sympy.log(nu) - log_kappa / decay), log_kappa
    )[0]
    return sympy.simplify(2 * smoothness * slope / sympy.log(nu))


def clean_ridge_is_too_small() -> bool:
    """Check that at the clean optimum the error still falls in lambda, once n >= 1.

    Per eigenvalue s the error is (a l^2 + b s + c s^2) / (s + l)^2; its derivative at l = b/a is
    -2 c s^2 / (s + l)^3 < 0, and for smaller l it is more negative still.
    """
    a, b, c, s, ridge = sympy.symbols("a b c s l", positive=True)
    slope = sympy.diff((a * ridge**2 + b * s + c * s**2) / (s + ridge) ** 2, ridge)
    expected = 2 * s * (a * ridge - b - c * s) / (s + ridge) ** 3
    more = sympy.Symbol("more", nonnegative=True)
    below = sympy.expand((a * ridge - b - c * s).subs(b, a * (ridge + more)))
    falls = all(term.is_nonpositive for term in sympy.Add.make_args(below))
    return bool(sympy.simplify(slope - expected) == 0 and falls)
