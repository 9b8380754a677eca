"""Editing the human source, and what else was asked: covariance and ridge."""

from dataclasses import replace

import numpy as np
import sympy

from theory.linear_chains import assumptions, bounds, limits, proofs, symbolic
from theory.linear_chains import masks as schedules
from theory.linear_chains.averages import fresh_error
from theory.linear_chains.bounds import one_fit
from theory.linear_chains.rational import Instance
from theory.linear_chains.regression import expected_error
from theory.linear_chains.simulation import simulate
from theory.linear_chains.symbolic import Expression
from theory.toedit.evidence.cases import (
    SEARCHED,
    Draw,
    DrawMasks,
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
    MASKS,
    ROWS,
    TABLE,
    dense,
    exact,
    number,
    rational,
    simulated,
    simulated_over_designs,
)
from theory.toedit.evidence.routes import symbolic as symbolic_route
from theory.verdict import Claim, Estimate, Relation

OURS = "this project"
TILTED = ((1, 0), (1, 1), (2, 1), (0, 3), (1, -1))
CROSS = "covariance of the weights with the first noise"
"""Derivation of the exact error of edit_source."""
PENALTY = 2
"""Ridge penalty of the claim about ridge regression."""


def _source_ratio(case: Instance) -> float:
    sizes = [sum(mask) for mask in case.masks]
    return float(fresh_error(case.design(), sizes, "edit_source")[-1]) / one_fit(case)


def _fresh(part: float) -> Draw:
    return gaussian(1000, 5, schedule("fresh", 30, part), "edit_source")


def _again(case: Instance) -> DrawMasks:
    """Return new random rows of a case's share."""
    part, edits = float(share(case)), len(case.masks)
    return schedule("fresh", edits, part, n_samples=case.n_samples)


def _fresh_source(
    ends: tuple[float, float], relation: Relation, claim_id: str, statement: str
) -> Claim[Instance]:
    """Return a claim about fresh edits of the human source over a range of shares."""
    return Claim(
        id=claim_id,
        statement=statement,
        source=OURS,
        relation=relation,
        formula=LARGE,
        derivations={"exact": MASKS, "symbolic": LARGE, "simulated": DRAWS},
        cases=over(ends, _fresh),
        span=f"shares of {ends[0]:.0%} to {ends[1]:.0%}, T = 1000, d = 5, 31 fits",
        stated=lambda case: (
            2.0 if relation == "at most" else limits.fresh_source(float(share(case)))
        ),
        routes={
            "exact": number(_source_ratio),
            "symbolic": symbolic_route(
                lambda case: symbolic.fresh_source_limit().subs(symbolic.m, share(case))
            ),
            "simulated": simulated_over_designs(designs=16, chains=40, masks=_again),
        },
        assumptions=(assumptions.INDEPENDENT,),
        tolerance=0.02,
        proof=proofs.source_half_holds,
        note="finite d/T: (1 + 2m(1-m)(1-r)) / (1 - m^2 - r m (1-m)); 2 at m = 1/2 for every r",
    )


def _one_mask(case: Instance) -> float:
    """Return the error of edit_previous for the masks of an edit_source case."""
    errors = expected_error(case.design(), case.mask_array(), "edit_previous")
    return float(errors[-1]) / one_fit(case)


def _half_of_integers(rng: np.random.Generator) -> Instance:
    """Return a random design of integers of which no mask edits more than half."""
    while True:
        case = integers("edit_source")(rng)
        if assumptions.HALF.holds(case):
            return case


def _source_looseness() -> float:
    """Return bound over truth with fresh edits of 10 %, T = 1000, d = 10."""
    rng = np.random.default_rng(0)
    masks = schedules.fresh(30, 1000, 0.1, rng=rng)
    case = instance(rng.normal(size=(1000, 10)), masks, "edit_source")
    return bounds.SOURCE_ANY.value(case) / bounds.recursion_error(case)


def _skewed(rng: np.random.Generator, narrow: float) -> Instance:
    """Return rows drawn from a skewed Sigma, and the same Sigma as the test covariance."""
    low = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [-2.0, 0.3, 0.0]])
    root = np.diag([3.0, 0.5, narrow]) + low * rng.uniform(0.5, 1.5)
    X = rng.normal(size=(15, 3)) @ root.T
    case = instance(X, schedules.fresh(5, 15, 0.3, rng=rng), "edit_previous")
    sigma = tuple(tuple(map(float, row)) for row in root @ root.T)
    return Instance(X=case.X, masks=case.masks, workflow=case.workflow, covariance=sigma)


def _whitened_ratio(case: Instance) -> float:
    """Return the ratio for the whitened rows Sigma^-1/2 x with test covariance I."""
    X = np.linalg.solve(np.linalg.cholesky(case.sigma()), case.design().T).T
    errors = expected_error(X, case.mask_array(), case.workflow)
    return float(errors[-1] / errors[0])


def _replaced(rng: np.random.Generator) -> Instance:
    """Return a random design of integers whose labels are replaced 500 times."""
    case = integers("replace")(rng)
    return replace(case, masks=((1,) * case.n_samples,) * 500)


def _ridge_limit(case: Instance) -> Expression:
    """Return |w*|^2 plus the variance 1/(l (2 + l/g)) of every eigenvalue g of X'X."""
    variance, g, penalty = symbolic.ridge_variance_limit()
    X = sympy.Matrix(case.X)
    total = sum(
        count * variance.subs({g: value, penalty: PENALTY})
        for value, count in (X.T * X).eigenvals().items()
    )
    return case.n_features + total


