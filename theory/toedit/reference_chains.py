"""Reference chains: the workflows and schedules that the table and the figure show."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from theory.linear_chains import limits
from theory.linear_chains import masks as schedules
from theory.linear_chains.averages import subsample_error
from theory.linear_chains.design import Array, Mask, Workflow
from theory.linear_chains.masks import Policy
from theory.linear_chains.regression import expected_error
from theory.linear_chains.simulation import Simulation, simulate_designs

DrawMasks = Callable[[int, int, np.random.Generator], Mask]
"""Draws masks: (edits, T, rng) -> masks of shape (edits, T)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LinearChain:
    """A chain of linear models: one workflow with one schedule of edits."""

    name: str
    """Name of the chain by workflow, schedule and share."""
    workflow: Workflow
    """How the labels of the next fit follow from the last one."""
    draw: DrawMasks
    """Draws the masks; for policies and plain workflows they only count."""
    limit: Callable[[int], float]
    """Error in units of u after a number of edits, T >> d; nan where no formula exists."""
    bound: Callable[[int, int, int], float]
    """Corrected bound after a number of edits, for T and d; nan where there is none."""
    printed: bool = False
    """Whether the bound 2 of Theorem 2 is claimed for it."""
    policy: Policy | None = None
    """Chooses masks from the data, where they depend on it."""


def _never(*_sizes: int) -> float:
    return math.nan


def _always(value: float) -> Callable[[int, int, int], float]:
    return lambda _edits, _n_samples, _n_features: value


def _one_mask(share: float) -> Callable[[int, int, int], float]:
    return lambda _edits, size, d: limits.fixed_mean_bound(share * size, size, d)


def _counted(edits: int, n_samples: int, _rng: np.random.Generator) -> Mask:
    return np.ones((edits, n_samples), dtype=bool)


def _fixed(share: float) -> DrawMasks:
    return lambda edits, size, rng: schedules.fixed(edits, size, share, rng=rng)


def _fresh(share: float, decay: float = 1.0) -> DrawMasks:
    return lambda edits, size, rng: schedules.geometric(edits, size, share, decay, rng=rng)


def _disjoint(share: float) -> DrawMasks:
    return lambda edits, size, rng: schedules.disjoint(edits, size, share, rng=rng)


def _geometric_chain(share: float, decay: float) -> LinearChain:
    return LinearChain(
        name=f"edit_previous geometric {share:g} x {decay:g}^i",
        workflow="edit_previous",
        draw=_fresh(share, decay),
        limit=lambda k: limits.fresh_previous([share * decay**i for i in range(k)]),
        bound=_always(limits.geometric_previous(share, decay)),
        printed=True,
    )


CHAINS: tuple[LinearChain, ...] = (
    LinearChain(
        name="replace",
        workflow="replace",
        draw=_counted,
        limit=lambda k: limits.replace(k + 1),
        bound=lambda k, _size, _d: limits.replace(k + 1),
    ),
    LinearChain(
        name="accumulate",
        workflow="accumulate",
        draw=_counted,
        limit=lambda k: limits.accumulate(k + 1),
        bound=_always(limits.accumulate(math.inf)),
    ),
    LinearChain(
        name="accumulate_subsample",
        workflow="accumulate_subsample",
        draw=_counted,
        limit=lambda k: limits.accumulate_subsample(k + 1),
        bound=_always(limits.accumulate_subsample(math.inf)),
    ),
    LinearChain(
        name="edit_previous fixed 12.5 %",
        workflow="edit_previous",
        draw=_fixed(0.125),
        limit=lambda k: limits.fixed(0.125, k),
        bound=_one_mask(0.125),
        printed=True,
    ),
    LinearChain(
        name="edit_previous disjoint 1 %",
        workflow="edit_previous",
        draw=_disjoint(0.01),
        limit=lambda k: limits.disjoint(0.01, k),
        bound=lambda k, _size, _d: 2 * 1.01**k - 1,
        printed=True,
    ),
    _geometric_chain(0.1, 0.9),
    _geometric_chain(0.125, 0.94),
    LinearChain(
        name="edit_previous fresh 10 %",
        workflow="edit_previous",
        draw=_fresh(0.1),
        limit=lambda k: limits.fresh_previous([0.1] * k),
        bound=_never,
        printed=True,
    ),
    LinearChain(
        name="edit_source fresh 10 %",
        workflow="edit_source",
        draw=_fresh(0.1),
        limit=lambda k: limits.fresh_source(0.1, k),
        bound=_always(limits.fresh_source(0.1)),
    ),
    LinearChain(
        name="edit_source fresh 50 %",
        workflow="edit_source",
        draw=_fresh(0.5),
        limit=lambda k: limits.fresh_source(0.5, k),
        bound=_always(limits.fresh_source(0.5)),
    ),
    LinearChain(
        name="mix 50 % human",
        workflow="mix",
        draw=_fixed(0.5),
        limit=lambda k: limits.fixed(0.5, k),
        bound=_one_mask(0.5),
    ),
    LinearChain(
        name="edit_previous confident 10 %",
        workflow="edit_previous",
        draw=_counted,
        limit=_never,
        bound=_never,
        printed=True,
        policy=schedules.confident(0.1),
    ),
)
"""Every chain of the table and of the figure."""


def exact_ratio(
    chain: LinearChain, X: Array, edits: int, *, rng: np.random.Generator
) -> Array | None:
    """Return the exact error after fit 1 .. edits + 1 over that of one fit; None for policies."""
    if chain.policy is not None:
        return None
    if chain.workflow == "accumulate_subsample":
        errors = subsample_error(X, edits + 1)
    else:
        errors = expected_error(X, chain.draw(edits, len(X), rng), chain.workflow)
    return np.asarray(errors / errors[0])


def simulated_ratio(
    chain: LinearChain,
    n_samples: int,
    n_features: int,
    edits: int,
    *,
    designs: int,
    chains: int,
    rng: np.random.Generator,
) -> Simulation:
    """Return the simulated error in units of u, over Gaussian designs and masks."""

    def draw(stream: np.random.Generator) -> Mask | Policy:
        return chain.policy or chain.draw(edits, n_samples, stream)

    return simulate_designs(
        n_samples,
        n_features,
        draw,
        chain.workflow,
        designs=designs,
        chains=chains,
        rng=rng,
        generations=edits + 1,
    )
