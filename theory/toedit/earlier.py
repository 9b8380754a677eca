"""Workflows without editing: what earlier work states, and the plateau it observed."""

from functools import partial

import numpy as np
import sympy

from theory.estimates import refined
from theory.linear_chains import limits, proofs, symbolic
from theory.linear_chains.averages import pairs_error, subsample_error
from theory.linear_chains.bounds import one_fit
from theory.linear_chains.design import Workflow
from theory.linear_chains.rational import Instance
from theory.linear_chains.simulation import simulate
from theory.toedit.evidence.cases import Draw, family, gaussian, over, schedule
from theory.toedit.evidence.routes import DRAWS, ROWS, exact, number, simulated
from theory.toedit.evidence.routes import symbolic as symbolic_route
from theory.verdict import Claim, Estimate

KAZDAN = "arXiv 2410.16713"
PLATEAU = "pi^2/2 - 2 = 2.935"


def _refitted(workflow: Workflow, n_samples: int, n_features: int, fits: float) -> Draw:
    """Return a Gaussian design whose labels are all drawn again at every fit."""
    masks = schedule("fixed", round(fits) - 1, 1.0, n_samples=n_samples)
    return gaussian(n_samples, n_features, masks, workflow)


def _subsample_ratio(case: Instance) -> float:
    return float(subsample_error(case.design(), len(case.masks) + 1)[-1]) / one_fit(case)


def _given_pairs(case: Instance, rng: np.random.Generator, *, target: float = 0.05) -> Estimate:
    """Average the error over draws of the pairs, with the noise averaged exactly for each."""
    X, fits, unit = case.design(), len(case.masks) + 1, one_fit(case)

    def some() -> Estimate:
        values = [pairs_error(X, fits, rng=rng)[-1] / unit for _ in range(6)]
        return Estimate(value=float(np.mean(values)), stderr=float(np.std(values, ddof=1)) / 6**0.5)

    return refined(some, target=target, most=20)


def _labels_of_pairs(case: Instance, rng: np.random.Generator) -> Estimate:
    """Simulate labels and draws of the pairs."""
    masks = case.mask_array()
    run = simulate(case.design(), masks, case.workflow, chains=250, rng=rng)
    unit = one_fit(case)
    return Estimate(value=float(run.mean[-1]) / unit, stderr=float(run.stderr[-1]) / unit)


REPLACE = Claim(
    id="replace",
    statement="n fits to fully replaced labels give n",
    source="arXiv 2402.07712; arXiv 2404.01413",
    relation="equals",
    formula="noises of one size add up",
    derivations={"symbolic": "noises of one size add up", "exact": ROWS, "simulated": DRAWS},
    cases=over((2, 9), lambda fits: _refitted("replace", 30, 3, fits)),
    span="2 to 9 fits, T = 30, d = 3",
    stated=lambda case: limits.replace(len(case.masks) + 1),
    routes={
        "symbolic": symbolic_route(
            lambda case: symbolic.fixed_recursion(len(case.masks)).subs(symbolic.h, 1)
        ),
        "exact": exact,
        "simulated": simulated(2000),
    },
)
ACCUMULATE = Claim(
    id="accumulate",
    statement="pooling all labels gives sum 1/i^2, under pi^2/6",
    source="arXiv 2404.01413, Theorem 2",
    relation="equals",
    formula="pooled noises add up",
    derivations={
        "symbolic": "pooled noises add up",
        "exact": "moments of the pooled labels",
        "simulated": DRAWS,
    },
    cases=over((2, 60), lambda fits: _refitted("accumulate", 20, 2, fits)),
    span="2 to 60 fits, T = 20, d = 2",
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
    statement=f"one label a row by lot: below {PLATEAU} after any fits, T >> d",
    source=f"{KAZDAN} sees a plateau where T of the nT pairs are drawn; this lottery: this project",
    relation="at most",
    derivations={
        "symbolic": "lots that rarely meet, T >> d",
        "exact": "cross moments over all lots, given X",
        "simulated": DRAWS,
    },
    cases=over((2, 40), lambda fits: _refitted("accumulate_subsample", 1000, 4, fits)),
    span="2 to 40 fits, T = 1000, d = 4",
    stated=lambda _case: float(symbolic.subsample_limit()),
    routes={
        "symbolic": symbolic_route(lambda case: symbolic.subsample_recursion(len(case.masks) + 1)),
        "exact": number(_subsample_ratio),
        "simulated": simulated(150),
    },
    tolerance=0.015,
    proof=proofs.subsample_steps_hold,
    note="every row keeps one of its labels so far, so that no row repeats or is missing",
)
PAIRS_LIMIT = Claim(
    id="subsample-pairs-limit",
    statement="T of the nT pairs drawn at every fit, T >> d: the same 3 sum 1/i^2 - 2",
    source=f"process: {KAZDAN}; value: this project",
    relation="equals",
    formula="lots that rarely meet, T >> d",
    derivations={
        "symbolic": "lots that rarely meet, T >> d",
        "dense": "map of all noises for drawn pairs",
        "simulated": DRAWS,
    },
    cases=over((2, 12), lambda fits: _refitted("accumulate_subsample_pairs", 500, 1, fits)),
    span="2 to 12 fits, T = 500, d = 1",
    stated=lambda case: limits.accumulate_subsample(len(case.masks) + 1),
    routes={
        "symbolic": symbolic_route(lambda case: symbolic.subsample_recursion(len(case.masks) + 1)),
        "dense": partial(_given_pairs, target=0.012),
        "simulated": _labels_of_pairs,
    },
    tolerance=0.015,
    note="two fits k < l share T/l pairs on average, as many as rows that keep a label by lot",
)
PAIRS_PLATEAU = Claim(
    id="subsample-pairs",
    statement=f"T of the nT pairs drawn at every fit: below {PLATEAU} at any T and d",
    source=f"process and grid of T, d: {KAZDAN}; the bound taken beyond T >> d: this project",
    relation="at most",
    derivations={"dense": "map of all noises for drawn pairs", "simulated": DRAWS},
    cases=family(
        _refitted("accumulate_subsample_pairs", 32, 10, 20),
        _refitted("accumulate_subsample_pairs", 100, 32, 15),
        lambda rng: _refitted("accumulate_subsample_pairs", int(rng.integers(24, 60)), 8, 15)(rng),
    ),
    span="T = 32, d = 10 and T = 100, d = 32 of their grid; T = 24 to 60, d = 8",
    stated=lambda _case: float(symbolic.subsample_limit()),
    routes={"dense": _given_pairs, "simulated": _labels_of_pairs},
    note="repeated rows make every fit a fit to fewer rows: 4.2 at T/d = 3",
)

EARLIER_CLAIMS = (REPLACE, ACCUMULATE, SUBSAMPLE, PAIRS_LIMIT, PAIRS_PLATEAU)
"""Claims about workflows that do not edit."""
