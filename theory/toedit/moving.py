"""Masks that overlap, edit_previous: fresh and geometric edits of the last labels."""

import math
from collections.abc import Mapping
from itertools import combinations

import numpy as np
import sympy

from theory.linear_chains import assumptions, bounds, limits, proofs, symbolic
from theory.linear_chains import masks as schedules
from theory.linear_chains.averages import fresh_error
from theory.linear_chains.bounds import one_fit
from theory.linear_chains.design import Mask
from theory.linear_chains.rational import Instance
from theory.linear_chains.simulation import simulate, simulate_designs
from theory.linear_chains.symbolic import Expression
from theory.toedit.evidence.cases import (
    SEARCHED,
    Draw,
    DrawMasks,
    attacked,
    family,
    gaussian,
    over,
    schedule,
    share,
)
from theory.toedit.evidence.routes import (
    DRAWS,
    LABELS,
    LARGE,
    MASKS,
    ROWS,
    dense,
    exact,
    number,
    simulated,
    simulated_over_designs,
)
from theory.toedit.evidence.routes import symbolic as symbolic_route
from theory.verdict import Claim, Estimate

OURS = "this project"
GEOMETRIC = ((0.125, 0.94), (0.5, 0.5))
"""First shares of geometric schedules and their decays; the first pair is near Table 15."""


def _fresh_ratio(case: Instance) -> float:
    return float(fresh_error(case.design(), case.sizes, "edit_previous")[-1]) / one_fit(case)


def _fresh_slope(case: Instance) -> float:
    """Return growth a generation over the second half of the chain."""
    errors = fresh_error(case.design(), case.sizes, "edit_previous")
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
        designs=12,
        chains=20,
        rng=rng,
    )
    rise, noise = run.mean[-1] - 1, math.hypot(run.stderr[-1], run.stderr[0])
    return Estimate(value=float(rise) / edits, stderr=noise / edits)


def _geometric(part: float, decay: float) -> Draw:
    """Return fresh rows of geometric shares, until less than one row in a thousand is edited."""
    edits = min(100, 1 + math.ceil(math.log(0.001) / math.log(decay)))

    def masks(rng: np.random.Generator) -> Mask:
        return schedules.geometric(edits, 4000, part, decay, rng=rng)

    return gaussian(4000, 5, masks, "edit_previous")


def _some_geometric(rng: np.random.Generator) -> Instance:
    return _geometric(float(rng.uniform(0.05, 0.5)), float(rng.uniform(0.5, 0.93)))(rng)


def _decay(case: Instance) -> float:
    """Return the decay of a geometric schedule, from its sizes after a few edits."""
    last = min(8, len(case.sizes) - 1)
    return float((case.sizes[last] / case.sizes[0]) ** (1 / last))


def _geometric_again(case: Instance) -> DrawMasks:
    """Return new masks of the sizes of a case."""
    sizes, total = case.sizes, case.n_samples
    return lambda rng: np.array([rng.permutation(total) < size for size in sizes])


def _exact_geometric(case: Instance) -> Expression:
    shares = [sympy.Rational(size, case.n_samples) for size in case.sizes]
    return 1 + sum(2 * part - part**2 for part in shares)


def _over_every_mask(case: Instance, _rng: np.random.Generator) -> Estimate:
    """Return the error by a T x T covariance, averaged over every mask of the size of each edit."""
    X, size = case.design(), case.n_samples
    fit = np.linalg.pinv(X)
    hat, labels = X @ fit, np.eye(size)
    for rows in case.sizes:
        masks = [np.isin(np.arange(size), chosen) for chosen in combinations(range(size), rows)]
        edits = np.array([np.diag(mask.astype(float)) for mask in masks])
        steps = np.eye(size) - edits + edits @ hat
        labels = (steps @ labels @ steps.transpose(0, 2, 1) + edits).mean(axis=0)
    return Estimate(value=float(np.trace(fit @ labels @ fit.T)) / one_fit(case))


def _simulated_fresh(case: Instance, rng: np.random.Generator) -> Estimate:
    """Simulate labels on this design, with masks of this size redrawn in every chain."""
    run = simulate(
        case.design(),
        schedules.redrawn(float(share(case))),
        "edit_previous",
        chains=3000,
        rng=rng,
        generations=len(case.masks) + 1,
    )
    unit = one_fit(case)
    return Estimate(value=float(run.mean[-1]) / unit, stderr=float(run.stderr[-1]) / unit)


