"""Accumulated maximum likelihood: a family that stays near the truth, and one that leaves it.

Every generation adds T draws of the last model to all data so far, the human ones included, and
fits the likeliest model to the pool.

The counter-example (our own construction, in the manner of arXiv 2505.19046). The truth is uniform
on [0, 1]. The family has, for 0 < a <= 1, the laws

    P_a = (1 - c (1 - a)) uniform[0, a] + c (1 - a) uniform{2, .., M(a) + 1},   0 < c < 1,

with log M(a) = exp(10 + 1/(1 - a)), and for each mark i = 2 .. M(a) + 1 the law

    Q_(a,i) = (1 - e) point(i) + e P_a.

P_1 is the truth. For human data the likeliest model is P_a with a the largest number seen, and its
distance to the truth falls as 1/T: maximum likelihood is consistent. But P_a writes marks that no
human wrote, one in about T draws, and a mark is so rare under P_a that Q_(a,i) explains the pool
better, all human data included, although it is 1 - e away from the truth.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import sympy
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.stats import binom

from theory.verdict import Estimate

Array = NDArray[np.float64]
Counts = NDArray[np.int64]
GRID = 20
"""Number of values of a, besides the largest number seen, among which a fit looks."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pooled:
    """Accumulated relative frequencies of one word."""

    probability: Fraction
    """Human probability p of the word."""
    draws: int
    """Number T of words that every generation adds, the human one included."""
    fits: int
    """Number of fits, the first to human words."""

    def describe(self) -> str:
        """Return the chain in words, with the numbers that a reader needs to redo it."""
        return f"p = {self.probability}, T = {self.draws} words a generation, {self.fits} fits"


def pooled_error(case: Pooled) -> float:
    """Return E (p_n - p)^2 over p (1 - p)/T: T (1 - prod_(i <= n) (1 - 1/(T i^2)))."""
    left = math.prod(1 - Fraction(1, case.draws * i * i) for i in range(1, case.fits + 1))
    return float(case.draws * (1 - left))


def pooled_bound(_case: Pooled) -> float:
    """Return pi^2 / 6, which bounds the error in every generation, in units of one human fit."""
    return math.pi**2 / 6


def pooled_by_chain(case: Pooled) -> Estimate:
    """Return the error by the Markov chain of the pooled count."""
    T, p = case.draws, float(case.probability)
    law = binom.pmf(np.arange(T + 1), T, p)
    for fit in range(1, case.fits):
        after = np.zeros(T * (fit + 1) + 1)
        for count, weight in enumerate(law):
            after[count : count + T + 1] += weight * binom.pmf(
                np.arange(T + 1), T, count / (T * fit)
            )
        law = after
    found = np.arange(len(law)) / (T * case.fits)
    return Estimate(value=float(law @ (found - p) ** 2) * T / (p * (1 - p)))


def pooled_simulated(case: Pooled, rng: np.random.Generator, *, chains: int) -> Estimate:
    """Return the mean error of simulated chains."""
    T, p = case.draws, float(case.probability)
    counts = rng.binomial(T, p, size=chains)
    for fit in range(1, case.fits):
        counts = counts + rng.binomial(T, counts / (T * fit))
    errors = (counts / (T * case.fits) - p) ** 2 * T / (p * (1 - p))
    return Estimate.over(errors)


def pooled_bound_holds() -> bool:
    """Check that T (1 - prod (1 - x_i)) <= T sum x_i for x_i = 1/(T i^2), and the sum's limit.

    Each factor adds to 1 - prod at most x_i, since (1 - prod) + prod x_i has prod <= 1.
    """
    i, prod, x = sympy.symbols("i prod x", positive=True)
    grows = sympy.expand((1 - prod * (1 - x)) - (1 - prod) - prod * x) == 0
    limit = sympy.summation(1 / i**2, (i, 1, sympy.oo)) == sympy.pi**2 / 6
    return bool(grows and limit)


@dataclass(frozen=True, kw_only=True, slots=True)
class Marked:
    """Accumulated maximum likelihood in the family with marks."""

    draws: int
    """Number T of human draws, and of draws that every generation adds."""
    generations: int
    """Number of generations that add draws of a model to the human ones."""
    rate: Fraction
    """Constant c of the family, which sets how often P_a writes a mark."""
    rest: Fraction = Fraction(1, 100)
    """Constant e: the share of Q that is not the point mass."""

    def describe(self) -> str:
        """Return the chain in words, with the numbers that a reader needs to redo it."""
        return (
            f"T = {self.draws}, {self.generations} generations added, c = {self.rate}, "
            f"e = {self.rest}"
        )