def _ridge_error(case: Instance) -> float:
    weights = np.ones(case.n_features)
    errors = expected_error(
        case.design(), case.mask_array(), "replace", ridge=PENALTY, weights=weights
    )
    return float(errors[-1])


def _ridge_closed(case: Instance) -> float:
    X = case.design()
    values = np.linalg.eigvalsh(X.T @ X)
    return case.n_features + float((1 / (PENALTY * (2 + PENALTY / values))).sum())


def _simulated_ridge(case: Instance, rng: np.random.Generator) -> Estimate:
    run = simulate(
        case.design(),
        case.mask_array(),
        "replace",
        chains=1000,
        rng=rng,
        ridge=PENALTY,
        weights=np.ones(case.n_features),
    )
    return Estimate(value=float(run.mean[-1]), stderr=float(run.stderr[-1]))


SOURCE_FRESH = _fresh_source(
    (0.02, 0.7),
    "equals",
    "source-fresh",
    "edit_source, fresh rows of share m: 1 + (2m - m^2)/(1 - m^2), T >> d",
)
SOURCE_UNDER_2 = _fresh_source(
    (0.02, 0.5),
    "at most",
    "source-half",
    "edit_source, fresh rows: under 2 for every m <= 1/2, T >> d",
)
SOURCE_HALF_ANY = Claim(
    id="source-half-any",
    statement="edit_source: under 2 for every m <= 1/2, whatever X and masks",
    source=f"{OURS}, the limit taken beyond T >> d",
    relation="at most",
    derivations={"exact": CROSS, "symbolic": TABLE, "simulated": DRAWS},
    cases=attacked(
        bounds.SOURCE_HALF, draws=100, climbs=100, others=(_half_of_integers, _half_of_integers)
    ),
    span="the worst case that the search finds, and random designs of integers",
    stated=lambda _case: 2.0,
    routes={"exact": exact, "symbolic": rational, "simulated": simulated()},
    assumptions=bounds.SOURCE_HALF.assumptions,
    tolerance=1e-6,
    note="half of the rows may hold all of the information",
)
SOURCE_ANY = Claim(
    id="source-any",
    statement="edit_source, any X and masks: at most 1/(1-h)^2 + h/(1-h^2), h = max |U'M_iU|",
    source=OURS,
    relation="at most",
    derivations={"exact": CROSS, "dense": LABELS, "simulated": DRAWS},
    cases=attacked(bounds.SOURCE_ANY),
    span=SEARCHED,
    stated=bounds.SOURCE_ANY.in_fits,
    routes={"exact": exact, "dense": dense, "simulated": simulated()},
    assumptions=bounds.SOURCE_ANY.assumptions,
    proof=proofs.source_bound_holds,
    typical=_source_looseness,
)
ONE_MASK_ALIKE = Claim(
    id="one-mask-alike",
    kind="identity",
    statement="with one mask edit_source, edit_previous and mix are the same process",
    source=OURS,
    relation="equals",
    formula=ROWS,
    derivations={"exact": CROSS, "symbolic": TABLE, "simulated": DRAWS},
    cases=family(
        lambda _rng: small(TILTED, *[[1, 4]] * 6, workflow="edit_source"),
        lambda _rng: small(TILTED, *[[1, 2, 3, 4, 5]] * 3, workflow="edit_source"),
        integers("edit_source", masks="one"),
    ),
    span="two of five rows, all five, and random designs and masks of integers",
    stated=_one_mask,
    routes={"exact": exact, "symbolic": rational, "simulated": simulated()},
    assumptions=(assumptions.ONE_MASK, assumptions.INDEPENDENT),
)
COVARIANCE_FREE = Claim(
    id="covariance-free",
    kind="identity",
    statement="the ratio does not depend on Sigma where rows and test share it (no ridge)",
    source=OURS,
    relation="equals",
    formula="row recursion of whitened rows",
    derivations={"exact": ROWS, "dense": LABELS, "simulated": DRAWS},
    cases=lambda rng: tuple(
        _skewed(rng, narrow) for narrow in (0.1, 1.0, *rng.uniform(0.1, 1.0, size=2))
    ),
    span="Sigma with eigenvalues that differ by factors of a hundred to a million, T = 15, d = 3",
    assumptions=(assumptions.INDEPENDENT,),
    stated=_whitened_ratio,
    routes={"exact": exact, "dense": dense, "simulated": simulated()},
)
RIDGE = Claim(
    id="ridge-replace",
    statement="ridge caps replace at |w*|^2 + sum_g 1/(l (2 + l/g)): finite, but w* is forgotten",
    source=OURS,
    relation="equals",
    formula="geometric sum for every eigenvalue",
    derivations={
        "symbolic": "geometric sum for every eigenvalue",
        "exact": ROWS,
        "simulated": DRAWS,
    },
    cases=family(
        lambda _rng: small(TILTED, *[[1, 2, 3, 4, 5]] * 500, workflow="replace"),
        _replaced,
        _replaced,
    ),
    span="five rows of two columns, and random designs of integers; 501 fits",
    stated=_ridge_closed,
    routes={
        "symbolic": symbolic_route(_ridge_limit),
        "exact": number(_ridge_error),
        "simulated": _simulated_ridge,
    },
    tolerance=1e-4,
    unit="sigma^2",
    note="w* = (1, ..), penalty 2, g the eigenvalues of X'X",
)

SOURCE_CLAIMS = (
    SOURCE_FRESH,
    SOURCE_UNDER_2,
    SOURCE_HALF_ANY,
    SOURCE_ANY,
    ONE_MASK_ALIKE,
    COVARIANCE_FREE,
    RIDGE,
)
"""Claims about edits of the human source, and about covariance and ridge."""
