"""Gaussians refitted to their own draws: in which sense, and how fast, the variance goes.

Each generation draws n points from the last Gaussian and fits the mean and the covariance. The
covariance is L W L' with W a Wishart matrix of n - 1 degrees over n (maximum likelihood) or over
n - 1 (unbiased) and L the root of the last one, so that determinants multiply by independent
factors: products of chi-square variables of n - 1, n - 2, .. degrees (Bartlett).
"""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.special import digamma, loggamma, polygamma
from scipy.stats import chi2

from theory.verdict import Estimate

Array = NDArray[np.float64]
CELLS = 1 << 17
"""Cells of the grid on which laws are convolved."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Gaussians:
    """A chain of Gaussian fits, each to points of the last fit alone."""

    points: int
    """Number n of points of a generation, more than the dimension."""
    generations: int
    """Number of fits."""
    dimension: int = 1
    """Dimension d of a point."""
    unbiased: bool = True
    """Whether the covariance is divided by n - 1 or, for maximum likelihood, by n."""
    level: float = 0.5
    """Fraction of the first standard deviation whose crossing is asked for."""

    def describe(self) -> str:
        """Return the chain in words, with the numbers that a reader needs to redo it."""
        fit = "divided by n - 1" if self.unbiased else "maximum likelihood"
        return (
            f"n = {self.points}, d = {self.dimension}, {self.generations} generations, {fit}, "
            f"level {self.level:g}"
        )

    @property
    def divisor(self) -> int:
        """Number that the sum of squares is divided by."""
        return self.points - 1 if self.unbiased else self.points


def mean_variance(case: Gaussians) -> float:
    """Return E sigma_n^2 / sigma_0^2: 1 for the unbiased fit, (1 - 1/n)^g for the likeliest."""
    return ((case.points - 1) / case.divisor) ** case.generations


def log_determinant(case: Gaussians) -> float:
    """Return E log det Sigma_g / det Sigma_0 = g sum_(j < d) (digamma((n - 1 - j)/2) - log(c/2)).

    c = n - 1 or n. Divided by g this is, by the law of large numbers, the rate of almost every
    chain; below 0 always, so that every chain ends at a point.
    """
    freedom = case.points - 1 - np.arange(case.dimension)
    per_step = digamma(freedom / 2) - math.log(case.divisor / 2)
    return case.generations * float(per_step.sum())


def log_determinant_by_densities(case: Gaussians) -> Estimate:
    """Return the same by integrating log y against the density of each chi-square factor."""
    total = 0.0
    for j in range(case.dimension):
        freedom = case.points - 1 - j

        def weighted(z: float, freedom: int = freedom) -> float:
            return z * math.exp(z) * float(chi2.pdf(math.exp(z), freedom))

        # z = log y; the density of z is below 1e-16 outside
        low, high = -80.0 / freedom - 10, math.log(freedom + 60 * math.sqrt(freedom) + 60)
        total += quad(weighted, low, high, limit=400, epsabs=1e-12)[0] - math.log(case.divisor)
    return Estimate(value=case.generations * total)


def log_determinant_simulated(
    case: Gaussians, rng: np.random.Generator, *, chains: int
) -> Estimate:
    """Return the mean over simulated chains that draw and fit points.

    The trace of every fitted covariance in the metric of the one before has a known mean, since a
    sum of n - 1 squares is unbiased; what the determinant follows of it is taken out.
    """
    covariances = [np.tile(np.eye(case.dimension), (chains, 1, 1)), *_chain(case, rng, chains)]
    values = np.linalg.slogdet(covariances[-1])[1]
    sizes = [
        np.trace(np.linalg.solve(before, after), axis1=1, axis2=2)
        for before, after in pairwise(covariances)
    ]
    known = case.dimension * (case.points - 1) / case.divisor
    return _mean(values - _followed(values, np.sum(sizes, axis=0) - known * case.generations))


def mean_step_root(points: int) -> float:
    """Return c_4(n) = E sigma_1 / sigma_0 for the unbiased fit, by gamma functions."""
    a = (points - 1) / 2
    return math.exp(float(loggamma(a + 0.5) - loggamma(a))) / math.sqrt(a)


def above_bound(case: Gaussians) -> float:
    """Return exp(-g/(4n)) / level, which bounds the chance that sigma_g > level sigma_0."""
    return min(1.0, math.exp(-case.generations / (4 * case.points)) / case.level)


def above_by_transform(case: Gaussians) -> Estimate:
    """Return the chance that sigma_g > level sigma_0, from the characteristic function.

    log sigma_g^2 is a sum of g independent log chi-squares; Gil-Pelaez inverts its transform.
    """
    a, g = (case.points - 1) / 2, case.generations
    at = 2 * math.log(case.level) + g * math.log(case.divisor / 2)

    def integrand(u: float) -> float:
        phase = g * (loggamma(complex(a, u)) - loggamma(a)) - 1j * u * at
        return float(np.exp(phase).imag / u)

    spread = math.sqrt(g / a)
    value = quad(integrand, 1e-12, 60 / spread, limit=2000, epsabs=1e-11)[0]
    return Estimate(value=0.5 + value / math.pi)


def above_simulated(case: Gaussians, rng: np.random.Generator, *, chains: int) -> Estimate:
    """Return the share of simulated chains whose standard deviation is still above the level."""
    variances = _covariances(case, rng, chains)[:, 0, 0]
    return _mean((variances > case.level**2).astype(float))


def variance_by_densities(case: Gaussians) -> Estimate:
    """Return E sigma_g^2 by integrating y against the density of every chi-square factor."""
    freedom = case.points - 1
    scale = freedom + 60 * math.sqrt(freedom) + 60
    mean = quad(lambda y: y * float(chi2.pdf(y, freedom)), 0, scale, limit=400, epsabs=1e-12)[0]
    return Estimate(value=float((mean / case.divisor) ** case.generations))


def above_by_convolution(case: Gaussians) -> Estimate:
    """Return the chance that sigma_g > level sigma_0 by adding up log chi-squares on a grid.

    The law of one log(chi-square / divisor) is cut into cells by its distribution function, and
    the law of the sum of g of them is its g-fold convolution.
    """
    freedom, g = case.points - 1, case.generations
    mean = float(digamma(freedom / 2)) - math.log(case.divisor / 2)
    spread = math.sqrt(g * float(polygamma(1, freedom / 2)))
    step = (30 * spread + 80 / freedom) / CELLS
    edges = mean + (np.arange(CELLS + 1) - CELLS // 2 - 0.5) * step
    with np.errstate(over="ignore"):
        cells = np.diff(chi2.cdf(case.divisor * np.exp(edges), freedom))
    law = np.fft.irfft(np.fft.rfft(np.fft.ifftshift(cells)) ** g, CELLS)
    sums = g * mean + (np.arange(CELLS) - CELLS // 2) * step
    beyond = np.clip((sums - 2 * math.log(case.level)) / step + 0.5, 0, 1)
    return Estimate(value=float(np.fft.fftshift(law) @ beyond))


def variance_simulated(case: Gaussians, rng: np.random.Generator, *, chains: int) -> Estimate:
    """Return the mean variance of simulated chains."""
    return _mean(_covariances(case, rng, chains)[:, 0, 0])


def _covariances(case: Gaussians, rng: np.random.Generator, chains: int) -> Array:
    """Fit chains of Gaussians to points that they draw; the last covariances, (chains, d, d)."""
    return _chain(case, rng, chains)[-1]


def _followed(values: Array, control: Array) -> Array:
    """Return the part of values that a control of mean 0 explains, its factor from other halves."""
    half = len(values) // 2
    first, second = slice(0, half), slice(half, None)
    factors = [np.cov(values[part], control[part]) for part in (second, first)]
    slopes = [matrix[0, 1] / matrix[1, 1] if matrix[1, 1] else 0.0 for matrix in factors]
    return np.concatenate([slopes[0] * control[first], slopes[1] * control[second]])


def _chain(case: Gaussians, rng: np.random.Generator, chains: int) -> list[Array]:
    """Return the covariances after every fit, each of shape (chains, d, d)."""
    d, n = case.dimension, case.points
    found: list[Array] = []
    roots = np.tile(np.eye(d), (chains, 1, 1))
    mean = np.zeros((chains, 1, d))
    for _ in range(case.generations):
        points = mean + rng.standard_normal((chains, n, d)) @ roots.swapaxes(1, 2)
        mean = points.mean(axis=1, keepdims=True)
        centred = points - mean
        found.append(np.asarray(centred.swapaxes(1, 2) @ centred / case.divisor))
        roots = np.asarray(np.linalg.cholesky(found[-1]), dtype=float)
    return found


def _mean(values: Array) -> Estimate:
    error = float(values.std(ddof=1)) / math.sqrt(len(values))
    # where no chain differs, one more could have: the error of a rare event is 1 / chains
    return Estimate(value=float(values.mean()), stderr=error or 1 / len(values))
