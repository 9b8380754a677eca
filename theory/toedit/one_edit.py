"""One edit of any rows: what the stated recursion really gives."""

import numpy as np

from theory.linear_chains import assumptions, limits, symbolic
from theory.linear_chains.bounds import one_fit
from theory.linear_chains.rational import Instance
from theory.linear_chains.symbolic import Expression
from theory.toedit.evidence.cases import (
    Draw,
    family,
    gaussian,
    integers,
    over,
    schedule,
    share,
    small,
)
from theory.toedit.evidence.routes import (
    DRAWS,
    LARGE,
    ROWS,
    TABLE,
    exact,
    exact_over_designs,
    rational,
    simulated,
    simulated_one_column,
    simulated_over_designs,
)
from theory.toedit.evidence.routes import symbolic as symbolic_route
from theory.verdict import Claim

OURS = "this project"
TILTED = ((1, 0), (1, 1), (2, 1), (0, 3), (1, -1))


def _one_edit_formula(case: Instance) -> float:
    """Return tr of AA' + 2 AMA' - AMPMA' over tr AA'."""
    X = case.design()
    fit = np.linalg.pinv(X)
    edited = fit * case.mask_array()[0]
    mixed = edited @ X
    total = np.trace(fit @ fit.T + 2 * edited @ fit.T - mixed @ fit @ edited.T)
    return float(total / one_fit(case))


def _edited(n_rows: int, of: int) -> Draw:
    """Return one edit of so many of T rows of one Gaussian column."""
    masks = schedule("fixed", 1, n_rows / of, n_samples=of)
    return gaussian(of, 1, masks, "edit_previous")


def _some_edited(rng: np.random.Generator) -> Instance:
    size = int(rng.integers(4, 7))
    return _edited(int(rng.integers(2, size)), size)(rng)


def _dirichlet(case: Instance) -> Expression:
    ratio, q = symbolic.unrolled_ratio(case.masks)
    return symbolic.gaussian_expectation(ratio, q)


def _one_mask(part: float, edits: int = 60) -> Draw:
    return gaussian(1000, 5, schedule("fixed", edits, part), "edit_previous")


ONE_EDIT = Claim(
    id="one-edit",
    statement="one edit of any rows gives (X'X)^-1 + 2 AMA' - AMPMA', for any X",
    source=OURS,
    relation="equals",
    formula="A r = 0, one edit",
    derivations={"symbolic": TABLE, "exact": ROWS, "simulated": DRAWS},
    cases=family(
        lambda _rng: small(TILTED, [1, 4], workflow="edit_previous"),
        lambda _rng: small(TILTED, [], workflow="edit_previous"),
        lambda _rng: small(TILTED, [1, 2, 3, 4, 5], workflow="edit_previous"),
        integers("edit_previous", edits=1),
    ),
    span="no row to every row of five, and random designs of integers",
    stated=_one_edit_formula,
    routes={"symbolic": rational, "exact": exact, "simulated": simulated()},
    assumptions=(assumptions.ENOUGH_ROWS, assumptions.INDEPENDENT),
    tolerance=1e-6,
)
ONE_EDIT_LIMIT = Claim(
    id="one-edit-limit",
    statement="one edit of share m gives 1 + 2m - m^2, T >> d",
    source=OURS,
    relation="equals",
    formula=LARGE,
    derivations={"symbolic": LARGE, "exact": ROWS, "simulated": DRAWS},
    cases=over((0.02, 1.0), lambda part: _one_mask(part, 1), inside=2),
    span="shares of 2 % to 100 %, T = 1000, d = 5",
    stated=lambda case: limits.one_edit(float(share(case))),
    routes={
        "symbolic": symbolic_route(
            lambda case: symbolic.disjoint_closed_form(1).subs(symbolic.m, share(case))
        ),
        "exact": exact_over_designs(20),
        "simulated": simulated_over_designs(designs=20, chains=60),
    },
    assumptions=(assumptions.INDEPENDENT,),
    tolerance=0.02,
    note="Theorem 1 gives 1 + m",
)
ONE_EDIT_FINITE = Claim(
    id="one-edit-finite",
    statement="over Gaussian X one edit of k rows gives 1 + 2m - m (r + (1-r)(k-1)/(T-1)), exactly",
    source=f"{OURS}; r = (d+2)/(T+2), m = k/T",
    relation="equals",
    formula="moments of a row's leverage",
    derivations={
        "symbolic": "Dirichlet moments of the unrolled labels",
        "exact": ROWS,
        "simulated": DRAWS,
    },
    cases=family(_edited(1, 3), _edited(6, 6), _some_edited),
    span="one row of three to six of six, d = 1, and between",
    stated=lambda case: limits.one_edit_finite(sum(case.masks[0]), case.n_samples, 1),
    routes={
        "symbolic": symbolic_route(_dirichlet),
        "exact": exact_over_designs(60, target=0.05),
        "simulated": simulated_one_column,
    },
    assumptions=(assumptions.ENOUGH_ROWS, assumptions.INDEPENDENT),
    note="any mask of k rows; 1 + m + m (1-m) (1 - d/T) is its leading term",
)
ONE_EDIT_CLAIMS = (ONE_EDIT, ONE_EDIT_LIMIT, ONE_EDIT_FINITE)
"""Claims about one edit."""
