"""Exact moments of Gaussian designs, in fractions.

A design with independent N(0, 1) entries has the same law after any rotation of its columns. A
random symmetric matrix Q of such a law has E Q_ij Q_kl = x e_ij e_kl + y (e_ik e_jl + e_il e_jk),
e the identity, so that two scalar moments settle E QSQ for every symmetric S.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from theory.linear_chains.design import Array


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """The numbers x and y of the law of a random symmetric matrix without preferred directions."""

    x: Fraction
    """Weight of e_ij e_kl."""
    y: Fraction
    """Weight of e_ik e_jl + e_il e_jk."""

    def sandwich(self, S: Array) -> Array:
        """Return E QSQ = (x + y) S + y tr(S) I, for S of shape (d, d)."""
        spread = float(self.y) * np.trace(S) * np.eye(len(S))
        return np.asarray(float(self.x + self.y) * S + spread)


def inverse_trace(n_samples: int, n_features: int) -> Fraction:
    """Return E tr (X'X)^-1 = d / (T - d - 1), the error of one fit at noise 1.

    Raises:
        ValueError: T < d + 2, where the mean is infinite.
    """
    if n_features < 1 or n_samples < n_features + 2:
        raise ValueError(f"T = {n_samples}, d = {n_features}: the mean needs T >= d + 2 >= 3")
    return Fraction(n_features, n_samples - n_features - 1)


def minimum_norm_trace(n_samples: int, n_features: int) -> Fraction:
    """Return E tr (XX')^-1 = T / (d - T - 1), the noise of one interpolating fit, d >= T + 2."""
    return inverse_trace(n_features, n_samples)


def projection_pair(rank: int, size: int) -> Pair:
    """Return the pair of the projection on a uniformly random subspace of this rank."""
    return _solved(
        size,
        squared_trace=Fraction(rank**2),
        trace_of_square=Fraction(rank),
    )


def share_pair(part: int, n_samples: int, n_features: int) -> Pair:
    """Return the pair of B = G^-1/2 X_2'X_2 G^-1/2, where G = X'X and X_2 is `part` of its T rows.

    B is independent of G. With Q = G^1/2 B G^1/2 a Wishart matrix, both second moments of Q are
    linear in those of B, which gives the two equations.
    """
    d = n_features
    squared, square = _wishart_moments(n_samples, d)
    if d == 1:
        return Pair(x=_wishart_moments(part, 1)[0] / squared, y=Fraction(0))
    part_squared, part_square = _wishart_moments(part, d)
    # part_squared = x squared + 2 y square; part_square = (x + y) square + y squared
    determinant = squared * (square + squared) - 2 * square * square
    x = (part_squared * (square + squared) - 2 * square * part_square) / determinant
    y = (squared * part_square - square * part_squared) / determinant
    return Pair(x=x, y=y)


def trace_times_inverse_trace(n_samples: int, n_features: int) -> Fraction:
    """Return E tr(G) tr(G^-1) = d (T d - 2) / (T - d - 1) for G = X'X."""
    d = n_features
    return inverse_trace(n_samples, d) * (n_samples * d - 2)


def _wishart_moments(n_samples: int, n_features: int) -> tuple[Fraction, Fraction]:
    """Return E (tr X'X)^2 and E tr (X'X)^2."""
    n, d = n_samples, n_features
    return Fraction((n * d) ** 2 + 2 * n * d), Fraction(n**2 * d + n * d * (d + 1))


def _solved(size: int, *, squared_trace: Fraction, trace_of_square: Fraction) -> Pair:
    """Solve E (tr Q)^2 = x d^2 + 2 y d and E tr Q^2 = x d + y (d^2 + d)."""
    d = size
    if d == 1:
        return Pair(x=squared_trace, y=Fraction(0))
    y = (trace_of_square * d - squared_trace) / Fraction(d * (d + 2) * (d - 1))
    return Pair(x=(squared_trace - 2 * y * d) / d**2, y=y)
