"""Disjoint edits of the last labels: the mean over Gaussian designs, and its limit."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import comb

import numpy as np
import sympy

from theory.linear_chains import assumptions, limits, proofs
from theory.linear_chains.projections import (
    LAST_PROVED,
    cyclic_moment,
    disjoint_mean_holds,
    free_cumulant,
    limiting_moment,
    mean_growth,
)
from theory.linear_chains.rational import Instance
from theory.toedit.evidence.cases import Draw, family, gaussian, schedule
from theory.toedit.evidence.routes import (
    DRAWS,
    LABELS,
    ROWS,
    dense_over_designs,
    exact_over_designs,
    simulated_over_designs,
)
from theory.verdict import Assumption, Claim, Estimate, Route, RouteName

OURS = "this project"


def _half_rows(n_samples: int, n_features: int) -> Draw:
    """Return disjoint edits of one or two rows that cover all rows or one less."""
    rows = 2 if n_samples > 8 else 1
    edits = n_samples // rows
    masks = schedule("disjoint", edits, rows / n_samples, n_samples=n_samples)
    return gaussian(n_samples, n_features, masks, "edit_previous")


def _some_size(least: int, most: int) -> Draw:
    def draw(rng: np.random.Generator) -> Instance:
        n_samples = int(rng.integers(least, most + 1))
        return _half_rows(n_samples, int(rng.integers(1, n_samples - 1)))(rng)

    return draw


def _mean_product(case: Instance) -> float:
    """Return 2 E tr C / d - 1, the exact mean of the bound C + C' - I over Gaussian X."""
    return float(2 * mean_growth(case.sizes, case.n_samples, case.n_features) - 1)


def _total(case: Instance) -> float:
    return float(case.mask_array().mean(axis=1).sum())


