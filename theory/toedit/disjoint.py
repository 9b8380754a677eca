"""Disjoint edits of the last labels, edit_previous, for a given design."""

import math
from collections.abc import Callable

import numpy as np

from theory.linear_chains import assumptions, bounds, limits, proofs, symbolic
from theory.linear_chains import masks as schedules
from theory.linear_chains.bounds import one_fit
from theory.linear_chains.design import Array
from theory.linear_chains.matrix_forms import disjoint_covariance, whitened_design
from theory.linear_chains.rational import Instance
from theory.toedit.evidence.cases import (
    SEARCHED,
    Draw,
    attacked,
    family,
    gaussian,
    instance,
    integers,
    over,
    schedule,
    share,
    small,
)
from theory.toedit.evidence.routes import (
    DRAWS,
    LABELS,
    LARGE,
    ROWS,
    TABLE,
    dense,
    exact,
    exact_over_designs,
    over_designs,
    rational,
    simulated,
    simulated_over_designs,
)
from theory.toedit.evidence.routes import symbolic as symbolic_route
from theory.verdict import Claim

OURS = "this project"
PRODUCT = "product of I + U'M_iU"
"""Derivation of the matrix recursion for disjoint masks."""
LONG = 4000
"""Rows where T >> d is meant: enough for a percent."""


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


def _product_ratio(case: Instance) -> Callable[[Array], float]:
    masks = case.mask_array()

    def ratio(X: Array) -> float:
        return float(np.trace(disjoint_covariance(X, masks)) / np.trace(np.linalg.inv(X.T @ X)))

    return ratio


def _rotating(degrees: float) -> Instance:
    """Return rows that turn slowly by an angle, edited one after the other.

    The products (I + H_n) .. (I + H_1) of rotating edits outgrow commuting ones. Sigma looks
    along the direction that grows most.
    """
    rows, hold = 120, 12
    turn = np.clip((np.arange(rows) - hold) / (rows - 1 - 2 * hold), 0, 1) * math.radians(degrees)
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


def _disjoint(total: float) -> Draw:
    """Return disjoint edits of half a percent that add up to a share of all rows."""
    masks = schedule("disjoint", max(1, round(total / 0.005)), 0.005, n_samples=LONG)
    return gaussian(LONG, 2, masks, "edit_previous")


def _threshold(n_features: int) -> Draw:
    masks = schedule("disjoint", 81, 0.005, n_samples=LONG)
    return gaussian(LONG, n_features, masks, "edit_previous")


def _some_threshold(rng: np.random.Generator) -> Instance:
    return _threshold(int(rng.integers(2, 7)))(rng)


