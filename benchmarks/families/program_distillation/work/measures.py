"""Shares and means as a record keeps them: value, standard error, number of things."""

import math
from collections.abc import Sequence

import numpy as np

Measure = dict[str, float | int | None]
"""One measured number, as `benchmarks.running.record.Metric` takes it."""
Measures = dict[str, Measure]
UNFINISHED = "right in words, wrong as a program"
"""Class of a solution that is right, and whose last annotated step is not the answer."""


def share(part: int, whole: int) -> Measure:
    """A part of a whole with its binomial standard error; of nothing, the share is 0."""
    if not whole:
        return {"value": 0.0, "stderr": None, "n": 1}
    value = part / whole
    return {"value": value, "stderr": math.sqrt(value * (1 - value) / whole), "n": whole}


def count(number: int, whole: int) -> Measure:
    """A number of things among `whole` ones."""
    return {"value": float(number), "stderr": None, "n": max(whole, 1)}


def mean(values: Sequence[float]) -> Measure:
    """A mean with its standard error, which one value alone has not."""
    n = len(values)
    stderr = float(np.std(values, ddof=1)) / math.sqrt(n) if n > 1 else None
    return {"value": float(np.mean(values)), "stderr": stderr, "n": n}