_MEAN_ROUTES: Mapping[RouteName, Route[Instance]] = {
    "exact": exact_over_designs(150),
    "dense": dense_over_designs(150),
    "simulated": simulated_over_designs(designs=20, chains=10),
}
_MEAN_WAYS: Mapping[RouteName, str] = {"exact": ROWS, "dense": LABELS, "simulated": DRAWS}
DISJOINT_MEAN_PRODUCT = Claim(
    id="disjoint-mean-product",
    statement="disjoint masks, the mean over Gaussian X: at most 2 E tr C/d - 1 by zonal sums",
    source=f"{OURS}; Jack functions: Stanley, Adv. Math. 77 (1989)",
    relation="at most",
    derivations=_MEAN_WAYS,
    cases=family(_half_rows(3, 1), _half_rows(40, 38), _half_rows(40, 1), _some_size(4, 40)),
    span="T = 3 to 40, d = 1 to T - 2",
    stated=_mean_product,
    routes=_MEAN_ROUTES,
    assumptions=(assumptions.DISJOINT, assumptions.INDEPENDENT),
    proof=proofs.disjoint_product_holds,
    typical=lambda: 1.0,
)
DISJOINT_MEAN = Claim(
    id="disjoint-mean",
    statement=f"disjoint masks, the mean over Gaussian X, T <= {LAST_PROVED}: at most 2 e^S - 1",
    source=OURS,
    relation="at most",
    derivations=_MEAN_WAYS,
    cases=family(
        _half_rows(3, 1),
        _half_rows(LAST_PROVED, 1),
        _half_rows(LAST_PROVED, LAST_PROVED - 2),
        _some_size(4, LAST_PROVED),
    ),
    span=f"T = 3 to {LAST_PROVED}, d = 1 to T - 2",
    stated=lambda case: limits.disjoint_limit(_total(case)),
    routes=_MEAN_ROUTES,
    assumptions=(
        assumptions.DISJOINT,
        assumptions.INDEPENDENT,
        Assumption(
            text=f"3 <= T <= {LAST_PROVED}",
            holds=lambda case: 3 <= case.n_samples <= LAST_PROVED,
        ),
    ),
    proof=lambda: proofs.disjoint_product_holds() and disjoint_mean_holds(),
    note="every T, d and sequence of masks, by sums of fractions: docs/theory.md, section 6",
)
DISJOINT_MEAN_LARGE = Claim(
    id="disjoint-mean-large",
    statement=f"the same for every T: proved to T = {LAST_PROVED} and in the limit, open between",
    source=f"{OURS}, a conjecture",
    relation="at most",
    derivations=_MEAN_WAYS,
    cases=family(
        _half_rows(LAST_PROVED + 1, LAST_PROVED // 2),
        _half_rows(64, 6),
        _some_size(LAST_PROVED + 1, 60),
    ),
    span=f"T = {LAST_PROVED + 1} to 64",
    stated=lambda case: limits.disjoint_limit(_total(case)),
    routes=_MEAN_ROUTES,
    assumptions=(assumptions.DISJOINT, assumptions.INDEPENDENT),
    note="missing: T^k |c_k| <= 1 + what k! forgives, for all T at once",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """A case: the cyclic moment of k rows of a projection of rank d = x T, for large T."""

    k: int
    """Number of rows."""
    share: Fraction
    """Rank over dimension, x = d/T."""

    def describe(self) -> str:
        """Return the case in words."""
        return f"k = {self.k} rows, d/T = {self.share}"


def _moments(rng: np.random.Generator) -> tuple[Moment, ...]:
    drawn = Fraction(int(rng.integers(2, 20)), 20)
    return (
        Moment(k=2, share=Fraction(1, 20)),
        Moment(k=5, share=Fraction(1, 20)),
        Moment(k=5, share=Fraction(19, 20)),
        Moment(k=int(rng.integers(3, 6)), share=drawn),
    )


def _by_legendre(case: Moment) -> float:
    share = sympy.Rational(case.share.numerator, case.share.denominator)
    return float(free_cumulant(case.k, share) / share)


def _by_zonal_limit(case: Moment, _rng: np.random.Generator) -> Estimate:
    share = sympy.Symbol("x", positive=True)
    value = limiting_moment(case.k, share)
    number_ = sympy.Rational(case.share.numerator, case.share.denominator)
    return Estimate(value=float(value.subs(share, number_)), exact=str(value.subs(share, number_)))


def _by_large_sum(case: Moment, _rng: np.random.Generator) -> Estimate:
    """Return T^k c_k at two large T, extrapolated to 1/T = 0."""
    near, far = 20_000, 40_000
    at = [float(T**case.k * cyclic_moment(case.k, T, int(case.share * T))) for T in (near, far)]
    return Estimate(value=2 * at[1] - at[0])


def _by_cumulants(case: Moment, _rng: np.random.Generator) -> Estimate:
    """Return kappa_k / x from the moments of a projection, all x, by Speicher's recursion."""
    x = case.share
    cumulants: list[Fraction] = []
    for n in range(1, case.k + 1):
        rest = sum(
            (cumulants[s - 1] * _compositions(x, s, n - s) for s in range(1, n)),
            Fraction(0),
        )
        cumulants.append(x - rest)
    return Estimate(value=float(cumulants[-1] / x), exact=str(cumulants[-1] / x))


def _compositions(moment: Fraction, parts: int, total: int) -> Fraction:
    """Return the sum of m_i1 .. m_is over i1 + .. + is = total, all moments x and m_0 = 1."""
    return sum(
        (
            comb(parts, used) * comb(total - 1, used - 1) * moment**used
            for used in range(1, min(parts, total) + 1)
        ),
        Fraction(0),
    )


MOMENT_LIMIT = Claim(
    id="disjoint-mean-limit",
    statement="T^k c_k tends to (1/x) int_0^x P_{k-1}(1 - 2t) dt, in [-1, 1]: 2 e^S - 1 holds",
    source=f"{OURS}; free cumulants: Speicher, Math. Ann. 298 (1994)",
    relation="equals",
    formula="Legendre integral of the free cumulants",
    cases=_moments,
    span="k = 2 to 5 rows, d/T = 1/20 to 19/20, T to infinity",
    stated=_by_legendre,
    routes={"symbolic": _by_zonal_limit, "exact": _by_cumulants, "dense": _by_large_sum},
    derivations={
        "symbolic": "zonal sum, limit taken by sympy",
        "exact": "free cumulants by the moment recursion",
        "dense": "zonal sum, limit taken by sympy",
    },
    tolerance=1e-6,
    unit="",
    note="for a fixed number of edits; Legendre for all k: projections.legendre_cumulants_hold",
)
MEAN_CLAIMS = (DISJOINT_MEAN_PRODUCT, DISJOINT_MEAN, DISJOINT_MEAN_LARGE, MOMENT_LIMIT)
"""Claims about the mean error of disjoint edits over Gaussian designs."""
