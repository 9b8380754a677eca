"""Retraining on labels that a verifier let pass (arXiv 2510.16657), direction by direction.

The model draws labels y ~ N(theta, 1) of one direction of the features; the verifier keeps those
with |y - c| <= a, c its own centre; the next theta is the mean of n kept labels. Positions are
measured from c, so that the truth lies at -b, where b is the verifier's own error.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import sympy
from scipy.fft import next_fast_len
from scipy.special import ndtr, ndtri
from scipy.stats import norm

from theory.linear_chains.design import Array

NODES = 201
"""Grid points of theta, and of a label, in the exact kernel."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verified:
    """A chain of fits to verified labels.

    Raises:
        ValueError: The verifier lets nothing pass, or a number of labels or rounds is below 1.
    """

    half_width: float
    """Half width a of the labels that pass, in standard deviations of a label."""
    bias: float
    """Distance b of the verifier's centre from the truth."""
    kept: int
    """Number n of labels that a fit keeps."""
    human: int
    """Number of human labels, not verified, of the first fit."""
    rounds: int
    """Number of verified refits after the first fit."""
    growth: int = 0
    """Number of labels that every round keeps more than the one before; 0 for a constant n."""

    def __post_init__(self) -> None:
        if not self.half_width > 0 or min(self.kept, self.human, self.rounds) < 1:
            raise ValueError(f"labels must pass, be kept and be fitted: {self.describe()}")
        if self.growth < 0:
            raise ValueError(f"growth must be at least 0, not {self.growth}")

    @property
    def sizes(self) -> tuple[int, ...]:
        """Number of labels that each round keeps."""
        return tuple(self.kept + self.growth * j for j in range(self.rounds))

    def describe(self) -> str:
        """Return the case in words, with the numbers that a reader needs to redo it."""
        growing = f", {self.growth} more each time" if self.growth else ""
        return (
            f"a = {self.half_width:g}, b = {self.bias:g}, {self.human} human labels, "
            f"{self.rounds} rounds of {self.kept} verified labels{growing}"
        )


def verified_mean(position: float, half_width: float) -> float:
    """Return E(y; |y| <= a), y ~ N(position, 1), given that y passes: the next theta at n = inf."""
    low, high = -half_width - position, half_width - position
    passed = float(ndtr(high) - ndtr(low))
    return position + float(norm.pdf(low) - norm.pdf(high)) / passed


def verified_mean_by_quadrature(position: float, half_width: float) -> float:
    """Return the same by Gauss's quadrature of the truncated density, scaled by its maximum."""
    nodes, weights = np.polynomial.legendre.leggauss(200)
    labels = half_width * nodes
    nearest = min(max(position, -half_width), half_width)
    density = weights * np.exp(-((labels - position) ** 2 - (nearest - position) ** 2) / 2)
    return float((density * labels).sum() / density.sum())


def contraction(half_width: float) -> float:
    """Return rho = 1 - 2 a phi(a) / (2 Phi(a) - 1), the variance of a verified label at theta = c.

    It is the slope of the next theta at the centre, the largest slope anywhere, and below 1.
    """
    inside = 2 * float(ndtr(half_width)) - 1
    return 1 - 2 * half_width * float(norm.pdf(half_width)) / inside


def contraction_by_integral(half_width: sympy.Expr) -> sympy.Expr:
    """Return the variance of a standard normal label given that |y| <= a, by sympy."""
    a, variance = _truncated_variance()
    return variance.subs(a, half_width)


@lru_cache(maxsize=1)
def _truncated_variance() -> tuple[sympy.Symbol, sympy.Expr]:
    """Return a and the variance of a standard normal variable between -a and a, integrated."""
    y, a = sympy.Symbol("y", real=True), sympy.Symbol("a", positive=True)
    weight = sympy.exp(-(y**2) / 2)
    span = (y, -a, a)
    return a, sympy.integrate(y**2 * weight, span) / sympy.integrate(weight, span)


def error_after(case: Verified, rounds: float) -> float:
    """Return the expected squared error after some rounds, small distances and many labels.

    b^2 (1 - z)^2 + V + z^2 (1/h - V), z = rho^rounds, V = rho / (n (1 - rho^2)), h human labels.
    """
    rho = contraction(case.half_width)
    left = rho**rounds if rounds < math.inf else 0.0
    return case.bias**2 * (1 - left) ** 2 + floor(case) + left**2 * (1 / case.human - floor(case))


