"""One edit, and one mask for ever: what the stated recursion really gives."""

import numpy as np
from numpy.typing import ArrayLike

from theory.linear_chains import assumptions, bounds, limits, proofs, symbolic
from theory.linear_chains import masks as schedules
from theory.linear_chains.bounds import one_fit
from theory.linear_chains.design import Array
from theory.linear_chains.matrix_forms import fixed_error, fixed_limit
from theory.linear_chains.rational import Instance
from theory.linear_chains.regression import expected_error
from theory.linear_chains.symbolic import Expression
from theory.toedit.evidence import (
    DrawMasks,
    attacked,
    averaged,
    dense,
    exact,
    gaussian,
    rational,
    schedule,
    share,
    simulated,
    simulated_designs,
    small,
)
from theory.toedit.evidence import symbolic as symbolic_route
from theory.verdict import Claim

OURS = "this project"
ONES = ((1,), (1,), (1,))
TILTED = ((1, 0), (1, 1), (2, 1), (0, 3), (1, -1))


def _one_edit_formula(case: Instance) -> float:
    """Return tr of AA' + 2 AMA' - AMPMA' over tr AA'."""
    X = case.design()
    fit = np.linalg.pinv(X)
    edited = fit * case.mask_array()[0]
    mixed = edited @ X
    total = np.trace(fit @ fit.T + 2 * edited @ fit.T - mixed @ fit @ edited.T)
    return float(total / one_fit(case))


def _random_rows(size: int, n_samples: int) -> DrawMasks:
    return lambda rng: schedules.fresh(1, n_samples, size / n_samples, rng=rng)


def _ratio(X: Array, masks: ArrayLike, workflow: str) -> float:
    error = expected_error(X, masks, workflow)[-1]
    return float(error / np.trace(np.linalg.inv(X.T @ X)))


def _one_edit_average(rng: np.random.Generator) -> float:
    masks = schedules.fresh(1, 6, 1 / 3, rng=rng)
    return _ratio(rng.normal(size=(6, 1)), masks, "edit_previous")


def _dirichlet(case: Instance) -> Expression:
    ratio, q = symbolic.unrolled_ratio(case.masks)
    return symbolic.gaussian_expectation(ratio, q)


def _null_share(case: Instance) -> float:
    """Return the share of one fit's error in directions that no kept row determines."""
    X = case.design()
    fit = np.linalg.cholesky(np.linalg.inv(X.T @ X))
    values, vectors = np.linalg.eigh(((X @ fit) * case.mask_array()[0][:, None]).T @ (X @ fit))
    weights = ((fit @ vectors) ** 2).sum(axis=0)
    return float(weights[values > 1 - 1e-9].sum() / weights.sum())


def _mean_limit(rng: np.random.Generator) -> float:
    X = rng.normal(size=(30, 5))
    return fixed_limit(X, np.arange(30) < 9) / float(np.trace(np.linalg.inv(X.T @ X)))


