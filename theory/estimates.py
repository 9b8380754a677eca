"""Numbers that routes give for one case, and whether they agree with each other."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

RouteName = Literal["symbolic", "exact", "quadrature", "dense", "simulated"]

STANDARD_ERRORS = 4.0
"""Distance, in standard errors, within which numbers agree."""
BLIND = 0.03
"""Relative error that the sharpest independent witness of a number must be able to see."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """One number for a case, found by one route."""

    value: float
    """The number, in the claim's unit."""
    stderr: float = 0.0
    """Standard error of the number; zero for exact routes."""
    exact: str = ""
    """The number in closed form, where there is one."""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.value) and math.isfinite(self.stderr) and self.stderr >= 0):
            raise ValueError(
                f"a route gave {self.value} with a standard error of {self.stderr}; both must be "
                "finite, for a number that is none agrees with everything"
            )

    @classmethod
    def over(cls, draws: ArrayLike) -> "Estimate":
        """Return the mean of independent draws with its standard error.

        Args:
            draws: Numbers, at least two, shape (draws,).
        """
        values = np.asarray(draws, dtype=np.float64)
        error = float(values.std(ddof=1)) / math.sqrt(len(values))
        return cls(value=float(values.mean()), stderr=error)

    def pooled(self, second: "Estimate") -> "Estimate":
        """Return the mean of this and a second draw of one number, weighted by their precision.

        Both count, because a second one alone would let a wrong claim try twice.
        """
        if not (self.stderr and second.stderr):
            return second
        weights = self.stderr**-2, second.stderr**-2
        value = (weights[0] * self.value + weights[1] * second.value) / sum(weights)
        return Estimate(value=value, stderr=sum(weights) ** -0.5, exact=second.exact)


def agreement(evidence: Mapping[RouteName, Estimate], tolerance: float) -> tuple[RouteName, ...]:
    """Return the largest group of routes of which every two agree; none where no two do."""
    names = tuple(evidence)
    for size in range(len(names), 1, -1):
        for group in combinations(names, size):
            pairs = combinations((evidence[name] for name in group), 2)
            if all(_agree(a, b, tolerance) for a, b in pairs):
                return group
    return ()


def _agree(a: Estimate, b: Estimate, tolerance: float) -> bool:
    noise = STANDARD_ERRORS * math.hypot(a.stderr, b.stderr)
    return abs(a.value - b.value) <= noise + tolerance * max(abs(a.value), abs(b.value))


def refined(draw: Callable[[], Estimate], *, target: float = 0.025, most: int = 200) -> Estimate:
    """Return the mean of as many equal draws as its four standard errors need to be `target` of it.

    Args:
        draw: Draws an estimate from fresh random numbers, always of one size.
        target: Four standard errors of the mean over its size.
        most: Number of draws at which to stop, whatever the standard error is then.
    """
    total, variance, count = 0.0, 0.0, 0
    while not count or (
        count < most and STANDARD_ERRORS * math.sqrt(variance) > target * abs(total)
    ):
        one = draw()
        total, variance, count = total + one.value, variance + one.stderr**2, count + 1
    return Estimate(value=total / count, stderr=math.sqrt(variance) / count)


def resolution(first: Estimate, second: Estimate, tolerance: float) -> float:
    """Return the relative difference up to which two numbers agree; infinite for noisy zeros."""
    scale = max(abs(first.value), abs(second.value))
    noise = STANDARD_ERRORS * math.hypot(first.stderr, second.stderr)
    if not scale:
        return math.inf if noise else tolerance
    return noise / scale + tolerance


def best(evidence: Mapping[RouteName, Estimate], agreeing: tuple[RouteName, ...]) -> Estimate:
    """Return the least noisy of the numbers that agree, or of all where none do."""
    names = agreeing or tuple(evidence)
    return evidence[min(names, key=lambda name: (evidence[name].stderr, name != "exact"))]


def dispute(evidence: Mapping[RouteName, Estimate], agreeing: tuple[RouteName, ...]) -> str:
    """Say which routes stand against which, with their numbers."""
    apart = [name for name in evidence if name not in agreeing]
    sides = (agreeing, apart) if agreeing else (apart,)
    return " against ".join(
        ", ".join(f"{name} {evidence[name].value:.6g}" for name in side) for side in sides
    )


def in_standard_errors(evidence: Mapping[RouteName, Estimate], stated: float) -> float:
    """Return the distance of the simulated from the stated number; nan without a simulation."""
    simulated = evidence.get("simulated")
    if simulated is None or simulated.stderr == 0:
        return math.nan
    return (simulated.value - stated) / simulated.stderr
