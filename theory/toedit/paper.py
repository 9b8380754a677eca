"""The statements of the paper (arXiv 2412.14689), as claims."""

import math

import numpy as np
import sympy
from scipy.stats import chi2

from theory.estimates import refined
from theory.linear_chains import assumptions, bounds, limits, symbolic
from theory.linear_chains.bounds import one_fit
from theory.linear_chains.rational import Instance, exact_closed_form, exact_errors
from theory.linear_chains.regression import expected_error
from theory.linear_chains.simulation import simulate_closed_form
from theory.linear_chains.symbolic import Expression
from theory.toedit.evidence.cases import (
    SEARCHED,
    Draw,
    attacked,
    family,
    gaussian,
    integers,
    over,
    schedule,
    small,
)
from theory.toedit.evidence.routes import (
    DRAWS,
    LARGE,
    ROWS,
    TABLE,
    exact,
    exact_over_designs,
    number,
    rational,
    simulated,
    simulated_one_column,
    simulated_over_designs,
)
from theory.toedit.evidence.routes import symbolic as symbolic_route
from theory.verdict import Claim, Estimate

PAPER = "arXiv 2412.14689"
WISHART = "reciprocal of a chi-square"
"""Derivation that the gamma integral and its quadrature share."""
ONES = ((1,), (1,), (1,))
"""The smallest design that Lemma 3 admits: T = 3 labels of one mean."""


def _trace_inverse(case: Instance, rng: np.random.Generator) -> Estimate:
    """Mean of tr (X'X)^-1 over Gaussian designs of the case's size."""

    def some() -> Estimate:
        X = rng.normal(size=(5000, case.n_samples, case.n_features))
        traces = np.trace(np.linalg.inv(X.transpose(0, 2, 1) @ X), axis1=1, axis2=2)
        noise = float(traces.std()) / math.sqrt(len(traces))
        return Estimate(value=float(traces.mean()), stderr=noise)

    return refined(some)


def _reciprocal_chi2(case: Instance) -> float:
    """Return d E 1/s, s chi-square with T - d + 1 degrees of freedom, by quadrature."""
    freedom = case.n_samples - case.n_features + 1
    return case.n_features * float(chi2(freedom).expect(lambda s: 1 / s))


def _noise_through_hat(case: Instance, rng: np.random.Generator) -> Estimate:
    """Mean of e'Pe over noise e."""
    noise = rng.standard_normal((20_000, case.n_samples))
    total = ((noise @ np.linalg.qr(case.design())[0]) ** 2).sum(axis=1)
    return Estimate(value=float(total.mean()), stderr=float(total.std() / math.sqrt(len(total))))


def _hat_trace(case: Instance) -> float:
    X = case.design()
    return float(np.trace(X @ np.linalg.pinv(X)))


def _closed_form_ratio(case: Instance) -> float:
    return bounds.closed_form_error(case) / one_fit(case)


def _simulated_closed_form(case: Instance, rng: np.random.Generator) -> Estimate:
    unit = one_fit(case)

    def some() -> Estimate:
        mean, stderr = simulate_closed_form(
            case.design(), case.mask_array(), chains=20_000, rng=rng, covariance=case.sigma()
        )
        return Estimate(value=mean / unit, stderr=stderr / unit)

    return refined(some)


def closed_form_proof() -> bool:
    """Disjoint edits of every subset of three rows: 2 minus the closed form is a sum of q_t."""
    q = sympy.symbols("q1:4", positive=True)
    subsets = [[t for t in range(3) if bits >> t & 1] for bits in range(8)]
    gaps = [2 * sum(q) - (sum(q) + sum(q[t] for t in rows)) for rows in subsets]
    return all(sympy.expand(gap).is_nonnegative for gap in gaps)


def _gaussian_three_rows(case: Instance) -> Expression:
    ratio, q = symbolic.unrolled_ratio(case.masks)
    return symbolic.gaussian_expectation(ratio, q)


def _sphere_average(case: Instance) -> float:
    """Average the exact ratio over directions of x in three dimensions, by quadrature."""
    heights, weights = np.polynomial.legendre.leggauss(12)
    angles = np.arange(24) * 2 * np.pi / 24
    total = 0.0
    for height, weight in zip(heights, weights, strict=True):
        radius = math.sqrt(1 - height**2)
        for angle in angles:
            x = np.array([[radius * np.cos(angle)], [radius * np.sin(angle)], [height]])
            error = expected_error(x, case.mask_array(), case.workflow)[-1]
            total += weight / 2 / len(angles) * float(error)
    return total


