"""What a record keeps of the looks at one model: the first that shows something, and numbers."""

import math

import numpy as np
from numpy.typing import NDArray

from benchmarks.running.record import Metric


def first(steps: NDArray[np.int64], reached: NDArray[np.bool_]) -> int | None:
    """The first step at which something was seen; None where it was not."""
    at = np.flatnonzero(reached)
    return int(steps[at[0]]) if len(at) else None


def rounded(values: NDArray[np.float64]) -> list[float | None]:
    """Numbers with six digits, and None for what is none."""
    return [round(float(value), 6) if np.isfinite(value) else None for value in values]


def share(value: float, n: int) -> Metric:
    """A share of so many questions, with its binomial standard error."""
    return Metric(value=value, stderr=math.sqrt(value * (1 - value) / n), n=n, version=1)
