"""A fixed share of synthetic rows under ridge (arXiv 2410.04840): what no penalty removes.

With infinitely many rows a direction of variance s ends at (s w + p s delta)/(s + lambda). Where
delta is drawn without regard to w, shrinking removes part of it and never all; where it is along w,
the right penalty removes all of it.
"""

from dataclasses import dataclass

import numpy as np
import sympy

from theory.linear_chains.design import Array
from theory.literature.chains import minimum_norm_map
from theory.verdict import Estimate


@dataclass(frozen=True, kw_only=True, slots=True)
class PenalisedRows:
    """One ridge fit to many human and synthetic rows, without label noise.

    Raises:
        ValueError: A share outside [0, 1], a penalty or variance that is not positive, or
            directions of unequal number.
    """

    n_samples: int
    """Number T of rows."""
    share: float
    """Share p of synthetic rows."""
    variances: tuple[float, ...]
    """Variances s of the features."""
    weights: tuple[float, ...]
    """True weights w, one for each feature."""
    shifts: tuple[float, ...]
    """Standard deviations of delta in each direction, or its values where it is along w."""
    ridge: float
    """Penalty lambda over T."""
    aligned: bool = False
    """Whether delta is `shifts` itself; otherwise each entry has a random sign."""

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1 or not self.ridge > 0 or not min(self.variances) > 0:
            raise ValueError("the share lies in [0, 1]; ridge and variances are positive")
        if not len(self.variances) == len(self.weights) == len(self.shifts):
            raise ValueError("variances, weights and shifts are one for each direction")

    def describe(self) -> str:
        """Return the case in words, with the numbers that a reader needs to redo it."""
        rows = zip(self.variances, self.weights, self.shifts, strict=True)
        directions = " ".join(f"({s:g}, {w:g}, {d:g})" for s, w, d in rows)
        signs = "delta fixed" if self.aligned else "signs of delta random"
        return (
            f"T = {self.n_samples}, {self.share:g} synthetic, (variance, w, delta) {directions}, "
            f"ridge {self.ridge:g}, {signs}"
        )


def population_error(case: PenalisedRows) -> float:
    """Return the error for T -> inf: with random signs sum s (l^2 w^2 + p^2 s^2 d^2)/(s + l)^2."""
    s, w, delta = _arrays(case)
    taken, lost = case.share * s * delta, case.ridge * w
    square = (taken - lost) ** 2 if case.aligned else taken**2 + lost**2
    return float((s * square / (s + case.ridge) ** 2).sum())


def penalised_floor(case: PenalisedRows) -> float:
    """Return sum s w^2 p^2 delta^2 / (w^2 + p^2 delta^2), below which no penalty comes."""
    s, w, delta = _arrays(case)
    shift = (case.share * delta) ** 2
    return float((s * w**2 * shift / (w**2 + shift)).sum())


def given_rows(case: PenalisedRows, rng: np.random.Generator, *, designs: int) -> Estimate:
    """Return the mean over designs of the exact error given the rows, over all signs of delta."""
    s, w, delta = _arrays(case)
    values = []
    for _ in range(designs):
        X = _features(case, rng)
        fit = minimum_norm_map(X, case.ridge * case.n_samples)
        part = round(case.share * case.n_samples)
        lost, taken = fit @ (X @ w) - w, (fit[:, :part] @ X[:part]) * delta
        moved = (
            (lost + taken.sum(axis=1)) ** 2 if case.aligned else lost**2 + (taken**2).sum(axis=1)
        )
        values.append(float((s * moved).sum()))
    return Estimate.over(values)


def simulated(case: PenalisedRows, rng: np.random.Generator, *, runs: int) -> Estimate:
    """Return the error of fits to drawn rows, each with signs of its own."""
    s, w, delta = _arrays(case)
    values = []
    for _ in range(runs):
        X = _features(case, rng)
        signs = np.ones(len(s)) if case.aligned else rng.choice([-1.0, 1.0], size=len(s))
        labels = X @ w
        labels[: round(case.share * case.n_samples)] += (X @ (signs * delta))[
            : round(case.share * case.n_samples)
        ]
        gram = X.T @ X + case.ridge * case.n_samples * np.eye(len(s))
        values.append(float((s * (np.linalg.solve(gram, X.T @ labels) - w) ** 2).sum()))
    return Estimate.over(values)


def _arrays(case: PenalisedRows) -> tuple[Array, Array, Array]:
    return np.array(case.variances), np.array(case.weights), np.array(case.shifts)


def _features(case: PenalisedRows, rng: np.random.Generator) -> Array:
    root = np.sqrt(np.array(case.variances))
    return np.asarray(rng.standard_normal((case.n_samples, len(root))) * root)


def penalised_floor_holds() -> bool:
    """Check that error minus floor is a square: (l w^2 - p^2 s delta^2)^2 over positive numbers."""
    s, ridge, w, shift = sympy.symbols("s l w shift", positive=True)
    error = (ridge**2 * w**2 + s**2 * shift**2) / (s + ridge) ** 2
    least = w**2 * shift**2 / (w**2 + shift**2)
    square = (ridge * w**2 - s * shift**2) ** 2 / ((s + ridge) ** 2 * (w**2 + shift**2))
    return bool(sympy.simplify(error - least - square) == 0)
