"""Workflows without editing: what earlier work states, and the plateau it observed."""

import sympy

from theory.linear_chains import limits, proofs, symbolic
from theory.linear_chains.averages import subsample_error
from theory.linear_chains.bounds import one_fit
from theory.linear_chains.rational import Instance
from theory.toedit.evidence import exact, gaussian, number, schedule, simulated
from theory.toedit.evidence import symbolic as symbolic_route
from theory.verdict import Claim


def _subsample_ratio(case: Instance) -> float:
    return float(subsample_error(case.design(), len(case.masks) + 1)[-1]) / one_fit(case)


REPLACE = Claim(
    id="replace",
    statement="n fits to fully replaced labels give n",
    source="arXiv 2402.07712; arXiv 2404.01413",
    relation="equals",
    subject=gaussian(30, 3, schedule("fixed", 9, 1.0, n_samples=30), "replace"),
    stated=lambda case: limits.replace(len(case.masks) + 1),
    routes={
        "symbolic": symbolic_route(
            lambda case: symbolic.fixed_recursion(len(case.masks)).subs(symbolic.h, 1)
        ),
        "exact": exact,
        "simulated": simulated(),
    },
)
ACCUMULATE = Claim(
    id="accumulate",
    statement="pooling all labels gives sum 1/i^2, under pi^2/6",
    source="arXiv 2404.01413, Theorem 2",
    relation="equals",
    subject=gaussian(20, 2, schedule("fixed", 9, 1.0, n_samples=20), "accumulate"),
    stated=lambda case: limits.accumulate(len(case.masks) + 1),
    routes={
        "symbolic": symbolic_route(
            lambda case: (
                sympy.harmonic(len(case.masks) + 1, 2)
                if symbolic.accumulate_limit() == sympy.pi**2 / 6
                else sympy.nan
            )
        ),
        "exact": exact,
        "simulated": simulated(),
    },
)
SUBSAMPLE = Claim(
    id="subsample",
    statement="accumulate_subsample plateaus: below pi^2/2 - 2 = 2.935 after any number of fits",
    source="plateau: arXiv 2410.16713; its value: this project, T >> d",
    relation="at most",
    subject=gaussian(1000, 10, schedule("fixed", 30, 1.0), "accumulate_subsample"),
    stated=lambda _case: float(symbolic.subsample_limit()),
    routes={
        "symbolic": symbolic_route(lambda case: symbolic.subsample_recursion(len(case.masks) + 1)),
        "exact": number(_subsample_ratio),
        "simulated": simulated(500),
    },
    tolerance=0.01,
    proof=proofs.subsample_steps_hold,
    note="every fit gives each row one of its labels so far, uniformly; 31 fits shown",
)

EARLIER_CLAIMS = (REPLACE, ACCUMULATE, SUBSAMPLE)
"""Claims about workflows that do not edit."""
