"""Measured speed ratios: each fast route against the straightforward loop, in one process."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from theory.linear_chains import masks as schedules
from theory.linear_chains.dense import dense_error
from theory.linear_chains.design import Array, Mask
from theory.linear_chains.regression import expected_error
from theory.linear_chains.simulation import simulate


@dataclass(frozen=True, kw_only=True, slots=True)
class Ratio:
    """Seconds of two ways to one result."""

    name: str
    """Name of what was compared, with its sizes."""
    fast: float
    """Seconds of the route that the project uses."""
    slow: float
    """Seconds of the straightforward route to the same result."""

    @property
    def speedup(self) -> float:
        """How many times faster the project's route is."""
        return self.slow / self.fast

    def line(self) -> str:
        """Return the ratio as a line of text."""
        return (
            f"{self.name}: {self.speedup:.1f} times ({self.fast:.3g} s against {self.slow:.3g} s)"
        )


def seconds(work: Callable[[], object], *, repeats: int = 3) -> float:
    """Return the least wall-clock time of a few runs, in seconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def rows_against_dense(
    *, rng: np.random.Generator, n_samples: int = 800, n_features: int = 10, edits: int = 20
) -> tuple[Ratio, ...]:
    """Compare the row recursion with a T x T covariance, for every schedule.

    Both give the error of all generations.
    """
    X = rng.normal(size=(n_samples, n_features))
    share = 1 / edits
    plans: dict[str, Mask] = {
        "fixed": schedules.fixed(edits, n_samples, share, rng=rng),
        "disjoint": schedules.disjoint(edits, n_samples, share, rng=rng),
        "fresh": schedules.fresh(edits, n_samples, share, rng=rng),
    }
    size = f"T = {n_samples}, d = {n_features}, {edits} edits"
    return tuple(
        Ratio(
            name=f"exact error, {name} masks, {size}: row recursion against T x T",
            fast=seconds(partial(expected_error, X, masks, "edit_previous")),
            slow=seconds(partial(dense_error, X, masks, "edit_previous"), repeats=1),
        )
        for name, masks in plans.items()
    )


def batch_against_loop(
    *,
    rng: np.random.Generator,
    n_samples: int = 100,
    n_features: int = 10,
    edits: int = 99,
    chains: int = 200,
) -> Ratio:
    """Compare the batched Monte Carlo with one chain after the other."""
    X = rng.normal(size=(n_samples, n_features))
    masks = schedules.fresh(edits, n_samples, 0.1, rng=rng)
    return Ratio(
        name=f"{chains} chains, T = {n_samples}, d = {n_features}, {edits} edits: batch to loop",
        fast=seconds(lambda: simulate(X, masks, "edit_previous", chains=chains, rng=rng)),
        slow=seconds(lambda: chain_by_chain(X, masks, chains=chains, rng=rng), repeats=1),
    )


def chain_by_chain(X: Array, masks: Mask, *, chains: int, rng: np.random.Generator) -> Array:
    """Simulate edit_previous one chain and one fit at a time; mean error of every fit, (n + 1,)."""
    total = np.zeros(len(masks) + 1)
    for _ in range(chains):
        labels = rng.normal(size=len(X))
        for k in range(len(masks) + 1):
            fitted = np.linalg.lstsq(X, labels, rcond=None)[0]
            total[k] += fitted @ fitted
            if k < len(masks):
                labels = np.where(masks[k], X @ fitted + rng.normal(size=len(X)), labels)
    return total / chains


def at_scale(*, rng: np.random.Generator) -> dict[str, float]:
    """Return the seconds of the largest cases the project promises."""
    X = rng.normal(size=(10_000, 100))
    small = rng.normal(size=(100, 10))
    plans = {
        "fixed": schedules.fixed(99, 10_000, 0.1, rng=rng),
        "disjoint": schedules.disjoint(99, 10_000, 0.01, rng=rng),
    }
    found = {
        f"exact error, T = 10000, d = 100, 100 fits, {name} masks": seconds(
            partial(expected_error, X, masks, "edit_previous"), repeats=1
        )
        for name, masks in plans.items()
    }
    fresh = schedules.fresh(99, 100, 0.1, rng=rng)
    found["Monte Carlo, 10000 chains, T = 100, d = 10, 100 fits"] = seconds(
        lambda: simulate(small, fresh, "edit_previous", chains=10_000, rng=rng), repeats=1
    )
    return found