def _any_looseness() -> Mapping[str, float]:
    """Return bound over truth for one edit of a tenth, and for geometric shares without an end."""
    rng = np.random.default_rng(0)
    cases = {
        "one edit of 10 %": gaussian(1000, 10, schedule("fresh", 1, 0.1), "edit_previous")(rng),
        "geometric 0.125 x 0.94^i": _geometric(*GEOMETRIC[0])(rng),
    }
    value, error = bounds.PREVIOUS_ANY.value, bounds.recursion_error
    return {words: value(case) / error(case) for words, case in cases.items()}


def _fresh(part: float) -> Draw:
    return gaussian(1000, 4, schedule("fresh", 60, part), "edit_previous")


def _fresh_rows(count: float) -> Draw:
    masks = schedule("fresh", 12, round(count) / 8, n_samples=8)
    return gaussian(8, 2, masks, "edit_previous")


FRESH_SLOPE = Claim(
    id="fresh-slope",
    statement="fresh rows of share m: the error grows by 2m - m^2 a generation, T >> d",
    source=OURS,
    relation="equals",
    formula=LARGE,
    derivations={"exact": MASKS, "symbolic": LARGE, "simulated": DRAWS},
    cases=over((0.02, 1.0), _fresh),
    span="shares of 2 % to 100 %, T = 1000, d = 4, 61 fits",
    stated=lambda case: limits.fresh_previous_slope(float(share(case))),
    routes={
        "exact": number(_fresh_slope),
        "symbolic": symbolic_route(
            lambda case: symbolic.fresh_slope().subs(symbolic.m, share(case))
        ),
        "simulated": _simulated_slope,
    },
    assumptions=(assumptions.INDEPENDENT,),
    tolerance=0.02,
    unit="u / generation",
    note="with row leverage r = (d+2)/(T+2): m + m (1-m) (1-r)/(1 + r (1-m))",
)
FRESH_DIVERGES = Claim(
    id="fresh-diverges",
    statement="fresh rows: at least 1 + m n after n edits, for any X; no finite bound exists",
    source=OURS,
    relation="at least",
    derivations={
        "exact": MASKS,
        "dense": "covariance of all labels, over every mask",
        "simulated": DRAWS,
    },
    cases=over((1, 8), _fresh_rows),
    span="1 to 8 of 8 rows, d = 2, twelve edits",
    stated=lambda case: 1 + float(share(case)) * len(case.masks),
    routes={
        "exact": number(_fresh_ratio),
        "dense": _over_every_mask,
        "simulated": _simulated_fresh,
    },
    assumptions=(assumptions.INDEPENDENT,),
    tolerance=1e-9,
    proof=proofs.residual_projection_holds,
    note="the mean over masks; the paper's Theorem 2 with overlapping masks breaks at n > 1/m",
)
PREVIOUS_ANY = Claim(
    id="previous-any",
    statement="edit_previous, any X and masks: at most u + 2 (sum_i sqrt(tr Sigma A M_iA'))^2",
    source=OURS,
    relation="at most",
    derivations={"exact": ROWS, "dense": LABELS, "simulated": DRAWS},
    cases=attacked(bounds.PREVIOUS_ANY),
    span=SEARCHED,
    stated=bounds.PREVIOUS_ANY.in_fits,
    routes={"exact": exact, "dense": dense, "simulated": simulated()},
    assumptions=bounds.PREVIOUS_ANY.assumptions,
    proof=proofs.residual_bound_holds,
    typical=_any_looseness,
    note="finite where sum sqrt(share) is: geometric masks of any kind stay bounded",
)
GEOMETRIC_LIMIT = Claim(
    id="geometric-limit",
    statement="fresh rows of share m eta^i: 1 + 2m/(1 - eta) - m^2/(1 - eta^2), T >> d",
    source=OURS,
    relation="equals",
    formula=LARGE,
    derivations={"exact": MASKS, "symbolic": LARGE, "simulated": DRAWS},
    cases=family(*(_geometric(part, decay) for part, decay in GEOMETRIC), _some_geometric),
    span="m = 0.05 to 0.5, eta = 0.5 to 0.94, T = 4000, d = 5",
    stated=lambda case: limits.geometric_previous(float(share(case)), _decay(case)),
    routes={
        "exact": number(_fresh_ratio),
        "symbolic": symbolic_route(_exact_geometric),
        "simulated": simulated_over_designs(designs=6, chains=25, masks=_geometric_again),
    },
    assumptions=(assumptions.INDEPENDENT,),
    tolerance=0.02,
    note="0.125 and 0.94 give 5.03, counted from i = 0; from i = 1 it is 4.80",
)

MOVING_CLAIMS = (
    FRESH_SLOPE,
    FRESH_DIVERGES,
    GEOMETRIC_LIMIT,
    PREVIOUS_ANY,
)
"""Claims about fresh and geometric edits of the previous labels."""
