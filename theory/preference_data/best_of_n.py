"""The best of N samples by a reward: its distribution, its divergence, and how often it wins.

The best is the one with the largest reward; of several the first that was drawn, so that equal
rewards share their chance in proportion to their probabilities.
"""

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def kl_bound(n: int) -> float:
    """Return log N - (N - 1)/N: the divergence for a continuous reward, a bound for any other."""
    return math.log(n) - (n - 1) / n


def win_bound(n: int) -> float:
    """Return N/(N + 1): how often the best of N wins for a continuous reward, else a bound."""
    return n / (n + 1)


def levels(probabilities: Array, rewards: Array) -> tuple[Array, NDArray[np.intp]]:
    """Return the mass of each distinct reward, the lowest first, and the level of each outcome.

    Args:
        probabilities: Chance of each outcome, shape (outcomes,).
        rewards: Reward of each outcome, shape (outcomes,).

    Raises:
        ValueError: Chances are negative or do not sum to 1, or shapes differ.
    """
    if probabilities.shape != rewards.shape:
        raise ValueError(f"{probabilities.shape} chances and {rewards.shape} rewards; give as many")
    if probabilities.min() < 0 or not math.isclose(probabilities.sum(), 1, rel_tol=1e-9):
        raise ValueError(f"chances sum to {probabilities.sum():g}; give a distribution")
    _, level = np.unique(rewards, return_inverse=True)
    return np.bincount(level, weights=probabilities).astype(np.float64), level


def best_of_n_distribution(probabilities: Array, rewards: Array, n: int) -> Array:
    """Return the chance that each outcome is the best of N, shape (outcomes,).

    Args:
        probabilities: Chance of each outcome in one draw, shape (outcomes,).
        rewards: Reward of each outcome, shape (outcomes,).
        n: Number of independent draws.

    Raises:
        ValueError: See `levels`.
    """
    mass, level = levels(probabilities, rewards)
    below = np.concatenate(([0.0], np.cumsum(mass)))
    best = np.diff(np.minimum(below, 1.0) ** n)
    rise = np.divide(best, mass, out=np.zeros_like(best), where=mass > 0)
    return probabilities * rise[level]


def kl_of(chosen: Array, base: Array) -> float:
    """Return the divergence KL(chosen || base) in nats; outcomes that are never chosen add 0."""
    there = chosen > 0
    return float(np.sum(chosen[there] * np.log(chosen[there] / base[there])))


def win_rate(chosen: Array, base: Array, rewards: Array) -> float:
    """Return how often a draw of `chosen` has the larger reward than one of `base`, ties half."""
    mass, level = levels(base, rewards)
    below = np.cumsum(mass) - mass / 2
    return float(chosen @ below[level])
