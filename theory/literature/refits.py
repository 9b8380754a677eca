"""Gaussian and kernel-density refits (arXiv 2410.16713): replace, accumulate, fixed compute.

A generation fits the mean and the variance (divided by the number of points) of its training
points and draws n new ones. Replace trains on the last n points, accumulate on all so far, and
subsample on n of all so far, drawn without replacement. A kernel-density generation draws n of
its training points with replacement and adds noise of standard deviation h.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
import sympy
from numpy.typing import NDArray

from theory.linear_chains.design import Array
from theory.verdict import Estimate

Setting = Literal["replace", "accumulate", "subsample"]
Quantity = Literal["pool variance", "mean error", "second moment"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Refits:
    """A chain of density fits on the line, the truth being N(0, 1).

    Raises:
        ValueError: Fewer than two points, no fit, or a bandwidth that is not positive.
    """

    points: int
    """Number n of points that a generation draws."""
    fits: int
    """Number t of fits, the first to points of the truth."""
    setting: Setting
    """Which points the next fit sees."""
    quantity: Quantity
    """What is compared: the expected variance of all points so far (of the last n, for replace)
    about their own mean, the squared error of that mean, or their second moment about 0."""
    bandwidth: float | None = None
    """Standard deviation h of the kernel; None for a Gaussian fit."""

    def __post_init__(self) -> None:
        if self.points < 2 or self.fits < 1:
            raise ValueError(f"a chain needs n >= 2 points and a fit, not {self.describe()}")
        if self.bandwidth is not None and not self.bandwidth > 0:
            raise ValueError(f"bandwidth must be positive, not {self.bandwidth!r}")

    def describe(self) -> str:
        """Return the chain in words, with the numbers that a reader needs to redo it."""
        model = "Gaussian" if self.bandwidth is None else f"kernel of bandwidth {self.bandwidth:g}"
        return f"{model}, n = {self.points}, {self.fits} fits, {self.setting}: {self.quantity}"


def replaced_variance(case: Refits) -> float:
    """Return (1 - 1/n)^t: every fit takes one n-th of the variance."""
    return (1 - 1 / case.points) ** case.fits


def accumulated_variance(case: Refits) -> float:
    """Return prod_(i <= t) (1 - 1/(n i^2))."""
    return float(_product(case, _accumulated_loss))


def accumulated_variance_limit(case: Refits) -> float:
    """Return sin(pi / sqrt n) / (pi / sqrt n), the limit after infinitely many fits."""
    angle = math.pi / math.sqrt(case.points)
    return math.sin(angle) / angle


def accumulated_mean_error(case: Refits) -> float:
    """Return 1 - prod (1 - 1/(n i^2)): what the variance loses, the mean's error gains."""
    return 1 - accumulated_variance(case)


def subsampled_variance(case: Refits) -> float:
    """Return prod_i (1 - ((N-n)/(n(N-1)) + (n-1)N/(n^2(N-1))) / i^2), N = n (i - 1), first 1/n."""
    return float(_product(case, _subsampled_loss))


def subsampled_variance_floor(case: Refits) -> float:
    """Return a bound from below for every t: (1 - 1/n) prod_(i >= 2) (1 - 2/(n i^2))."""
    angle = math.pi * math.sqrt(2 / case.points)
    return (1 - 1 / case.points) * math.sin(angle) / angle / (1 - 2 / case.points)


def kernel_second_moment(case: Refits) -> float:
    """Return 1 + h^2 (t - 1) for replace and 1 + h^2 (1/2 + .. + 1/t) for accumulate."""
    added = (case.bandwidth or 0.0) ** 2
    if case.setting == "replace":
        return 1 + added * (case.fits - 1)
    return 1 + added * math.fsum(1 / i for i in range(2, case.fits + 1))


def _accumulated_loss(points: int, i: int) -> Fraction:
    return Fraction(1, points * i * i)


def _subsampled_loss(points: int, i: int) -> Fraction:
    n, pool = points, points * (i - 1)
    if i == 1:
        return Fraction(1, n)
    spread = Fraction(pool - n, n * (pool - 1)) if pool > 1 else Fraction(0)
    return (spread + Fraction((n - 1) * pool, n * n * (pool - 1))) / (i * i)


def _product(case: Refits, loss: Callable[[int, int], Fraction]) -> Fraction:
    value = Fraction(1)
    for i in range(1, case.fits + 1):
        value *= 1 - loss(case.points, i)
    return value


