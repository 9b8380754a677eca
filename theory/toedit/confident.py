"""What editing the rows that the model is surest of costs: one edit, and many."""

import numpy as np

from theory.linear_chains import assumptions, limits, proofs, symbolic
from theory.linear_chains.rational import Instance
from theory.linear_chains.sighted.confident import (
    crossover,
    one_edit_by_quadrature,
    one_edit_given_labels,
)
from theory.toedit.evidence.cases import Draw, chosen, family, over, share
from theory.toedit.evidence.routes import (
    DRAWS,
    RESIDUALS,
    number,
    residuals,
    simulated,
    simulated_over_designs,
)
from theory.toedit.evidence.routes import symbolic as symbolic_route
from theory.verdict import Assumption, Claim, Estimate

OURS = "this project"
PAPER = "arXiv 2412.14689"
ONE_INTEGRAL = "noise taken out, less its part along the residuals"
"""Derivation that the closed form and the quadrature of one confident edit share."""


def _once(part: float) -> Draw:
    return chosen(part, size=(400, 2))


def _given_labels(case: Instance, rng: np.random.Generator) -> Estimate:
    """Follow the residuals of one edit over designs of the case's size."""
    mean, noise = one_edit_given_labels(
        float(share(case)), case.n_samples, case.n_features, chains=4000, rng=rng
    )
    return Estimate(value=mean, stderr=noise)


def _random_rows(case: Instance) -> float:
    """Return the error of random rows of the same share, for T >> d."""
    return limits.fresh_previous(
        [float(share(case))] * len(case.masks),
        limits.leverage(case.n_samples, case.n_features),
    )


CONFIDENT = Claim(
    id="confident-one-edit",
    statement="one edit of the surest rows: 1 + m + v - v^2, v = E[r^2; |r| < a], T >> d",
    source=OURS,
    relation="equals",
    formula=ONE_INTEGRAL,
    derivations={
        "symbolic": ONE_INTEGRAL,
        "exact": ONE_INTEGRAL,
        "dense": RESIDUALS,
        "simulated": DRAWS,
    },
    cases=over((0.05, 0.9, 1.0), _once, inside=2),
    span="shares of 5 % to 100 %, T = 400, d = 2",
    stated=lambda case: limits.confident_one_edit(float(share(case))),
    routes={
        "symbolic": symbolic_route(lambda case: symbolic.confident_one_edit(share(case))),
        "exact": number(lambda case: one_edit_by_quadrature(float(share(case)))),
        "dense": _given_labels,
        "simulated": simulated_over_designs(designs=20, chains=60),
    },
    assumptions=(assumptions.CONFIDENT,),
    tolerance=0.01,
    note="P(|r| < a) = m, v = m - 2 a phi(a); random rows have v = m, all rows give replace, 2",
)
CONFIDENT_BELOW = Claim(
    id="confident-below-fresh",
    statement="edit_previous: the surest rows add less error than random rows of the same share",
    source=f"{OURS}, a conjecture",
    relation="at most",
    derivations={"dense": RESIDUALS, "simulated": DRAWS},
    cases=over((0.1, 0.9), lambda part: chosen(part, size=(500, 3)), inside=2),
    span="one edit of 10 % to 90 %, T = 500, d = 3",
    stated=_random_rows,
    routes={"dense": residuals(4000), "simulated": simulated(3000)},
    assumptions=(assumptions.CONFIDENT,),
    tolerance=0.005,
    note="false for one edit of more than 73.8 %: confident-below-first",
)
CONFIDENT_FIRST = Claim(
    id="confident-below-first",
    statement=f"one edit: the surest rows add less than random rows for m < {crossover():.4f}",
    source=f"{OURS}; the share solves v + m = 1",
    relation="at most",
    derivations={"symbolic": ONE_INTEGRAL, "dense": RESIDUALS},
    cases=over((0.05, 0.5, crossover()), _once, inside=1),
    span="shares of 5 % to the root, T = 400, d = 2",
    stated=lambda case: limits.one_edit(float(share(case))),
    routes={
        "symbolic": symbolic_route(lambda case: symbolic.confident_one_edit(share(case))),
        "dense": _given_labels,
    },
    assumptions=(
        assumptions.CONFIDENT,
        Assumption(
            text="a share up to the root of v + m = 1",
            holds=lambda case: share(case) <= crossover() + 1e-3,
        ),
    ),
    tolerance=0.01,
    proof=proofs.confident_crossover_holds,
)
CONFIDENT_LATER = Claim(
    id="confident-below-later",
    statement="five edits and more: the surest rows add less than random rows of any share",
    source=f"{OURS}, a conjecture",
    relation="at most",
    derivations={"dense": RESIDUALS, "simulated": DRAWS},
    cases=family(
        chosen(0.9, edits=5, size=(300, 3)),
        chosen(0.5, edits=30, size=(300, 3)),
        chosen(0.05, edits=30, size=(300, 3)),
        lambda rng: chosen(float(rng.uniform(0.05, 0.9)), edits=12, size=(300, 3))(rng),
    ),
    span="shares of 5 % to 90 %, 5 to 30 edits, T = 300, d = 3",
    stated=_random_rows,
    routes={"dense": residuals(500), "simulated": simulated(300)},
    assumptions=(assumptions.CONFIDENT,),
    note="seen in simulations only; sighted.confident fits a curve to them",
)

CONFIDENT_CLAIMS = (CONFIDENT, CONFIDENT_BELOW, CONFIDENT_FIRST, CONFIDENT_LATER)
"""Claims about edits of the rows that the model is surest of."""
