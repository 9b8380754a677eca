"""How much may be edited: the formulas of theory.linear_chains.limits, turned around."""

import math
from collections.abc import Callable

import numpy as np

from theory.linear_chains import limits


def max_share(
    factor: float,
    workflow: str,
    schedule: str,
    *,
    generations: float = math.inf,
    decay: float = 1.0,
    size: tuple[int, int] | None = None,
) -> float:
    """Return the largest share of rows to edit per generation that keeps the error under a factor.

    The error is that of the worst fit up to the last one, in units of u, in the limit T >> d.

    Args:
        factor: Error allowed, in units of one fit to human labels; above 1.
        workflow: edit_previous, edit_source or mix (where the share is the synthetic one).
        schedule: fixed, fresh, geometric or disjoint. With disjoint edits and infinitely many
            generations the answer is the total share, since the share per generation is zero.
        generations: Number of fits, the first to human labels alone; infinite by default.
        decay: eta of the geometric schedule.
        size: (T, d) for the finite-size formulas, which exist for one mask (a bound for every
            number of generations, on the mean over Gaussian X) and for random rows.

    Raises:
        ValueError: No formula covers the pair: `confident` depends on the data.
    """
    if not factor > 1:
        raise ValueError(f"factor must exceed 1, the error of one fit to human labels: {factor!r}")
    if generations < 1:
        raise ValueError(f"generations must be at least 1, not {generations!r}")
    edits = limits.checked_edits(generations - 1)
    if edits == 0:
        return 1.0
    if size is None:
        return _largest(share_ratio(workflow, schedule, edits, decay), factor)
    return _largest(finite_ratio(workflow, schedule, edits, decay, size), factor)


def share_ratio(
    workflow: str, schedule: str, edits: float, decay: float = 1.0
) -> Callable[[float], float]:
    """Return the error ratio as a function of the share, for T >> d."""
    if schedule == "fixed" and workflow in ("edit_previous", "edit_source", "mix"):
        return lambda m: limits.fixed(m, edits)
    if schedule == "fresh" and workflow in ("edit_source", "mix"):
        return lambda m: limits.fresh_source(m, edits)
    if schedule in ("fresh", "geometric") and workflow == "edit_previous":
        eta_ = 1.0 if schedule == "fresh" else decay
        if edits == math.inf:
            return lambda m: limits.geometric_previous(m, eta_)
        return lambda m: limits.fresh_previous([m * eta_**i for i in range(int(edits))])
    if schedule == "disjoint" and workflow == "edit_previous":
        return lambda m: _disjoint_ratio(m, edits)
    raise ValueError(
        f"no formula for {workflow!r} with {schedule!r} masks: fixed, fresh (edit_previous, "
        "edit_source, mix), geometric and disjoint (edit_previous)"
    )


def finite_ratio(
    workflow: str, schedule: str, edits: float, decay: float, size: tuple[int, int]
) -> Callable[[float], float]:
    """Return the error ratio (for one mask: its bound) as a function of the share, for T and d."""
    n_samples, n_features = size
    row = limits.leverage(n_samples, n_features)
    if schedule == "fixed" and workflow in ("edit_previous", "edit_source", "mix"):
        return lambda m: limits.fixed_mean_bound(m * n_samples, n_samples, n_features)
    if schedule == "fresh" and workflow in ("edit_source", "mix"):
        return lambda m: limits.fresh_source(m, edits, row)
    if schedule in ("fresh", "geometric") and workflow == "edit_previous":
        eta_ = 1.0 if schedule == "fresh" else decay
        if edits == math.inf and eta_ == 1:
            return lambda m: math.inf if m > 0 else 1.0
        count = int(min(edits, 1 + math.log(1e-12) / math.log(eta_) if eta_ < 1 else edits))
        return lambda m: limits.fresh_previous([m * eta_**i for i in range(count)], row)
    raise ValueError(f"no finite-size formula for {workflow!r} with {schedule!r} masks")


def _disjoint_ratio(share: float, edits: float) -> float:
    """Return the error after as many disjoint edits as fit; `share` is the total if infinite."""
    if edits == math.inf:
        return limits.disjoint_limit(share)
    return limits.disjoint(share, int(min(edits, math.floor(1 / share + 1e-9) if share else edits)))


def _largest(ratio: Callable[[float], float], factor: float) -> float:
    """Return the largest share in [0, 1] below which the ratio stays within the factor."""
    grid = np.linspace(0.0, 1.0, 2001)
    beyond = next((i for i, m in enumerate(grid) if not _within(ratio, m, factor)), None)
    if beyond is None:
        return 1.0
    if beyond == 0:
        return 0.0
    low, high = float(grid[beyond - 1]), float(grid[beyond])
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _within(ratio, middle, factor) else (low, middle)
    return low if low > 1e-12 else 0.0


def _within(ratio: Callable[[float], float], share: float, factor: float) -> bool:
    return ratio(float(share)) <= factor * (1 + 1e-12)
