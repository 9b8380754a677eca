"""Stability of retraining on real and synthetic data together (2310.00429), for Gaussians."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from theory.literature import stability
from theory.literature.stability import Retraining
from theory.verdict import Assumption, Claim, Estimate, Route, RouteName

BERTRAND = "arXiv 2310.00429, Theorem 1, as we read it"
FEW: Assumption[Retraining] = Assumption(
    text="fewer than one synthetic point for every two real ones",
    holds=lambda case: case.synthetic < 0.5,
)
ROUTES: Mapping[RouteName, Route[Retraining]] = {
    "exact": lambda case, _rng: Estimate(value=stability.radius_by_moments(case)),
    "dense": lambda case, _rng: Estimate(value=stability.radius_by_likelihood(case)),
}
WAYS: Mapping[RouteName, str] = {
    "exact": "moments of the mixture",
    "dense": "likelihoods maximised near the fixed point",
}


def shares(low: float, high: float) -> Callable[[np.random.Generator], tuple[Retraining, ...]]:
    """Return a family of synthetic parts: both ends of a range, and two points inside."""
    return lambda rng: tuple(
        Retraining(synthetic=round(float(part), 4))
        for part in (low, high, *rng.uniform(low, high, size=2))
    )


STABLE = Claim(
    id="retrain-stable",
    statement="lambda < 1/2 synthetic points a real one: errors shrink by lambda/(1 - lambda) < 1",
    source=f"{BERTRAND}; a family that holds the truth: eps = 0",
    relation="at most",
    cases=shares(0.01, 0.49),
    span="lambda from .01 to .49, infinitely many points",
    stated=stability.theorem_rate,
    routes=ROUTES,
    derivations=WAYS,
    assumptions=(FEW,),
    tolerance=1e-5,
    proof=stability.rate_is_below_the_theorems,
    typical=lambda: (
        stability.theorem_rate(Retraining(synthetic=0.25))
        / stability.rate(Retraining(synthetic=0.25))
    ),
    unit="a round",
    note="near the fixed point; the paper's error of the best model, eps, is 0 here",
)
STABLE_ANY = replace(
    STABLE,
    id="retrain-stable-any",
    statement="Gaussians: errors shrink by lambda/(1 + lambda) < 1, any number of synthetic points",
    source=f"this project; the condition of {BERTRAND}, suffices and is not needed here",
    relation="equals",
    cases=shares(0.01, 50.0),
    span="lambda from .01 to 50, infinitely many points",
    stated=stability.rate,
    formula="share of the last model in the mixture",
    assumptions=(),
    proof=None,
    typical=None,
    note="with finitely many points the error of every round adds to it; stable is not consistent",
)
STABILITY_CLAIMS = (STABLE, STABLE_ANY)
"""Claims about retraining on real and synthetic data together."""