DISJOINT_LIMIT = Claim(
    id="disjoint-limit",
    statement="disjoint small edits of total share S give 2 e^S - 1, T >> d",
    source=OURS,
    relation="equals",
    formula=LARGE,
    derivations={"dense": PRODUCT, "symbolic": LARGE, "exact": ROWS, "simulated": DRAWS},
    cases=over((0.05, 1.0), _disjoint),
    span="S = 5 % to 100 % in edits of half a percent, T = 4000, d = 2",
    stated=lambda case: limits.disjoint_limit(float(case.mask_array().mean(axis=1).sum())),
    routes={
        "exact": exact_over_designs(6),
        "dense": over_designs(_product_ratio, designs=24),
        "symbolic": symbolic_route(
            lambda case: symbolic.disjoint_closed_form(len(case.masks)).subs(
                symbolic.m, share(case)
            )
        ),
        "simulated": simulated_over_designs(designs=4, chains=20),
    },
    assumptions=(assumptions.DISJOINT, assumptions.INDEPENDENT),
    tolerance=0.015,
    note="edits of half a percent instead of infinitely small ones, and d/T, take a percent off",
)
DISJOINT_THRESHOLD = Claim(
    id="disjoint-threshold",
    statement="disjoint edits pass the bound 2 at S = ln 1.5 = 0.405, T >> d",
    source=OURS,
    relation="equals",
    formula=LARGE,
    derivations={"dense": PRODUCT, "symbolic": LARGE, "exact": ROWS, "simulated": DRAWS},
    cases=family(_threshold(2), _threshold(6), _some_threshold),
    span="one number, T = 4000, d = 2 to 6",
    stated=lambda _case: 2.0,
    routes={
        "exact": exact_over_designs(6),
        "dense": over_designs(_product_ratio, designs=24),
        "symbolic": symbolic_route(
            lambda _case: symbolic.disjoint_limit().subs(
                symbolic.S, symbolic.thresholds()["disjoint"]
            )
        ),
        "simulated": simulated_over_designs(designs=4, chains=20),
    },
    assumptions=(assumptions.DISJOINT, assumptions.INDEPENDENT),
    tolerance=0.015,
)
DISJOINT_EXACT = Claim(
    id="disjoint-any-design",
    statement="disjoint masks, any X: C + C' - I - D with C <- (I+H) C, D <- (I+H) D (I+H) + H^2",
    source=OURS,
    relation="equals",
    formula=PRODUCT,
    derivations={"symbolic": TABLE, "exact": ROWS, "simulated": DRAWS},
    cases=family(
        lambda _rng: small(
            ((1, 0), (1, 1), (2, 1), (0, 3), (1, -1)), [1, 3], [4], [2], workflow="edit_previous"
        ),
        integers("edit_previous", masks="disjoint"),
        integers("edit_previous", masks="disjoint", edits=4),
    ),
    span="five rows, and random designs and disjoint masks of integers",
    stated=_covariance_ratio,
    routes={"symbolic": rational, "exact": exact, "simulated": simulated()},
    assumptions=(assumptions.DISJOINT, assumptions.INDEPENDENT),
)
DISJOINT_BOUND = Claim(
    id="disjoint-bound",
    statement="disjoint masks, any X and Sigma: at most C + C' - I, C the product of I + U'M_iU",
    source=OURS,
    relation="at most",
    derivations={"exact": ROWS, "dense": LABELS, "simulated": DRAWS},
    cases=attacked(bounds.DISJOINT_PRODUCT),
    span=SEARCHED,
    stated=bounds.DISJOINT_PRODUCT.in_fits,
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
    derivations={"exact": ROWS, "dense": LABELS, "simulated": DRAWS},
    cases=attacked(bounds.DISJOINT_SCALAR),
    span=SEARCHED,
    stated=bounds.DISJOINT_SCALAR.in_fits,
    routes={"exact": exact, "dense": dense, "simulated": simulated()},
    assumptions=bounds.DISJOINT_SCALAR.assumptions,
    proof=lambda: proofs.disjoint_product_holds() and proofs.scalar_growth_holds(),
)
DISJOINT_EXPONENTIAL = Claim(
    id="disjoint-exponential",
    statement="disjoint masks never pass 2 e - 1 = 4.437, whatever X and Sigma",
    source=f"{OURS}, a conjecture from T >> d",
    relation="at most",
    derivations={"exact": ROWS, "dense": LABELS, "simulated": DRAWS},
    cases=lambda rng: (
        _rotating(100.0),
        _rotating(10.0),
        _rotating(170.0),
        *(_rotating(float(angle)) for angle in rng.uniform(10.0, 170.0, size=2)),
    ),
    span="rows that turn by 10 to 170 degrees",
    stated=lambda _case: 2 * math.e - 1,
    routes={"exact": exact, "dense": dense, "simulated": simulated(3000)},
    assumptions=bounds.DISJOINT_EXPONENTIAL.assumptions,
    note="rows (cos a, sin a), a from 0 to 100 degrees, one row an edit; needs d >= 2",
)
DISJOINT_CLAIMS = (
    DISJOINT_LIMIT,
    DISJOINT_THRESHOLD,
    DISJOINT_EXACT,
    DISJOINT_BOUND,
    DISJOINT_SCALAR,
    DISJOINT_EXPONENTIAL,
)
"""Claims about disjoint edits of the previous labels."""