def _of_size(n_samples: int, n_features: int) -> Draw:
    """Return a Gaussian design of a size, of which half of the rows are edited once."""
    masks = schedule("fresh", 1, 0.5, n_samples=n_samples)
    return gaussian(n_samples, n_features, masks, "edit_previous")


def _some_size(rng: np.random.Generator) -> Instance:
    d = int(rng.integers(1, 5))
    return _of_size(int(rng.integers(d + 7, 40)), d)(rng)


def _disjoint(total: float) -> Draw:
    """Return disjoint edits of one percent that add up to a share of all rows."""
    return gaussian(1000, 4, schedule("disjoint", round(100 * total), 0.01), "edit_previous")


def _some_three(rng: np.random.Generator) -> Instance:
    """Return one or two of three rows, then one of the others."""
    order = [int(row) + 1 for row in rng.permutation(3)]
    first = order[: int(rng.integers(1, 3))]
    return small(ONES, first, order[2:], workflow="edit_previous")


LEMMA_3 = Claim(
    id="lemma-3",
    statement="E (X'X)^-1 = Sigma^-1 / (T - d - 1)",
    source=f"{PAPER}, Lemma 3",
    relation="equals",
    formula=WISHART,
    derivations={"symbolic": WISHART, "exact": WISHART, "simulated": "designs drawn and inverted"},
    cases=family(_of_size(7, 1), _of_size(40, 4), _some_size),
    span="d = 1 to 4, T = d + 6 to 40: nearer to d + 2 a simulated mean has no finite variance",
    stated=lambda case: case.n_features / (case.n_samples - case.n_features - 1),
    routes={
        "symbolic": symbolic_route(
            lambda case: (
                case.n_features
                * symbolic.inverse_wishart_mean().subs(
                    {symbolic.T: case.n_samples, symbolic.d: case.n_features}
                )
            )
        ),
        "exact": number(_reciprocal_chi2),
        "simulated": _trace_inverse,
    },
    assumptions=(assumptions.ENOUGH_ROWS,),
    unit="tr",
    note="an equality, so not loose at all: bound over truth is 1",
)
THEOREM_1 = Claim(
    id="theorem-1",
    statement="w_{n+1} = w* + A (E_1 + sum_i M_i E_{i+1})",
    source=f"{PAPER}, Theorem 1 and Eq. 36",
    relation="equals",
    formula="Theorem 1, noise that is never met again",
    derivations={"symbolic": TABLE, "exact": ROWS, "simulated": DRAWS},
    cases=family(
        lambda _rng: small(ONES, [1], workflow="edit_previous"),
        integers("edit_previous", masks="disjoint", edits=1),
        integers("edit_previous", masks="disjoint"),
    ),
    span="three equal rows, and random designs and disjoint masks of integers",
    stated=lambda case: float(exact_closed_form(case)[-1] / exact_errors(case)[0]),
    routes={"symbolic": rational, "exact": exact, "simulated": simulated()},
    assumptions=(assumptions.ENOUGH_ROWS, assumptions.DISJOINT, assumptions.INDEPENDENT),
    note="the edited row keeps no trace of its old noise, but the fit it came from does",
)
SILENT_STEP = Claim(
    id="silent-step",
    statement="P = X (X'X)^-1 X' may be replaced by I in the proof: tr P = T",
    source=f"this project's words for what Eqs. 25 to 26 and 29 to 30 of {PAPER} need",
    relation="equals",
    formula="the step that the proof needs",
    derivations={
        "symbolic": "a projection's trace is its rank",
        "exact": "hat matrix, row by row",
        "simulated": "noise through the hat matrix",
    },
    cases=family(_of_size(3, 1), _of_size(40, 6), _some_size),
    span="T = 3 to 40, d = 1 to 6",
    stated=lambda case: float(case.n_samples),
    routes={
        "symbolic": symbolic_route(lambda case: sympy.eye(case.n_features).trace()),
        "exact": number(_hat_trace),
        "simulated": _noise_through_hat,
    },
    assumptions=(assumptions.ENOUGH_ROWS,),
    unit="tr",
    note="not said in the paper; tr P = d, and P = I needs T = d, where Lemma 3 has no value",
)
EQUATION_36 = Claim(
    id="equation-36",
    statement="disjoint edits of total share S give 1 + S",
    source=f"this project: follows from Eq. 36 of {PAPER} with M_i M_j = 0",
    relation="equals",
    formula="Eq. 36",
    derivations={"symbolic": LARGE, "exact": ROWS, "simulated": DRAWS},
    cases=over((1.0, 0.05), _disjoint),
    span="S = 5 % to 100 % in edits of 1 %, T = 1000, d = 4",
    stated=lambda case: limits.closed_form(float(case.mask_array().mean(axis=1).sum())),
    routes={
        "symbolic": symbolic_route(
            lambda case: symbolic.disjoint_closed_form(len(case.masks)).subs(
                symbolic.m, sympy.Rational(sum(case.masks[0]), case.n_samples)
            )
        ),
        "exact": exact_over_designs(8),
        "simulated": simulated_over_designs(designs=12, chains=25),
    },
    assumptions=(assumptions.DISJOINT, assumptions.INDEPENDENT),
    tolerance=0.03,
    note="a hundred edits of 1 % each: every row is edited once",
)
FIRST_BOUND = Claim(
    id="theorem-2-first",
    statement="E_test <= 2 sigma^2 tr (X'X)^-1, for a given design",
    source=f"this project: follows from Theorem 2 of {PAPER}, first part, without its Lemma 3",
    relation="at most",
    derivations={"symbolic": TABLE, "exact": ROWS, "simulated": DRAWS},
    cases=attacked(
        bounds.THEOREM_2_FIRST, others=(integers("edit_previous", masks="disjoint"),) * 2
    ),
    span="the worst case that the search finds, and random designs of integers",
    stated=lambda _case: 2.0,
    routes={"symbolic": rational, "exact": exact, "simulated": simulated(20_000)},
    assumptions=bounds.THEOREM_2_FIRST.assumptions,
    note="found and shrunk by theory.linear_chains.search.refuter",
)
FIRST_BOUND_GAUSSIAN = Claim(
    id="theorem-2-first-mean",
    statement="E_test <= 2 sigma^2 d / (T - d - 1), over Gaussian designs",
    source=f"{PAPER}, Theorem 2, first part",
    relation="at most",
    derivations={
        "symbolic": "Dirichlet moments of the unrolled labels",
        "exact": "row recursion over all directions of x",
        "simulated": DRAWS,
    },
    cases=family(
        lambda _rng: small(ONES, [1, 2], [3], workflow="edit_previous"),
        lambda _rng: small(ONES, [1], [2], workflow="edit_previous"),
        _some_three,
    ),
    span="T = 3, d = 1: one or two rows, then another one",
    stated=lambda _case: 2.0,
    routes={
        "symbolic": symbolic_route(_gaussian_three_rows),
        "exact": number(_sphere_average),
        "simulated": simulated_one_column,
    },
    assumptions=(assumptions.ENOUGH_ROWS, assumptions.DISJOINT, assumptions.INDEPENDENT),
    note="x is averaged over Gaussian rows; the rows (1) (1) (1) only name the masks",
)
CLOSED_FORM = Claim(
    id="closed-form",
    statement="the closed form of Theorem 1 stays under 2 with disjoint masks",
    source=f"this project: follows from Eq. 36 of {PAPER}, taken as the process itself",
    relation="at most",
    derivations={"exact": "Eq. 36", "simulated": DRAWS},
    cases=attacked(bounds.THEOREM_2_CLOSED_FORM, climbs=100),
    span=SEARCHED,
    stated=lambda _case: 2.0,
    routes={"exact": number(_closed_form_ratio), "simulated": _simulated_closed_form},
    assumptions=bounds.THEOREM_2_CLOSED_FORM.assumptions,
    proof=closed_form_proof,
    note="sum_i M_i <= I, so the edits add at most one more fit",
)
PAPER_CLAIMS = (
    LEMMA_3,
    THEOREM_1,
    SILENT_STEP,
    EQUATION_36,
    FIRST_BOUND,
    FIRST_BOUND_GAUSSIAN,
    CLOSED_FORM,
)
"""Claims of the paper itself, by equation and theorem."""