def floor(case: Verified) -> float:
    """Return V = rho / (n (1 - rho^2)), the variance that stays however good the verifier is."""
    rho = contraction(case.half_width)
    return rho / (case.kept * (1 - rho**2))


def distance_bound(case: Verified) -> float:
    """Return rho^2k (b^2 + 1/h) + sum_j rho^(2(k-j)+1) / n_j, over the sizes n_1 .. n_k of rounds.

    It bounds the squared distance to the verifier's centre for any b, h and sizes: a round shrinks
    the mean's distance by rho at least, and adds a variance of rho / n_j at most.
    """
    rho = contraction(case.half_width)
    bound = case.bias**2 + 1 / case.human
    for size in case.sizes:
        bound = rho**2 * bound + rho / size
    return bound


def best_error(case: Verified) -> float:
    """Return the least error over real rounds: V + b^2 D / (b^2 + D), D = 1/h - V > 0."""
    gain = 1 / case.human - floor(case)
    if gain <= 0:
        raise ValueError(f"no early gain: {case.human} human labels beat {case.kept} verified ones")
    return floor(case) + case.bias**2 * gain / (case.bias**2 + gain)


def best_rounds(case: Verified) -> float:
    """Return the number of rounds of the least error: log(b^2 / (b^2 + D)) / log rho."""
    gain = 1 / case.human - floor(case)
    return math.log(case.bias**2 / (case.bias**2 + gain)) / math.log(contraction(case.half_width))


@lru_cache(maxsize=64)
def errors_by_kernel(case: Verified, *, centre: bool = False) -> tuple[float, ...]:
    """Return the squared error after 0 .. rounds refits, by the exact density of theta.

    The density of a mean of n verified labels is their n-fold convolution, taken by FFT on a grid;
    the first theta is normal, and its first step is integrated by quantiles.

    Args:
        case: Chain of verified fits.
        centre: Whether distances are to the verifier's centre instead of the truth.
    """
    grid = np.linspace(-case.half_width, case.half_width, NODES)
    aim = 0.0 if centre else -case.bias
    starts = -case.bias + ndtri((np.arange(400) + 0.5) / 400) / math.sqrt(case.human)
    masses = [_kernel(case.half_width, case.sizes[0], starts).mean(axis=0)]
    for size in case.sizes[1:]:
        masses.append(masses[-1] @ _grid_kernel(case.half_width, size))
    first = float((case.bias + aim) ** 2 + 1 / case.human)
    return (first, *(float(mass @ (grid - aim) ** 2) for mass in masses))


