"""Verified synthetic labels: gains at first, then the verifier's own centre (2510.16657)."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import sympy

from theory.literature import verifier
from theory.literature.verifier import Verified
from theory.verdict import Assumption, Claim, Estimate

READ = "one direction of the features"
"""The theorem adds up directions; each obeys the same recursion."""
SOURCE = "arXiv 2510.16657 (ICLR 2026), linear regression, as we read it: one direction"
PERFECT: Assumption[Verified] = Assumption(
    text="the verifier's centre is the truth", holds=lambda case: case.bias == 0
)
IMPERFECT: Assumption[Verified] = Assumption(
    text="the verifier's centre is not the truth", holds=lambda case: case.bias != 0
)
GAINS: Assumption[Verified] = Assumption(
    text="few human labels: 1/h exceeds the variance that verified labels leave",
    holds=lambda case: 1 / case.human > verifier.floor(case),
)
CLOSE: Assumption[Verified] = Assumption(
    text="b and the first error are small beside a",
    holds=lambda case: abs(case.bias) + 2 / math.sqrt(case.human) <= 0.6 * case.half_width,
)


def positions(rng: np.random.Generator) -> tuple[Verified, ...]:
    """Return verifiers of several widths and distances; only a and b matter."""
    base = Verified(half_width=1.0, bias=0.5, kept=1, human=1, rounds=1)
    a, b = round(float(rng.uniform(0.3, 3.0)), 2), round(float(rng.uniform(0.1, 5.0)), 2)
    return (
        replace(base, half_width=0.3, bias=0.2),
        replace(base, half_width=3.0, bias=6.0),
        replace(base, half_width=a, bias=b, rounds=int(rng.integers(2, 9))),
    )


def perfect(rng: np.random.Generator) -> tuple[Verified, ...]:
    """Return long chains with a verifier that is right."""
    a = round(float(rng.uniform(1.0, 2.0)), 2)
    base = Verified(half_width=1.5, bias=0.0, kept=60, human=25, rounds=12)
    return (base, replace(base, half_width=a, kept=int(rng.integers(60, 100))))


def early(rng: np.random.Generator) -> tuple[Verified, ...]:
    """Return one round of verified labels after few human ones."""
    a = round(float(rng.uniform(1.6, 2.4)), 2)
    base = Verified(half_width=2.0, bias=0.0, kept=40, human=30, rounds=1)
    return (
        base,
        replace(base, bias=0.2),
        replace(base, half_width=a, bias=round(float(rng.uniform(0, 0.2)), 3)),
    )


def biased(rng: np.random.Generator) -> tuple[Verified, ...]:
    """Return long chains with a verifier that is a little wrong."""
    b = round(float(rng.uniform(0.1, 0.3)), 3)
    base = Verified(half_width=2.0, bias=0.2, kept=60, human=25, rounds=25)
    return (base, replace(base, bias=b, half_width=1.8))


def growing(rng: np.random.Generator) -> tuple[Verified, ...]:
    """Return a narrow verifier far off, one label a round, growing rounds, and a random chain."""
    a, b = round(float(rng.uniform(0.3, 3.0)), 2), round(float(rng.uniform(0.0, 4.0)), 2)
    base = Verified(half_width=1.0, bias=0.5, kept=1, human=2, rounds=4)
    return (
        base,
        replace(base, half_width=0.3, bias=4.0, kept=5, rounds=2),
        replace(base, half_width=2.5, kept=4, growth=6, rounds=6),
        replace(base, half_width=a, bias=b, kept=int(rng.integers(2, 40)), rounds=3),
    )


def _distance_by_kernel(case: Verified, _rng: np.random.Generator) -> Estimate:
    return Estimate(value=verifier.errors_by_kernel(case, centre=True)[-1])


def _distance_drawn(case: Verified, rng: np.random.Generator) -> Estimate:
    means, errors = verifier.simulated_errors(case, rng, runs=4000, centre=True)
    return Estimate(value=float(means[-1]), stderr=float(errors[-1]))


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
    """Return the distance after the rounds, with 20,000 verified labels in each, in 20 chains."""
    many = replace(case, kept=20_000, human=20_000)
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
    means, errors = verifier.simulated_errors(case, rng, runs=3000)
    return Estimate(value=float(means[-1]), stderr=float(errors[-1]))


def _reversal_by_kernel(case: Verified, _rng: np.random.Generator) -> Estimate:
    errors = verifier.errors_by_kernel(case)
    return Estimate(value=errors[-1] / min(errors))


def _reversal_drawn(case: Verified, rng: np.random.Generator) -> Estimate:
    """Return the last error over that after the best number of rounds (of the closed form)."""
    means, errors = verifier.simulated_errors(case, rng, runs=3000)
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
    cases=positions,
    span="a from .3 to 3, b up to 6, 1 to 8 rounds",
    stated=lambda case: verifier.contraction(case.half_width) ** case.rounds * case.bias,
    routes={"exact": _by_closed_form, "dense": _by_quadrature, "simulated": _by_many_labels},
    derivations={"exact": "truncated mean", "dense": "truncated mean"},
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
    cases=early,
    span="a from 1.6 to 2.4, b up to .2, h = 30, n = 40",
    stated=lambda case: verifier.error_after(case, 1),
    routes={"dense": _last_by_kernel, "simulated": _last_drawn},
    assumptions=(CLOSE,),
    tolerance=0.05,
    unit="",
    note="a limit for distances small beside a: b the verifier's error, h human and n kept labels",
)
PLATEAU = Claim(
    id="verifier-plateau",
    statement="a perfect verifier: the error tends to rho/(n (1-rho^2)), not to 0",
    source=f"{SOURCE}; value for a constant n: this project",
    relation="equals",
    cases=perfect,
    span="a from 1 to 2, n from 60 to 100",
    stated=verifier.floor,
    routes={"dense": _last_by_kernel, "simulated": _last_drawn},
    assumptions=(PERFECT,),
    tolerance=0.03,
    unit="",
    note="it falls with n: labels that grow from round to round go on gaining",
)
LIMIT = Claim(
    id="verifier-limit",
    statement="an imperfect verifier: the error tends to b^2 + rho/(n (1-rho^2))",
    source=f"{SOURCE}; value for a constant n: this project",
    relation="equals",
    cases=biased,
    span="a = 1.8 and 2, b from .1 to .3, n = 60, h = 25",
    stated=lambda case: verifier.error_after(case, math.inf),
    routes={"dense": _last_by_kernel, "simulated": _last_drawn},
    assumptions=(IMPERFECT, CLOSE),
    tolerance=0.03,
    unit="",
)
REVERSAL = Claim(
    id="verifier-reversal",
    statement="an imperfect verifier: last error over best one is (b^2+V)/(V + b^2 D/(b^2+D)) > 1",
    source=f"{SOURCE}; formula: this project, V = rho/(n (1-rho^2)), D = 1/h - V",
    relation="equals",
    cases=biased,
    span="a = 1.8 and 2, b from .1 to .3, n = 60, h = 25",
    stated=_reversal,
    routes={"dense": _reversal_by_kernel, "simulated": _reversal_drawn},
    assumptions=(IMPERFECT, GAINS, CLOSE),
    tolerance=0.06,
    unit="",
    note="stop after log(b^2/(b^2+D))/log rho rounds; with b = 0 the ratio is 1, no reversal",
)
VERIFIER_CLAIMS = (SLOPE, CENTRE, THEOREM, EARLY, PLATEAU, LIMIT, REVERSAL)
"""Claims about retraining on labels that a verifier let pass."""
