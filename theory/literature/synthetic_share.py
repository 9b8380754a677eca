"""A fixed share of synthetic rows (arXiv 2410.04840, "Strong model collapse").

Of T rows a part carries labels of other weights, w* + delta, and the fit cannot tell which. More
rows make the noise vanish, never the share of delta that the fit takes over.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import sympy

from theory.literature.accumulation import bartlett
from theory.literature.moments import inverse_trace, share_pair, trace_times_inverse_trace
from theory.verdict import Estimate


@dataclass(frozen=True, kw_only=True, slots=True)
class MixedRows:
    """One least-squares fit to human and synthetic rows together.

    Raises:
        ValueError: The synthetic rows are more than all rows, or fewer than none.
    """

    n_samples: int
    """Number T of rows."""
    synthetic: int
    """Number of rows with synthetic labels."""
    n_features: int
    """Number d of columns."""
    shift: float
    """Length of delta, what the synthetic labels' weights differ from w* by."""
    noise_std: float = 1.0
    """Standard deviation of every label's noise."""

    def __post_init__(self) -> None:
        if not 0 <= self.synthetic <= self.n_samples or self.n_features < 1:
            raise ValueError(f"synthetic rows are some of T rows of d >= 1: {self.describe()}")

    @property
    def share(self) -> Fraction:
        """Share p of synthetic rows."""
        return Fraction(self.synthetic, self.n_samples)

    def describe(self) -> str:
        """Return the case in words, with the numbers that a reader needs to redo it."""
        return (
            f"T = {self.n_samples}, d = {self.n_features}, {self.synthetic} synthetic rows, "
            f"|delta| = {self.shift:g}, noise {self.noise_std:g}"
        )


def taken_over(case: MixedRows) -> float:
    """Return E |G^-1 X_2'X_2 delta|^2 exactly, G = X'X and X_2 the synthetic rows.

    With B = G^-1/2 X_2'X_2 G^-1/2 it is (|delta|^2 / d) E tr B G B G^-1, and B is independent of
    G: (x + y) + y E tr(G) tr(G^-1) / d, where x and y are the moments of B.
    """
    pair = share_pair(case.synthetic, case.n_samples, case.n_features)
    crossed = trace_times_inverse_trace(case.n_samples, case.n_features) / case.n_features
    return case.shift**2 * float(pair.x + pair.y + pair.y * crossed)


def noise_error(case: MixedRows) -> float:
    """Return sigma^2 d / (T - d - 1), what the noise adds."""
    return case.noise_std**2 * float(inverse_trace(case.n_samples, case.n_features))


def mixed_error(case: MixedRows) -> float:
    """Return the exact test error: what is taken over, and the noise."""
    return taken_over(case) + noise_error(case)


def floor(case: MixedRows) -> float:
    """Return p^2 |delta|^2, which no number of rows undercuts."""
    return float(case.share) ** 2 * case.shift**2


def proportional_limit(case: MixedRows) -> float:
    """Return the limit for T, d -> inf at d/T = phi: p^2 + p (1-p) phi/(1-phi), and the noise.

    In units of |delta|^2 for the first two; the noise adds sigma^2 phi/(1-phi).
    """
    p, phi = float(case.share), case.n_features / case.n_samples
    odds = phi / (1 - phi)
    return case.shift**2 * (p**2 + p * (1 - p) * odds) + case.noise_std**2 * odds


def by_bartlett(case: MixedRows, rng: np.random.Generator, *, draws: int) -> Estimate:
    """Return the error by the exact algebra for drawn Gram matrices, averaged over delta."""
    d = case.n_features
    human = bartlett(case.n_samples - case.synthetic, d, draws, rng)
    synthetic = bartlett(case.synthetic, d, draws, rng)
    inverse = np.linalg.inv(human + synthetic)
    taken = ((inverse @ synthetic) ** 2).sum(axis=(1, 2)) * case.shift**2 / d
    values = taken + case.noise_std**2 * np.trace(inverse, axis1=1, axis2=2)
    return Estimate.over(values)


def simulated(case: MixedRows, rng: np.random.Generator, *, runs: int) -> Estimate:
    """Return the error of fits to drawn features and labels, one at a time."""
    delta = np.zeros(case.n_features)
    delta[0] = case.shift
    values = []
    for _ in range(runs):
        X = rng.standard_normal((case.n_samples, case.n_features))
        labels = case.noise_std * rng.standard_normal(case.n_samples)
        labels[: case.synthetic] += X[: case.synthetic] @ delta
        fitted = np.linalg.lstsq(X, labels, rcond=None)[0]
        values.append(float((fitted**2).sum()))
    return Estimate.over(values)


def gap_above_floor() -> sympy.Expr:
    """Return E |Q delta|^2 / |delta|^2 - p^2 as one fraction in T, k (synthetic rows) and d."""
    T, k, d = sympy.symbols("T k d", positive=True)

    def moments(rows: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr]:
        return (rows * d) ** 2 + 2 * rows * d, rows**2 * d + rows * d * (d + 1)

    (squared, square), (part_squared, part_square) = moments(T), moments(k)
    x, y = sympy.symbols("x y")
    pair = sympy.solve(
        [
            x * squared + 2 * y * square - part_squared,
            (x + y) * square + y * squared - part_square,
        ],
        [x, y],
    )
    taken = pair[x] + pair[y] + pair[y] * (T * d - 2) / (T - d - 1)
    return sympy.factor(sympy.simplify(taken - k**2 / T**2))


def floor_holds() -> bool:
    """Check that the exact gap to the floor is positive for T >= d + 2, d >= 1, 0 < k < T.

    The gap is k (T - k) q(T, d) / (T^2 (T - 1) (T + 2) (T - d - 1)), and q has positive
    coefficients in the numbers by which T and d exceed their smallest values.
    """
    T, k, d = sympy.symbols("T k d", positive=True)
    denominator = T**2 * (T - 1) * (T + 2) * (T - d - 1)
    rest = sympy.cancel(gap_above_floor() * denominator / (k * (T - k)))
    more, spare = sympy.symbols("more spare", nonnegative=True)
    shifted = sympy.expand(rest.subs(T, d + 2 + spare).subs(d, 1 + more))
    return all(c > 0 for c in sympy.Poly(shifted, more, spare).coeffs())
