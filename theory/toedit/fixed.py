"""One mask for ever: what the stated recursion really gives."""

import math
from collections.abc import Callable

import numpy as np

from theory.estimates import refined
from theory.linear_chains import assumptions, bounds, limits, proofs, symbolic
from theory.linear_chains.bounds import one_fit
from theory.linear_chains.design import Array
from theory.linear_chains.matrix_forms import fixed_error, fixed_limit
from theory.linear_chains.rational import Instance
from theory.toedit.evidence.cases import (
    SEARCHED,
    Draw,
    attacked,
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
from theory.verdict import Claim, Estimate

OURS = "this project"
SPECTRUM = "eigenvalues of U'MU"
"""Derivation of the matrix forms for one mask."""
LONG = 8000
"""Rows where T >> d is meant: enough for a percent."""
TILTED = ((1, 0), (1, 1), (2, 1), (0, 3), (1, -1))


def _many_rows(part: float, edits: int = 60, n_features: int = 2) -> Draw:
    """Return one mask of so many rows that they rarely meet."""
    masks = schedule("fixed", edits, part, n_samples=LONG)
    return gaussian(LONG, n_features, masks, "edit_previous")


def _threshold(n_features: int) -> Draw:
    return _many_rows(0.366, 30, n_features)


def _some_threshold(rng: np.random.Generator) -> Instance:
    return _threshold(int(rng.integers(2, 7)))(rng)


def _finite_size(case: Instance) -> float:
    """Return the part by which a case with few kept rows may differ from T >> d."""
    kept = case.n_samples * (1 - float(share(case)))
    return 0.004 + 3 * case.n_features / kept


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


def _dense_limit(case: Instance, rng: np.random.Generator) -> Estimate:
    """Return the ratio after 256 edits with one mask over many designs, by the label covariance.

    Doubling the number of edits takes one product: with Y' = S Y + M E the covariance of the fresh
    noise after twice as many edits is N + S^k N S^k'.
    """

    def some() -> Estimate:
        X = rng.normal(size=(250, case.n_samples, case.n_features))
        fit = np.linalg.pinv(X)
        edit = np.diag(case.mask_array()[0].astype(float))
        carried = np.eye(case.n_samples) - edit + edit @ X @ fit
        added = np.broadcast_to(edit, carried.shape)
        for _ in range(8):
            added = added + carried @ added @ carried.transpose(0, 2, 1)
            carried = carried @ carried
        labels = carried @ carried.transpose(0, 2, 1) + added
        ratios = (fit @ labels * fit).sum(axis=(1, 2)) / (fit**2).sum(axis=(1, 2))
        noise = float(ratios.std(ddof=1)) / math.sqrt(len(ratios))
        return Estimate(value=float(ratios.mean()), stderr=noise)

    return refined(some, target=0.018)


def _full_ratio(case: Instance) -> Callable[[Array], float]:
    """Return the ratio of the case's own number of edits by the eigenvalues of U'MU."""
    mask, fits = case.mask_array()[0], len(case.masks) + 1

    def ratio(X: Array) -> float:
        errors = fixed_error(X, mask, fits)
        return float(errors[-1] / errors[0])

    return ratio


def _limit_ratio(case: Instance) -> Callable[[Array], float]:
    mask = case.mask_array()[0]
    return lambda X: fixed_limit(X, mask) / float(np.trace(np.linalg.inv(X.T @ X)))


FIXED_LIMIT = Claim(
    id="fixed-limit",
    statement="one mask of share m, forever: (1 + 2m)/(1 - m^2), T >> d",
    source=OURS,
    relation="equals",
    formula=LARGE,
    derivations={"symbolic": LARGE, "exact": ROWS, "dense": SPECTRUM},
    cases=over((0.02, 0.8), _many_rows, inside=1),
    span="shares of 2 % to 80 %, T = 8000, d = 2, 61 fits",
    stated=lambda case: limits.fixed(float(share(case))),
    routes={
        "symbolic": symbolic_route(
            lambda case: symbolic.fixed_limit().subs(symbolic.h, share(case))
        ),
        "exact": exact_over_designs(10),
        "dense": over_designs(_full_ratio, designs=10),
    },
    assumptions=(assumptions.ONE_MASK, assumptions.INDEPENDENT),
    tolerance=_finite_size,
)
FIXED_MATRIX = Claim(
    id="fixed-any-design",
    statement="one mask, any X: tr (X'X)^-1/2 f_n(H) (X'X)^-1/2, H = U'MU, after n edits",
    source=OURS,
    relation="equals",
    formula=SPECTRUM,
    derivations={"symbolic": TABLE, "exact": ROWS, "simulated": DRAWS},
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
    derivations={"exact": ROWS, "dense": LABELS, "simulated": DRAWS},
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
    formula=LARGE,
    derivations={"symbolic": LARGE, "exact": ROWS, "dense": SPECTRUM},
    cases=family(_threshold(2), _threshold(6), _some_threshold),
    span="one number, T = 8000, d = 2 to 6",
    stated=lambda _case: 2.0,
    routes={
        "symbolic": symbolic_route(
            lambda _case: symbolic.fixed_limit().subs(symbolic.h, symbolic.thresholds()["fixed"])
        ),
        "exact": exact_over_designs(10),
        "dense": over_designs(_full_ratio, designs=10),
    },
    assumptions=(assumptions.ONE_MASK, assumptions.INDEPENDENT),
    tolerance=_finite_size,
)
FIXED_DIVERGES = Claim(
    id="fixed-diverges",
    statement="one mask stays finite only if the kept rows determine w: else it grows as replace",
    source=OURS,
    relation="at least",
    derivations={"exact": ROWS, "symbolic": TABLE, "simulated": DRAWS},
    cases=family(
        lambda _rng: small(TILTED, *[[1, 2, 3, 4]] * 12, workflow="edit_previous"),
        _undetermined,
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
    derivations={"exact": SPECTRUM, "dense": LABELS, "simulated": DRAWS},
    cases=over((1, 16), _some_rows, inside=1),
    span="1 to 16 of 30 rows, d = 5",
    stated=lambda case: limits.fixed_mean_bound(sum(case.masks[0]), 30, 5),
    routes={
        "exact": over_designs(_limit_ratio, designs=1000),
        "dense": _dense_limit,
        "simulated": simulated_over_designs(designs=60, chains=8),
    },
    assumptions=(assumptions.ONE_MASK, assumptions.INDEPENDENT),
    proof=proofs.jensen_holds,
    typical=lambda: limits.fixed_mean_bound(125, 1000, 10) / limits.fixed(0.125),
)
FIXED_CLAIMS = (
    FIXED_LIMIT,
    FIXED_MATRIX,
    FIXED_BOUND,
    FIXED_THRESHOLD,
    FIXED_DIVERGES,
    FIXED_MEAN,
)
"""Claims about one mask for ever."""