ONE_EDIT = Claim(
    id="one-edit",
    statement="one edit of any rows gives (X'X)^-1 + 2 AMA' - AMPMA', for any X",
    source=OURS,
    relation="equals",
    subject=lambda _rng: small(TILTED, [1, 4], workflow="edit_previous"),
    stated=_one_edit_formula,
    routes={"symbolic": rational, "exact": exact, "simulated": simulated()},
    assumptions=(assumptions.ENOUGH_ROWS,),
    tolerance=1e-6,
)
ONE_EDIT_LIMIT = Claim(
    id="one-edit-limit",
    statement="one edit of share m gives 1 + 2m - m^2, T >> d",
    source=OURS,
    relation="equals",
    subject=gaussian(1000, 10, schedule("fresh", 1, 0.3), "edit_previous"),
    stated=lambda case: limits.one_edit(float(share(case))),
    routes={
        "symbolic": symbolic_route(
            lambda case: symbolic.disjoint_closed_form(1).subs(symbolic.m, share(case))
        ),
        "exact": exact,
        "simulated": simulated(2000),
    },
    tolerance=0.02,
    note="Theorem 1 gives 1 + m",
)
ONE_EDIT_FINITE = Claim(
    id="one-edit-finite",
    statement="over Gaussian X one edit of k rows gives 1 + 2m - m (r + (1-r)(k-1)/(T-1)), exactly",
    source=f"{OURS}; r = (d+2)/(T+2), m = k/T",
    relation="equals",
    subject=lambda _rng: small(ONES + ONES, [1, 2], workflow="edit_previous"),
    stated=lambda case: limits.one_edit_finite(sum(case.masks[0]), 6, 1),
    routes={
        "symbolic": symbolic_route(_dirichlet),
        "exact": averaged(_one_edit_average, designs=1500),
        "simulated": simulated_designs(_random_rows(2, 6), designs=2500, chains=4),
    },
    assumptions=(assumptions.ENOUGH_ROWS,),
    note="any mask of k rows, T = 6, d = 1 here; 1 + m + m (1-m) (1 - d/T) is its leading term",
)
FIXED_LIMIT = Claim(
    id="fixed-limit",
    statement="one mask of share m, forever: (1 + 2m)/(1 - m^2), T >> d",
    source=OURS,
    relation="equals",
    subject=gaussian(1000, 10, schedule("fixed", 40, 0.125), "edit_previous"),
    stated=lambda case: limits.fixed(float(share(case))),
    routes={
        "symbolic": symbolic_route(
            lambda case: symbolic.fixed_limit().subs(symbolic.h, share(case))
        ),
        "exact": exact,
        "simulated": simulated(2000),
    },
    assumptions=(assumptions.ONE_MASK,),
    tolerance=0.02,
)
FIXED_MATRIX = Claim(
    id="fixed-any-design",
    statement="one mask, any X: tr (X'X)^-1/2 f_n(H) (X'X)^-1/2, H = U'MU, after n edits",
    source=OURS,
    relation="equals",
    subject=lambda _rng: small(TILTED, *[[1, 4]] * 6, workflow="edit_previous"),
    stated=lambda case: (
        float(fixed_error(case.design(), case.masks[0], len(case.masks) + 1)[-1]) / one_fit(case)
    ),
    routes={"symbolic": rational, "exact": exact, "simulated": simulated()},
    assumptions=(assumptions.ONE_MASK, assumptions.NO_FULL_EDIT),
    note="f_n(h) tends to (1 + 2h)/(1 - h^2)",
)
FIXED_BOUND = Claim(
    id="fixed-bound",
    statement="one mask: the limit bounds every generation",
    source=OURS,
    relation="at most",
    subject=attacked(bounds.FIXED),
    stated=lambda case: bounds.FIXED.value(case) / one_fit(case),
    routes={"exact": exact, "dense": dense, "simulated": simulated()},
    assumptions=bounds.FIXED.assumptions,
    tolerance=1e-7,
    proof=proofs.fixed_bound_holds,
)
FIXED_THRESHOLD = Claim(
    id="fixed-threshold",
    statement="one mask passes the bound 2 at m = (sqrt 3 - 1)/2 = 0.366, T >> d",
    source=OURS,
    relation="equals",
    subject=gaussian(1000, 10, schedule("fixed", 40, 0.366), "edit_previous"),
    stated=lambda _case: 2.0,
    routes={
        "symbolic": symbolic_route(
            lambda _case: symbolic.fixed_limit().subs(symbolic.h, symbolic.thresholds()["fixed"])
        ),
        "exact": exact,
        "simulated": simulated(2000),
    },
    tolerance=0.03,
)
FIXED_DIVERGES = Claim(
    id="fixed-diverges",
    statement="one mask stays finite only if the kept rows determine w: else it grows as replace",
    source=OURS,
    relation="at least",
    subject=lambda _rng: small(TILTED, *[[1, 2, 3, 4]] * 30, workflow="edit_previous"),
    stated=lambda case: (len(case.masks) + 1) * _null_share(case),
    routes={"exact": exact, "symbolic": rational, "simulated": simulated()},
    proof=lambda: all(symbolic.full_edit_limit(n) == n + 1 for n in range(5)),
    note="(1 + 2m)/(1 - m^2) hides it: there T >> d and the kept rows always suffice",
)
FIXED_MEAN = Claim(
    id="fixed-mean",
    statement="Gaussian X, one mask of k rows: at most 3/2 (T-d-1)/(T-k-d-1) - 1/(2 + 2m)",
    source=f"{OURS}; finite d/T",
    relation="at most",
    subject=gaussian(30, 5, _random_rows(9, 30), "edit_previous"),
    stated=lambda case: limits.fixed_mean_bound(sum(case.masks[0]), 30, 5),
    routes={
        "exact": averaged(_mean_limit, designs=1500),
        "simulated": simulated_designs(
            lambda _rng: np.repeat(np.arange(30)[None] < 9, 25, axis=0), designs=1500, chains=10
        ),
    },
    proof=proofs.jensen_holds,
    typical=lambda: limits.fixed_mean_bound(125, 1000, 10) / limits.fixed(0.125),
)
FIXED_CLAIMS = (
    ONE_EDIT,
    ONE_EDIT_LIMIT,
    ONE_EDIT_FINITE,
    FIXED_LIMIT,
    FIXED_MATRIX,
    FIXED_BOUND,
    FIXED_THRESHOLD,
    FIXED_DIVERGES,
    FIXED_MEAN,
)
"""Claims about one edit, and about one mask for ever."""