@lru_cache(maxsize=8)
def _grid_kernel(half_width: float, kept: int) -> Array:
    """Return `_kernel` from every grid point; what is drawn at -theta mirrors that at theta."""
    half = _kernel(half_width, kept, np.linspace(-half_width, 0, NODES // 2 + 1))
    return np.concatenate([half, half[-2::-1, ::-1]])


def _kernel(half_width: float, n: int, positions: Array) -> Array:
    """Return the distribution on the grid of the next theta, shape (positions, NODES)."""
    points = np.linspace(-half_width, half_width, NODES)
    centre = np.clip(positions, -half_width, half_width)
    exponent = (points - positions[:, None]) ** 2 - (centre - positions)[:, None] ** 2
    density = np.exp(-exponent / 2)
    density[:, [0, -1]] /= 2
    density /= density.sum(axis=1, keepdims=True)
    length = next_fast_len(n * (NODES - 1) + 1, real=True)
    sums = np.fft.irfft(np.fft.rfft(density, length, axis=1) ** n, length, axis=1)
    return _binned(np.clip(sums[:, : n * (NODES - 1) + 1], 0, None), n)


def _binned(sums: Array, kept: int) -> Array:
    """Share the mass of every possible mean between its two neighbours of the grid."""
    blocks = sums[:, :-1].reshape(len(sums), NODES - 1, kept)
    right = blocks @ (np.arange(kept) / kept)
    binned = np.zeros((len(sums), NODES))
    binned[:, :-1] += blocks.sum(axis=2) - right
    binned[:, 1:] += right
    binned[:, -1] += sums[:, -1]
    return np.asarray(binned / binned.sum(axis=1, keepdims=True))


def simulated_errors(
    case: Verified, rng: np.random.Generator, *, runs: int, centre: bool = False
) -> tuple[Array, Array]:
    """Return mean and standard error of the squared error after 0 .. rounds refits.

    Args:
        case: Chain of verified fits.
        rng: Source of the labels.
        runs: Number of independent chains, at least 2.
        centre: Whether distances are to the verifier's centre instead of the truth.
    """
    aim = 0.0 if centre else -case.bias
    theta = -case.bias + rng.standard_normal((runs, case.human)).mean(axis=1)
    errors = [(theta - aim) ** 2]
    for size in case.sizes:
        theta = _refitted(case.half_width, size, theta, rng)
        errors.append((theta - aim) ** 2)
    values = np.array(errors)
    return values.mean(axis=1), values.std(axis=1, ddof=1) / np.sqrt(runs)


def simulated_positions(
    case: Verified, rng: np.random.Generator, *, runs: int, start: float
) -> Array:
    """Return the positions of theta after the rounds, from one start, stratified, (runs,)."""
    theta = np.full(runs, start)
    for size in case.sizes:
        theta = _refitted(case.half_width, size, theta, rng, strata=True)
    return theta


def _refitted(
    half_width: float, kept: int, theta: Array, rng: np.random.Generator, *, strata: bool = False
) -> Array:
    """Return the means of newly drawn labels that passed, shape (runs,).

    Labels are drawn by the quantile function of the truncated normal, on the side of the mean
    where its tail is exact.
    """
    mirror = np.where(theta > 0, 1.0, -1.0)
    low = ndtr(-half_width - np.abs(theta))
    high = ndtr(half_width - np.abs(theta))
    uniform = rng.random((len(theta), kept))
    if strata:
        uniform = (np.arange(kept) + uniform) / kept
    standard = ndtri(low[:, None] + uniform * (high - low)[:, None])
    labels = np.abs(theta)[:, None] + standard
    return np.asarray(mirror * labels.mean(axis=1))


def normal_log_density(y: sympy.Symbol, z: sympy.Symbol) -> sympy.Expr:
    """Return the logarithm of the density of a label y drawn at theta = z, up to a constant."""
    return -((y - z) ** 2) / 2


def contraction_steps_hold(
    *,
    rho: Callable[[float], float] = contraction,
    mean: Callable[[float, float], float] = verified_mean,
    log_density: Callable[[sympy.Symbol, sympy.Symbol], sympy.Expr] = normal_log_density,
) -> bool:
    """Check the steps behind |h(z)| <= rho |z|, h the next theta at n = inf, for these formulas.

    The slope of h is the variance of a verified label; its slope is their third moment about the
    mean m; f(m+t)/f(m-t) = exp(2 t (z - m)) exceeds 1 for z > m, so that the odd part of f changes
    sign once, where one side of f ends, and the third moment is negative for z > 0. The slope is
    largest at the centre then, where it is rho, and h is the mean: both are held against integrals
    of the density.

    Args:
        rho: Slope at the centre, by the half width a.
        mean: The next theta h, by position and half width.
        log_density: Logarithm of the density of a label y drawn at theta, of both symbols.
    """
    y, z, m, t = sympy.symbols("y z m t", real=True)
    written = log_density(y, z)
    e1, e2, e3 = sympy.symbols("e1 e2 e3")
    score = sympy.Poly(sympy.expand(sympy.diff(written, z)), y)
    if score.degree() != 1:
        return False
    # d E y^j / dz = Cov(y^j, score), the score being linear in y
    first, second = (score.nth(1) * (high - e1 * low) for low, high in ((e1, e2), (e2, e3)))
    variance, third = e2 - e1**2, e3 - 3 * e1 * e2 + 2 * e1**3
    slopes = (first - variance, second - 2 * e1 * first - third)
    ratio = written.subs(y, m + t) - written.subs(y, m - t) - 2 * t * (z - m)
    steps = all(sympy.expand(gap) == 0 for gap in (*slopes, ratio))
    return steps and all(_formulas_hold(a, rho, mean) for a in (0.3, 1.0, 3.0))


def _formulas_hold(
    a: float, rho: Callable[[float], float], mean: Callable[[float, float], float]
) -> bool:
    """Check mean and slope at half width a by integrals of the density, cut off at -a and a."""
    means = [
        abs(mean(z, a) / verified_mean_by_quadrature(z, a) - 1) < 1e-9 for z in (0.2, 1.0, 6.0)
    ]
    nodes, weights = np.polynomial.legendre.leggauss(200)
    density = weights * np.exp(-((a * nodes) ** 2) / 2)
    slope = float((density * (a * nodes) ** 2).sum() / density.sum())
    return all(means) and abs(rho(a) / slope - 1) < 1e-9