def by_covariances(case: Refits) -> Estimate:
    """Return the quantity by the second moments of every pair of points drawn so far.

    The matrix has a row for each point. New points given the training points have a common mean
    and a variance that are, in expectation, linear in that matrix.
    """
    n = case.points
    moments = np.eye(n)
    for _ in range(case.fits - 1):
        moments = _extended(case, moments)
    kept = moments[-n:, -n:] if case.setting == "replace" else moments
    mean_square = float(kept.mean())
    if case.quantity == "mean error":
        return Estimate(value=mean_square)
    second = float(np.trace(kept)) / len(kept)
    return Estimate(value=second if case.quantity == "second moment" else second - mean_square)


def _extended(case: Refits, moments: Array) -> Array:
    """Add the n points of one generation to the matrix of second moments."""
    n, size = case.points, len(moments)
    seen = np.ones(size)
    if case.setting == "replace":
        seen[:-n] = 0.0
    trained = float(seen.sum())
    weight = seen / trained
    diagonal = float(weight @ np.diag(moments))
    mean_square = float(weight @ moments @ weight)
    if case.setting == "subsample" and trained > n:
        apart = (mean_square * trained - diagonal) / (trained - 1)
        mean_square = diagonal / n + (1 - 1 / n) * apart
    between = mean_square
    if case.bandwidth is not None:
        # independent draws of the pool: two of them share a point with probability 1 / trained
        between, diagonal = float(weight @ moments @ weight), diagonal + case.bandwidth**2
    corner = np.full((n, n), between) + (diagonal - between) * np.eye(n)
    cross = np.tile((moments @ weight)[:, None], n)
    return np.block([[moments, cross], [cross.T, corner]])


def accumulated_limit_by_gammas(case: Refits) -> Estimate:
    """Return the limit of Gamma(t+1-z) Gamma(t+1+z) / (Gamma(1-z) Gamma(1+z) t!^2), z = n^-1/2."""
    z = sympy.Symbol("z", positive=True)
    t = sympy.Symbol("t", positive=True, integer=True)
    partial = sympy.gamma(t + 1 - z) * sympy.gamma(t + 1 + z) / sympy.gamma(t + 1) ** 2
    partial /= sympy.gamma(1 - z) * sympy.gamma(1 + z)
    step = sympy.gammasimp(partial / partial.subs(t, t - 1)) - (1 - z**2 / t**2)
    if sympy.simplify(step) != 0 or sympy.gammasimp(partial.subs(t, 0)) != 1:
        raise ArithmeticError("the ratio of gammas is not the product")
    # the factors that hold t tend to 1: t! t^-z / Gamma(t+1-z) -> 1 (Euler's limit), twice
    value = sympy.gammasimp(1 / (sympy.gamma(1 - z) * sympy.gamma(1 + z)))
    at = value.subs(z, 1 / sympy.sqrt(case.points))
    return Estimate(value=float(at), exact=str(at))


def subsampled_floor_holds() -> bool:
    """Check that no fit of the subsample takes more than 2/(n i^2) of the variance, N >= n >= 1."""
    n_less, more = sympy.symbols("n_less more", nonnegative=True)
    n = 1 + n_less
    pool = n + more
    lost = (pool - n) / (n * (pool - 1)) + (n - 1) * pool / (n**2 * (pool - 1))
    gap = sympy.simplify((2 / n - lost) * n**2 * (pool - 1))
    return all(c >= 0 for c in sympy.Poly(sympy.expand(gap), n_less, more).coeffs())


def simulated(case: Refits, rng: np.random.Generator, *, runs: int) -> Estimate:
    """Return the quantity over `runs` simulated chains, with its standard error."""
    pool = rng.standard_normal((runs, case.points))
    for _ in range(case.fits - 1):
        pool = np.concatenate([pool, _drawn(case, pool, rng)], axis=1)
    kept = pool[:, -case.points :] if case.setting == "replace" else pool
    values = {
        "pool variance": kept.var(axis=1),
        "mean error": kept.mean(axis=1) ** 2,
        "second moment": (kept**2).mean(axis=1),
    }[case.quantity]
    return Estimate.over(values)


def _drawn(case: Refits, pool: Array, rng: np.random.Generator) -> Array:
    """Draw the points of the next generation, shape (runs, n)."""
    n = case.points
    trained = pool
    if case.setting == "replace":
        trained = pool[:, -n:]
    elif case.setting == "subsample":
        trained = np.take_along_axis(pool, rng.permuted(_indices(pool), axis=1)[:, :n], axis=1)
    noise = rng.standard_normal((len(pool), n))
    if case.bandwidth is not None:
        chosen = rng.integers(trained.shape[1], size=(len(pool), n))
        return np.asarray(np.take_along_axis(trained, chosen, axis=1) + case.bandwidth * noise)
    spread = trained.std(axis=1, keepdims=True)
    return np.asarray(trained.mean(axis=1, keepdims=True) + spread * noise)


def _indices(pool: Array) -> NDArray[np.intp]:
    return np.broadcast_to(np.arange(pool.shape[1]), pool.shape).copy()
