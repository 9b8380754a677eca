"""Verified synthetic labels: gains at first, then the verifier's own centre (2510.16657)."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import sympy

from theory.estimates import refined
from theory.literature import verifier
from theory.literature.claims.verifier_cases import (
    CLOSE,
    GAINS,
    IMPERFECT,
    PERFECT,
    biased,
    early,
    growing,
    perfect,
    positions,
)
from theory.literature.verifier import Verified
from theory.verdict import Claim, Estimate

READ = "one direction of the features"
"""The theorem adds up directions; each obeys the same recursion."""
SOURCE = "arXiv 2510.16657 (ICLR 2026), linear regression, as we read it: one direction"
KERNEL = "density of every estimate, on a grid"
"""Derivation of the dense routes."""
DRAWS = "labels drawn and verified"
"""Derivation of every simulation."""
LINEAR = "small distances: a round shrinks them by rho"
"""Derivation of the closed forms."""


def _distance_by_kernel(case: Verified, _rng: np.random.Generator) -> Estimate:
    return Estimate(value=verifier.errors_by_kernel(case, centre=True)[-1])


def _distance_drawn(case: Verified, rng: np.random.Generator) -> Estimate:
    def some() -> Estimate:
        means, errors = verifier.simulated_errors(case, rng, runs=4000, centre=True)
        return Estimate(value=float(means[-1]), stderr=float(errors[-1]))

    return refined(some)


def _theorem_looseness() -> dict[str, float]:
    """Return the bound over the true distance, for a start near the centre and far from it."""
    near = Verified(half_width=2.0, bias=0.2, kept=30, human=30, rounds=5)
    ratios = {"b = .2": near, "b = 4": replace(near, bias=4.0)}
    return {
        words: verifier.distance_bound(case) / verifier.errors_by_kernel(case, centre=True)[-1]
        for words, case in ratios.items()
    }


def _position_after(case: Verified, step: Callable[[float, float], float]) -> float:
    position = -case.bias
    for _ in range(case.rounds):
        position = step(position, case.half_width)
    return abs(position)


def _by_closed_form(case: Verified, _rng: np.random.Generator) -> Estimate:
    return Estimate(value=_position_after(case, verifier.verified_mean))


def _by_quadrature(case: Verified, _rng: np.random.Generator) -> Estimate:
    return Estimate(value=_position_after(case, verifier.verified_mean_by_quadrature))


def _by_many_labels(case: Verified, rng: np.random.Generator) -> Estimate:
    """Return the distance after the rounds, with 2000 verified labels in each, in 20 chains.

    One label is drawn from each of 2000 equally likely parts of the verified law, so that their
    mean is as sure as that of very many free draws.
    """
    many = replace(case, kept=2000)
    finals = verifier.simulated_positions(many, rng, runs=20, start=-case.bias)
    return Estimate(
        value=float(abs(finals.mean())), stderr=float(finals.std(ddof=1) / math.sqrt(20))
    )


def _slope(case: Verified, _rng: np.random.Generator) -> Estimate:
    """Return the central difference of the mean of verified labels at the centre."""
    step = 1e-4
    ends = [verifier.verified_mean_by_quadrature(z, case.half_width) for z in (step, -step)]
    return Estimate(value=(ends[0] - ends[1]) / (2 * step))


def _variance(case: Verified, _rng: np.random.Generator) -> Estimate:
    value = verifier.contraction_by_integral(sympy.nsimplify(case.half_width))
    return Estimate(value=float(value))


def _last_by_kernel(case: Verified, _rng: np.random.Generator) -> Estimate:
    return Estimate(value=verifier.errors_by_kernel(case)[-1])


def _last_drawn(case: Verified, rng: np.random.Generator) -> Estimate:
    means, errors = verifier.simulated_errors(case, rng, runs=1500)
    return Estimate(value=float(means[-1]), stderr=float(errors[-1]))


def _reversal_by_kernel(case: Verified, _rng: np.random.Generator) -> Estimate:
    errors = verifier.errors_by_kernel(case)
    return Estimate(value=errors[-1] / min(errors))


def _reversal_drawn(case: Verified, rng: np.random.Generator) -> Estimate:
    """Return the last error over that after the best number of rounds (of the closed form)."""
    means, errors = verifier.simulated_errors(case, rng, runs=1500)
    best = round(verifier.best_rounds(case))
    value = float(means[-1] / means[best])
    return Estimate(
        value=value,
        stderr=value * math.hypot(errors[-1] / means[-1], errors[best] / means[best]),
    )


def _reversal(case: Verified) -> float:
    return verifier.error_after(case, math.inf) / verifier.best_error(case)


def _centre_looseness() -> dict[str, float]:
    """Return the bound over the true distance after 5 rounds, from near and from afar."""
    near = Verified(half_width=1.5, bias=0.3, kept=1, human=1, rounds=5)
    ratios = {"b = .3": near, "b = 6": replace(near, bias=6.0)}
    return {
        words: verifier.contraction(case.half_width) ** case.rounds
        * case.bias
        / _position_after(case, verifier.verified_mean)
        for words, case in ratios.items()
    }


SLOPE = Claim(
    id="verifier-contraction",
    statement="many labels: a round shrinks a small distance to the verifier's centre by rho < 1",
    source=f"{SOURCE}; rho = 1 - 2 a phi(a)/(2 Phi(a) - 1)",
    relation="equals",
    formula="variance of a truncated normal",
    derivations={
        "symbolic": "variance of a truncated normal",
        "dense": "slope of the truncated mean",
    },
    cases=positions,
    span="a from .3 to 3",
    stated=lambda case: verifier.contraction(case.half_width),
    routes={"symbolic": _variance, "dense": _slope},
    tolerance=1e-6,
    unit="",
)
CENTRE = Claim(
    id="verifier-centre",
    statement="many labels: after k rounds the distance to the verifier's centre is <= rho^k b",
    source=f"{SOURCE}; geometric rate from any start: this project",
    relation="at most",
    derivations={"exact": "truncated mean", "dense": "truncated mean", "simulated": DRAWS},
    cases=positions,
    span="a from .3 to 3, b up to 6, 1 to 8 rounds",
    stated=lambda case: verifier.contraction(case.half_width) ** case.rounds * case.bias,
    routes={"exact": _by_closed_form, "dense": _by_quadrature, "simulated": _by_many_labels},
    tolerance=1e-6,
    proof=verifier.contraction_steps_hold,
    typical=_centre_looseness,
    unit="",
    note="wherever the truth lies: the estimate ends at the verifier's centre",
)
THEOREM = Claim(
    id="verifier-theorem",
    statement="E|theta_k - c|^2 <= rho^2k E|theta_0 - c|^2 + sum_j rho^(2(k-j)+1)/n_j, any n_j",
    source=f"arXiv 2510.16657, Theorem 4.1 (Eq. 7), {READ}; rho: verifier-contraction",
    relation="at most",
    derivations={"dense": KERNEL, "simulated": DRAWS},
    cases=growing,
    span="a from .3 to 3, b up to 4, 1 to 6 rounds, n from 1 to 40, constant and growing",
    stated=verifier.distance_bound,
    routes={"dense": _distance_by_kernel, "simulated": _distance_drawn},
    tolerance=2e-3,
    proof=verifier.contraction_steps_hold,
    typical=_theorem_looseness,
    unit="",
    note="within .2 %, the grid of the dense route; n_j -> inf: theta converges to the centre c",
)
EARLY = Claim(
    id="verifier-early-gain",
    statement="one round: (1-rho)^2 b^2 + rho^2/h + rho/n, below 1/h for small b",
    source=f"{SOURCE}; formula: this project",
    relation="equals",
    formula=LINEAR,
    derivations={"dense": KERNEL, "simulated": DRAWS},
    cases=early,
    span="a from 1.6 to 2.4, b up to .2, h = 30, n = 40",
    stated=lambda case: verifier.error_after(case, 1),
    routes={"dense": _last_by_kernel, "simulated": _last_drawn},
    assumptions=(CLOSE,),
    tolerance=0.025,
    unit="",
    note="a limit for distances small beside a: b the verifier's error, h human and n kept labels",
)
PLATEAU = Claim(
    id="verifier-plateau",
    statement="a perfect verifier: the error tends to rho/(n (1-rho^2)), not to 0",
    source=f"{SOURCE}; value for a constant n: this project",
    relation="equals",
    formula=LINEAR,
    derivations={"dense": KERNEL, "simulated": DRAWS},
    cases=perfect,
    span="a from 1 to 2, n from 60 to 100",
    stated=verifier.floor,
    routes={"dense": _last_by_kernel, "simulated": _last_drawn},
    assumptions=(PERFECT,),
    tolerance=0.02,
    unit="",
    note="it falls with n: labels that grow from round to round go on gaining",
)
LIMIT = Claim(
    id="verifier-limit",
    statement="an imperfect verifier: the error tends to b^2 + rho/(n (1-rho^2))",
    source=f"{SOURCE}; value for a constant n: this project",
    relation="equals",
    formula=LINEAR,
    derivations={"dense": KERNEL, "simulated": DRAWS},
    cases=biased,
    span="a from 1.8 to 2, b from .1 to .2, n = 80, h = 40",
    stated=lambda case: verifier.error_after(case, math.inf),
    routes={"dense": _last_by_kernel, "simulated": _last_drawn},
    assumptions=(IMPERFECT, CLOSE),
    tolerance=0.025,
    unit="",
)
REVERSAL = Claim(
    id="verifier-reversal",
    statement="an imperfect verifier: last error over best one is (b^2+V)/(V + b^2 D/(b^2+D)) > 1",
    source=f"{SOURCE}; formula: this project, V = rho/(n (1-rho^2)), D = 1/h - V",
    relation="equals",
    formula=LINEAR,
    derivations={"dense": KERNEL, "simulated": DRAWS},
    cases=biased,
    span="a from 1.8 to 2, b from .1 to .2, n = 80, h = 40",
    stated=_reversal,
    routes={"dense": _reversal_by_kernel, "simulated": _reversal_drawn},
    assumptions=(IMPERFECT, GAINS, CLOSE),
    tolerance=0.025,
    unit="",
    note="stop after log(b^2/(b^2+D))/log rho rounds; with b = 0 the ratio is 1, no reversal",
)
VERIFIER_CLAIMS = (SLOPE, CENTRE, THEOREM, EARLY, PLATEAU, LIMIT, REVERSAL)
"""Claims about retraining on labels that a verifier let pass."""
