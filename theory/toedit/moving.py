"""Masks that move, edit_previous: disjoint, fresh and geometric edits of the last labels."""

import math

import numpy as np
import sympy

from theory.linear_chains import assumptions, bounds, limits, proofs, symbolic
from theory.linear_chains import masks as schedules
from theory.linear_chains.averages import fresh_error
from theory.linear_chains.bounds import one_fit
from theory.linear_chains.design import Array, Mask
from theory.linear_chains.matrix_forms import disjoint_covariance, whitened_design
from theory.linear_chains.rational import Instance
from theory.linear_chains.regression import expected_error
from theory.linear_chains.simulation import simulate, simulate_designs
from theory.linear_chains.symbolic import Expression
from theory.toedit.evidence import (
    attacked,
    averaged,
    dense,
    exact,
    gaussian,
    instance,
    number,
    rational,
    schedule,
    share,
    simulated,
    simulated_designs,
    small,
)
from theory.toedit.evidence import symbolic as symbolic_route
from theory.verdict import Claim, Estimate

OURS = "this project"
GEOMETRIC = (0.125, 0.94)
"""First share of a geometric schedule and its decay, near Table 15."""


def _sizes(case: Instance) -> list[int]:
    return [sum(mask) for mask in case.masks]


def _fresh_ratio(case: Instance) -> float:
    return float(fresh_error(case.design(), _sizes(case), "edit_previous")[-1]) / one_fit(case)


def _fresh_slope(case: Instance) -> float:
    """Return growth a generation over the second half of the chain."""
    errors = fresh_error(case.design(), _sizes(case), "edit_previous")
    half = len(errors) // 2
    return float((errors[-1] - errors[half]) / (len(errors) - 1 - half)) / one_fit(case)


def _simulated_slope(case: Instance, rng: np.random.Generator) -> Estimate:
    """Growth a generation from the first fit to the last, over designs and masks."""
    edits, size = len(case.masks), case.n_samples
    run = simulate_designs(
        size,
        case.n_features,
        lambda r: schedules.fresh(edits, size, float(share(case)), rng=r),
        "edit_previous",
        designs=30,
        chains=30,
        rng=rng,
    )
    rise, noise = run.mean[-1] - 1, math.hypot(run.stderr[-1], run.stderr[0])
    return Estimate(value=float(rise) / edits, stderr=noise / edits)


def _geometric_masks(rng: np.random.Generator) -> Mask:
    return schedules.geometric(100, 1000, *GEOMETRIC, rng=rng)


def _exact_geometric(case: Instance) -> Expression:
    shares = [sympy.Rational(size, case.n_samples) for size in _sizes(case)]
    return 1 + sum(2 * share - share**2 for share in shares)


def _product_looseness() -> float:
    """Return bound over truth with a hundred disjoint edits of 1 %, T = 1000, d = 10."""
    rng = np.random.default_rng(0)
    case = instance(
        rng.normal(size=(1000, 10)), schedules.disjoint(100, 1000, 0.01, rng=rng), "edit_previous"
    )
    return bounds.DISJOINT_PRODUCT.value(case) / bounds.recursion_error(case)


def _covariance_ratio(case: Instance) -> float:
    spread = disjoint_covariance(case.design(), case.masks)
    return float(np.trace(case.sigma() @ spread)) / one_fit(case)


def _rotating(_rng: np.random.Generator) -> Instance:
    """Return rows that turn slowly by 100 degrees, edited one after the other.

    The products (I + H_n) .. (I + H_1) of rotating edits outgrow commuting ones. Sigma looks
    along the direction that grows most.
    """
    rows, hold = 120, 12
    turn = np.clip((np.arange(rows) - hold) / (rows - 1 - 2 * hold), 0, 1) * math.radians(100)
    X: Array = np.column_stack([np.cos(turn), np.sin(turn)])
    masks = np.eye(rows, dtype=bool)
    to_unit = np.linalg.inv(whitened_design(X)[1])
    grown = to_unit @ disjoint_covariance(X, masks) @ to_unit.T
    top = to_unit.T @ np.linalg.eigh(grown)[1][:, -1]
    sigma = np.outer(top, top) / (top @ top) + 1e-6 * np.eye(2)
    case = instance(X, masks, "edit_previous")
    return Instance(
        X=case.X,
        masks=case.masks,
        workflow=case.workflow,
        covariance=tuple(tuple(map(float, row)) for row in sigma),
    )


