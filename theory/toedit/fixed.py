"""One edit, and one mask for ever: what the stated recursion really gives."""

import numpy as np

from theory.linear_chains import assumptions, bounds, limits, proofs, symbolic
from theory.linear_chains.bounds import one_fit
from theory.linear_chains.design import Array
from theory.linear_chains.matrix_forms import fixed_error, fixed_limit
from theory.linear_chains.rational import Instance
from theory.linear_chains.symbolic import Expression
from theory.toedit.evidence import (
    SEARCHED,
    Draw,
    attacked,
    dense,
    exact,
    exact_over_designs,
    family,
    gaussian,
    integers,
    over,
    over_designs,
    rational,
    schedule,
    share,
    simulated,
    simulated_one_column,
    simulated_over_designs,
    small,
)
from theory.toedit.evidence import symbolic as symbolic_route
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


def _finite_size(case: Instance) -> float:
    """Return the part by which a case with few kept rows may differ from T >> d."""
    kept = case.n_samples * (1 - float(share(case)))
    return 0.01 + 3 * case.n_features / kept


def _null_share(case: Instance) -> float:
    """Return the share of one fit's error in directions that no kept row determines."""
    X = case.design()
    fit = np.linalg.cholesky(np.linalg.inv(X.T @ X))
    values, vectors = np.linalg.eigh(((X @ fit) * case.mask_array()[0][:, None]).T @ (X @ fit))
    weights = ((fit @ vectors) ** 2).sum(axis=0)
    return float(weights[values > 1 - 1e-9].sum() / weights.sum())


def _undetermined(rng: np.random.Generator) -> Instance:
    """Return a random design of two columns of which one mask keeps a single row."""
    size = int(rng.integers(4, 7))
    X = [[int(x) for x in row] for row in rng.integers(1, 4, size=(size, 2))]
    X[0], X[1] = [1, 0], [0, 1]
    return small(X, *[range(1, size)] * 12, workflow="edit_previous")


def _some_rows(count: float) -> Draw:
    masks = schedule("fixed", 25, round(count) / 30, n_samples=30)
    return gaussian(30, 5, masks, "edit_previous")


def _limit_ratio(case: Instance, X: Array) -> float:
    return fixed_limit(X, case.masks[0]) / float(np.trace(np.linalg.inv(X.T @ X)))


ONE_EDIT = Claim(
    id="one-edit",
    statement="one edit of any rows gives (X'X)^-1 + 2 AMA' - AMPMA', for any X",
    source=OURS,
    relation="equals",
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
    cases=family(_edited(1, 3), _edited(6, 6), _some_edited),
    span="one row of three to six of six, d = 1, and between",
    stated=lambda case: limits.one_edit_finite(sum(case.masks[0]), case.n_samples, 1),
    routes={
        "symbolic": symbolic_route(_dirichlet),
        "exact": exact_over_designs(1000),
        "simulated": simulated_one_column,
    },
    assumptions=(assumptions.ENOUGH_ROWS, assumptions.INDEPENDENT),
    note="any mask of k rows; 1 + m + m (1-m) (1 - d/T) is its leading term",
)
FIXED_LIMIT = Claim(
    id="fixed-limit",
    statement="one mask of share m, forever: (1 + 2m)/(1 - m^2), T >> d",
    source=OURS,
    relation="equals",
    cases=over((0.02, 0.8), _one_mask, inside=1),
    span="shares of 2 % to 80 %, T = 1000, d = 5, 61 fits",
    stated=lambda case: limits.fixed(float(share(case))),
    routes={
        "symbolic": symbolic_route(
            lambda case: symbolic.fixed_limit().subs(symbolic.h, share(case))
        ),
        "exact": exact_over_designs(20),
        "simulated": simulated_over_designs(designs=20, chains=20),
    },
    assumptions=(assumptions.ONE_MASK, assumptions.INDEPENDENT),
    tolerance=_finite_size,
)
FIXED_MATRIX = Claim(
    id="fixed-any-design",
    statement="one mask, any X: tr (X'X)^-1/2 f_n(H) (X'X)^-1/2, H = U'MU, after n edits",
    source=OURS,
    relation="equals",
    cases=family(
        lambda _rng: small(TILTED, *[[1, 4]] * 6, workflow="edit_previous"),
        lambda _rng: small(TILTED, [], workflow="edit_previous"),
        integers("edit_previous", masks="one"),
        integers("edit_previous", masks="one"),
    ),
    span="no row, two of five, and random designs and masks of integers",
    stated=lambda case: (
        float(fixed_error(case.design(), case.masks[0], len(case.masks) + 1)[-1]) / one_fit(case)
    ),
    routes={"symbolic": rational, "exact": exact, "simulated": simulated()},
    assumptions=(assumptions.ONE_MASK, assumptions.NO_FULL_EDIT, assumptions.INDEPENDENT),
    note="f_n(h) tends to (1 + 2h)/(1 - h^2)",
)
FIXED_BOUND = Claim(
    id="fixed-bound",
    statement="one mask: the limit bounds every generation",
    source=OURS,
    relation="at most",
    cases=attacked(bounds.FIXED),
    span=SEARCHED,
    stated=bounds.FIXED.in_fits,
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
    cases=family(
        gaussian(1000, 10, schedule("fixed", 30, 0.366), "edit_previous"),
        gaussian(1000, 2, schedule("fixed", 30, 0.366), "edit_previous"),
    ),
    span="one number, at two sizes",
    stated=lambda _case: 2.0,
    routes={
        "symbolic": symbolic_route(
            lambda _case: symbolic.fixed_limit().subs(symbolic.h, symbolic.thresholds()["fixed"])
        ),
        "exact": exact_over_designs(20),
        "simulated": simulated_over_designs(designs=20, chains=25),
    },
    assumptions=(assumptions.ONE_MASK, assumptions.INDEPENDENT),
    tolerance=_finite_size,
)
FIXED_DIVERGES = Claim(
    id="fixed-diverges",
    statement="one mask stays finite only if the kept rows determine w: else it grows as replace",
    source=OURS,
    relation="at least",
    cases=family(
        lambda _rng: small(TILTED, *[[1, 2, 3, 4]] * 12, workflow="edit_previous"),
        _undetermined,
    ),
    span="twelve edits that keep one row of two columns; random designs of integers",
    stated=lambda case: (len(case.masks) + 1) * _null_share(case),
    routes={"exact": exact, "symbolic": rational, "simulated": simulated()},
    assumptions=(assumptions.ONE_MASK, assumptions.INDEPENDENT),
    proof=lambda: all(symbolic.full_edit_limit(n) == n + 1 for n in range(5)),
    note="(1 + 2m)/(1 - m^2) hides it: there T >> d and the kept rows always suffice",
)
FIXED_MEAN = Claim(
    id="fixed-mean",
    statement="Gaussian X, one mask of k rows: at most 3/2 (T-d-1)/(T-k-d-1) - 1/(2 + 2m)",
    source=f"{OURS}; finite d/T",
    relation="at most",
    cases=over((1, 16), _some_rows, inside=1),
    span="1 to 16 of 30 rows, d = 5",
    stated=lambda case: limits.fixed_mean_bound(sum(case.masks[0]), 30, 5),
    routes={
        "exact": over_designs(_limit_ratio, designs=600),
        "simulated": simulated_over_designs(designs=400, chains=8),
    },
    assumptions=(assumptions.ONE_MASK, assumptions.INDEPENDENT),
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