def log_marks(a: Array) -> Array:
    """Return log M(a) = exp(10 + 1/(1 - a)), so that one mark outweighs any pool of this size."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.exp(np.minimum(700.0, 10 + 1 / (1 - a))))


def collapsed_limit(case: Marked) -> float:
    """Return c g / (1 + c g), the chance of collapse within g generations as T -> infinity."""
    odds = float(case.rate) * case.generations
    return odds / (1 + odds)


def collapsed(case: Marked) -> float:
    """Return 1 - int_0^1 T a^(T-1) (1 - c (1 - a))^(gT) da: the chance that a mark was written.

    In powers of c (1 - a) its terms are Beta integrals, in fractions.
    """
    T, c = case.draws, case.rate
    total, term = Fraction(0), Fraction(1)
    for j in range(case.generations * T + 1):
        total += term
        term *= -c * Fraction((case.generations * T - j), (T + j + 1))
    return float(1 - total)


def collapsed_by_integral(case: Marked) -> Estimate:
    """Return the same by quadrature over the largest human number."""
    T, c, g = case.draws, float(case.rate), case.generations
    kept = quad(lambda a: T * a ** (T - 1) * (1 - c * (1 - a)) ** (g * T), 0, 1, epsabs=1e-12)[0]
    return Estimate(value=1 - kept)


def collapsed_by_fits(case: Marked, rng: np.random.Generator, *, chains: int) -> Estimate:
    """Return the share of simulated chains whose likeliest model ends 1 - e from the truth.

    Nothing is assumed of the fits: each compares the likelihoods of P_a and Q_(a,i), with a
    optimised on a grid that starts at the largest number seen.
    """
    numbers, marks = np.full(chains, case.draws), np.zeros(chains, dtype=np.int64)
    largest = _largest(case, rng, chains)
    a, ended = fitted(case, numbers, largest, marks)
    for _ in range(case.generations):
        written = rng.binomial(case.draws, np.where(ended, 0.0, float(case.rate) * (1 - a)))
        fresh = case.draws - written
        numbers, marks = numbers + fresh, marks + written
        # the largest of so many numbers is a times a power of one
        newest = np.where(fresh > 0, a * rng.random(chains) ** (1 / np.maximum(fresh, 1)), 0.0)
        largest = np.maximum(largest, newest)
        a, now = fitted(case, numbers, largest, marks)
        ended = ended | now
    return Estimate.over(ended)


def fitted(
    case: Marked, n_numbers: Counts, largest: Array, n_marks: Counts
) -> tuple[Array, NDArray[np.bool_]]:
    """Return the a of the likeliest model of every pool, and whether it is a Q, a point but for e.

    All marks of a pool are different: two of M(a) fall together with chance 0 for our purposes. A Q
    holds the point mass at one of them, when there is one.

    Args:
        case: Family and truth.
        n_numbers: Number of numbers in each pool, shape (pools,).
        largest: Largest of them, shape (pools,).
        n_marks: Number of marks in each pool, shape (pools,).
    """
    steps = np.concatenate([[0.0], np.geomspace(1e-6, 1, GRID)])
    grid = largest[:, None] + (1 - largest[:, None]) * steps
    pools = n_numbers[:, None], n_marks[:, None]
    values = np.stack([log_likelihood(case, grid, *pools, point=point) for point in (False, True)])
    best = values.transpose(1, 0, 2).reshape(len(grid), -1).argmax(axis=1)
    return grid[np.arange(len(grid)), best % len(steps)], best >= len(steps)


def log_likelihood(
    case: Marked, a: Array, n_numbers: Counts, n_marks: Counts, *, point: bool
) -> Array:
    """Return the log-likelihood of pools under P_a, or under Q with its point at a mark."""
    c, e = float(case.rate), float(case.rest)
    with np.errstate(divide="ignore", invalid="ignore"):
        number = np.log((1 - c * (1 - a)) / a)
        mark = np.log(c * (1 - a)) - log_marks(a)  # P_1 writes no marks
        marked = np.where(n_marks > 0, n_marks * mark, 0.0)
        others = np.where(n_marks > 1, (n_marks - 1) * (mark + math.log(e)), 0.0)
    if not point:
        return np.asarray(n_numbers * number + marked)
    first = math.log1p(-e)  # the point mass; what e P_a adds to it is below rounding
    possible = (n_marks > 0) & (a < 1)
    return np.where(possible, first + n_numbers * (number + math.log(e)) + others, -np.inf)


def distance_of_first_fit(case: Marked) -> float:
    """Return E TV(P_a, truth) = E (1 - a) = 1/(T + 1) after the fit to human data alone.

    P_a lies above the truth on [0, a] and at the marks, and below it on (a, 1] alone.
    """
    return 1 / (case.draws + 1)


def distance_by_integral(case: Marked) -> Estimate:
    """Return the same by integrating the distance, itself an integral, over the largest number."""
    T, c = case.draws, float(case.rate)

    def distance(a: float) -> float:
        inside = abs((1 - c * (1 - a)) / a - 1) * a
        return (inside + (1 - a) + c * (1 - a)) / 2

    value = quad(lambda a: T * a ** (T - 1) * distance(a), 0, 1, epsabs=1e-12)[0]
    return Estimate(value=value)


def distance_simulated(case: Marked, rng: np.random.Generator, *, chains: int) -> Estimate:
    """Return the mean of 1 - a over the likeliest models of simulated human data."""
    none = np.zeros(chains, dtype=np.int64)
    far = 1 - fitted(case, none + case.draws, _largest(case, rng, chains), none)[0]
    return Estimate.over(far)


def _largest(case: Marked, rng: np.random.Generator, chains: int) -> Array:
    return np.asarray(rng.random((chains, case.draws)).max(axis=1))