def _disjoint_average(rng: np.random.Generator) -> float:
    X = rng.normal(size=(20, 4))
    errors = expected_error(X, np.arange(20) // 2 == np.arange(10)[:, None], "edit_previous")
    return float(errors[-1] / errors[0])


def _simulated_fresh(case: Instance, rng: np.random.Generator) -> Estimate:
    """Simulate labels on this design, with masks of this size redrawn in every chain."""
    run = simulate(
        case.design(),
        schedules.redrawn(float(share(case))),
        "edit_previous",
        chains=6000,
        rng=rng,
        generations=len(case.masks) + 1,
    )
    unit = one_fit(case)
    return Estimate(value=float(run.mean[-1]) / unit, stderr=float(run.stderr[-1]) / unit)


DISJOINT_LIMIT = Claim(
    id="disjoint-limit",
    statement="disjoint small edits of total share S give 2 e^S - 1, T >> d",
    source=OURS,
    relation="equals",
    subject=gaussian(1000, 10, schedule("disjoint", 100, 0.01), "edit_previous"),
    stated=lambda case: limits.disjoint_limit(float(case.mask_array().mean(axis=1).sum())),
    routes={
        "exact": exact,
        "symbolic": symbolic_route(
            lambda case: symbolic.disjoint_closed_form(len(case.masks)).subs(
                symbolic.m, share(case)
            )
        ),
        "simulated": simulated(2000),
    },
    assumptions=(assumptions.DISJOINT,),
    tolerance=0.05,
    note="S = 1; edits of 1 % instead of infinitely small ones, and d/T = 1 %, take 3 % off",
)
DISJOINT_THRESHOLD = Claim(
    id="disjoint-threshold",
    statement="disjoint edits pass the bound 2 at S = ln 1.5 = 0.405, T >> d",
    source=OURS,
    relation="equals",
    subject=gaussian(1000, 10, schedule("disjoint", 81, 0.005), "edit_previous"),
    stated=lambda _case: 2.0,
    routes={
        "exact": exact,
        "symbolic": symbolic_route(
            lambda _case: symbolic.disjoint_limit().subs(
                symbolic.S, symbolic.thresholds()["disjoint"]
            )
        ),
        "simulated": simulated(2000),
    },
    assumptions=(assumptions.DISJOINT,),
    tolerance=0.04,
)
DISJOINT_EXACT = Claim(
    id="disjoint-any-design",
    statement="disjoint masks, any X: C + C' - I - D with C <- (I+H) C, D <- (I+H) D (I+H) + H^2",
    source=OURS,
    relation="equals",
    subject=lambda _rng: small(
        ((1, 0), (1, 1), (2, 1), (0, 3), (1, -1)), [1, 3], [4], [2], workflow="edit_previous"
    ),
    stated=_covariance_ratio,
    routes={"symbolic": rational, "exact": exact, "simulated": simulated()},
    assumptions=(assumptions.DISJOINT,),
)
DISJOINT_BOUND = Claim(
    id="disjoint-bound",
    statement="disjoint masks, any X and Sigma: at most C + C' - I, C the product of I + U'M_iU",
    source=OURS,
    relation="at most",
    subject=attacked(bounds.DISJOINT_PRODUCT),
    stated=lambda case: bounds.DISJOINT_PRODUCT.value(case) / one_fit(case),
    routes={"exact": exact, "dense": dense, "simulated": simulated()},
    assumptions=bounds.DISJOINT_PRODUCT.assumptions,
    proof=proofs.disjoint_product_holds,
    typical=_product_looseness,
)
DISJOINT_SCALAR = Claim(
    id="disjoint-scalar",
    statement="disjoint masks, d = 1: at most 2 e^S - 1, so never above 2 e - 1 = 4.437",
    source=OURS,
    relation="at most",
    subject=attacked(bounds.DISJOINT_SCALAR),
    stated=lambda case: bounds.DISJOINT_SCALAR.value(case) / one_fit(case),
    routes={"exact": exact, "dense": dense, "simulated": simulated()},
    assumptions=bounds.DISJOINT_SCALAR.assumptions,
    proof=lambda: proofs.disjoint_product_holds() and proofs.scalar_growth_holds(),
)
DISJOINT_EXPONENTIAL = Claim(
    id="disjoint-exponential",
    statement="disjoint masks never pass 2 e - 1 = 4.437, whatever X and Sigma",
    source=f"{OURS}, a conjecture from T >> d",
    relation="at most",
    subject=_rotating,
    stated=lambda _case: 2 * math.e - 1,
    routes={"exact": exact, "dense": dense, "simulated": simulated(50_000)},
    assumptions=bounds.DISJOINT_EXPONENTIAL.assumptions,
    note="rows (cos a, sin a), a from 0 to 100 degrees, one row an edit; needs d >= 2",
)
DISJOINT_MEAN = Claim(
    id="disjoint-mean",
    statement="disjoint masks, the mean over Gaussian X: at most 2 e^S - 1",
    source=f"{OURS}, a conjecture",
    relation="at most",
    subject=gaussian(20, 4, schedule("disjoint", 10, 0.1, n_samples=20), "edit_previous"),
    stated=lambda case: limits.disjoint_limit(float(case.mask_array().mean(axis=1).sum())),
    routes={
        "exact": averaged(_disjoint_average, designs=600),
        "simulated": simulated_designs(
            schedule("disjoint", 10, 0.1, n_samples=20), designs=1500, chains=10
        ),
    },
    assumptions=(assumptions.DISJOINT,),
    note="T = 20, d = 4, ten edits of two rows; only d = 1 is proved",
)
FRESH_SLOPE = Claim(
    id="fresh-slope",
    statement="fresh rows of share m: the error grows by 2m - m^2 a generation, T >> d",
    source=OURS,
    relation="equals",
    subject=gaussian(1000, 10, schedule("fresh", 100, 0.1), "edit_previous"),
    stated=lambda case: limits.fresh_previous_slope(float(share(case))),
    routes={
        "exact": number(_fresh_slope),
        "symbolic": symbolic_route(
            lambda case: symbolic.fresh_slope().subs(symbolic.m, share(case))
        ),
        "simulated": _simulated_slope,
    },
    tolerance=0.02,
    unit="u / generation",
    note="with row leverage r = (d+2)/(T+2): m + m (1-m) (1-r)/(1 + r (1-m))",
)
FRESH_DIVERGES = Claim(
    id="fresh-diverges",
    statement="fresh rows: at least 1 + m n after n edits, for any X; no finite bound exists",
    source=OURS,
    relation="at least",
    subject=gaussian(8, 2, schedule("fresh", 12, 0.25, n_samples=8), "edit_previous"),
    stated=lambda case: 1 + float(share(case)) * len(case.masks),
    routes={
        "exact": number(_fresh_ratio),
        "simulated": _simulated_fresh,
    },
    proof=proofs.residual_projection_holds,
    note="the mean over masks; the paper's Theorem 2 with overlapping masks breaks at n > 1/m",
)
GEOMETRIC_LIMIT = Claim(
    id="geometric-limit",
    statement="fresh rows of share m eta^i: 1 + 2m/(1 - eta) - m^2/(1 - eta^2), T >> d",
    source=OURS,
    relation="equals",
    subject=gaussian(1000, 10, _geometric_masks, "edit_previous"),
    stated=lambda _case: limits.geometric_previous(*GEOMETRIC),
    routes={
        "exact": number(_fresh_ratio),
        "symbolic": symbolic_route(_exact_geometric),
        "simulated": simulated_designs(_geometric_masks, designs=40, chains=50),
    },
    tolerance=0.03,
    note="m = 0.125, eta = 0.94, counted from i = 0; from i = 1 it is 4.80",
)

MOVING_CLAIMS = (
    DISJOINT_LIMIT,
    DISJOINT_THRESHOLD,
    DISJOINT_EXACT,
    DISJOINT_BOUND,
    DISJOINT_SCALAR,
    DISJOINT_EXPONENTIAL,
    DISJOINT_MEAN,
    FRESH_SLOPE,
    FRESH_DIVERGES,
    GEOMETRIC_LIMIT,
)
"""Claims about disjoint, fresh and geometric edits of the previous labels."""
