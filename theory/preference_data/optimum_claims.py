"""Where preference losses are least: a finite margin under noise, none without, and log 2."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import sympy
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from scipy.optimize import minimize
from scipy.special import lambertw

from theory.preference_data.losses import dpo, dpo_gradient, nca
from theory.verdict import Claim, Estimate

Array = NDArray[np.float64]
OURS = "this project"
_DRAWS, _BATCHES = 40_000, 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Noisy:
    """A case: pairs of two answers, of which a share has its label turned round."""

    noise: float
    """Share e of pairs whose label is wrong."""
    beta: float = 1.0

    def describe(self) -> str:
        """Return the case in words."""
        return f"label noise {self.noise:g}, beta = {self.beta:g}"


def _minimised(loss: Callable[[Array], float], start: Sequence[float]) -> Array:
    found = minimize(loss, np.array(start), method="BFGS", options={"gtol": 1e-9})
    return np.asarray(found.x)


def _noisy(loss: Callable[..., Array], case: Noisy, h: Array) -> float:
    """Return the mean loss of two log ratios over labels that are right and wrong."""
    a, b = h[:1], h[1:2]
    right, wrong = loss(a, b, beta=case.beta), loss(b, a, beta=case.beta)
    return float(((1 - case.noise) * right + case.noise * wrong)[0])


def _dpo_margin(case: Noisy, _rng: np.random.Generator) -> Estimate:
    best = _minimised(lambda h: _noisy(dpo, case, h), (0.1, -0.1))
    return Estimate(value=float(case.beta * (best[0] - best[1])))


def _dpo_stationary(case: Noisy, _rng: np.random.Generator) -> Estimate:
    """Solve the derivative of the noisy loss by the margin for zero, by symbols."""
    m, odds = sympy.symbols("m odds", positive=True)
    e = sympy.nsimplify(case.noise, rational=True)
    slope = sympy.diff((1 - e) * sympy.log(1 + sympy.exp(-m)) + e * sympy.log(1 + sympy.exp(m)), m)
    (root,) = sympy.solve(sympy.together(slope.subs(sympy.exp(m), odds).subs(m, sympy.log(odds))))
    return Estimate(value=float(sympy.log(root)), exact=f"log({root})")


def _dpo_drawn(case: Noisy, rng: np.random.Generator) -> Estimate:
    """Draw labels and fit the margin by Newton's steps, once for every batch."""
    kept = 1 - rng.binomial(_DRAWS, case.noise, size=_BATCHES) / _DRAWS
    margin = np.zeros(_BATCHES)
    for _ in range(40):
        s = 1 / (1 + np.exp(-margin))
        margin += (kept - s) / (s * (1 - s))
    return Estimate.over(margin)


def _noises(rng: np.random.Generator) -> Sequence[Noisy]:
    drawn = Noisy(noise=round(float(rng.uniform(0.03, 0.4)), 3), beta=0.5)
    return (Noisy(noise=0.1), Noisy(noise=0.25, beta=0.1), Noisy(noise=0.02), drawn)


NOISY_MARGIN: Claim[Noisy] = Claim(
    id="dpo-noise",
    statement="where a share e of labels is wrong, DPO's best margin beta (h_w - h_l) is "
    "log((1 - e)/e)",
    source=OURS,
    relation="equals",
    cases=_noises,
    span="e = .02 to .4, beta = .1 to 1",
    stated=lambda case: math.log((1 - case.noise) / case.noise),
    formula="log odds of a right label",
    routes={"symbolic": _dpo_stationary, "exact": _dpo_margin, "simulated": _dpo_drawn},
    derivations={
        "symbolic": "derivative set to zero",
        "exact": "loss minimised over both log ratios",
        "simulated": "labels drawn and fitted",
    },
    tolerance=1e-5,
    unit="nats",
    note="finite, and infinite without noise for every beta, which therefore bounds no distance "
    "to the reference; see dpo-flow",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Flow:
    """A case: DPO on one pair without noise, by gradient flow from the reference."""

    beta: float
    time: float

    def describe(self) -> str:
        """Return the case in words."""
        return f"beta = {self.beta:g}, time {self.time:g}"


def _flowed(case: Flow) -> float:
    """Return h_w - h_l: u / beta where u + exp(u) = 1 + 2 beta^2 t, by Lambert's function."""
    whole = 1 + 2 * case.beta**2 * case.time
    if whole > 600:  # the exponential of it is no number
        u = math.log(whole)
        for _ in range(50):
            u = math.log(whole - u)
        return u / case.beta
    return float(whole - np.real(lambertw(math.exp(whole)))) / case.beta


def _flow_integrated(case: Flow, _rng: np.random.Generator) -> Estimate:
    def speed(_: float, h: Array) -> Array:
        by_w, by_l = dpo_gradient(h[:1], h[1:], beta=case.beta)
        return -np.concatenate((by_w, by_l))

    ran = solve_ivp(speed, (0, case.time), np.zeros(2), method="LSODA", rtol=1e-10, atol=1e-12)
    return Estimate(value=float(ran.y[0, -1] - ran.y[1, -1]))


def _flow_by_steps(case: Flow, _rng: np.random.Generator) -> Estimate:
    """Descend by 2,000 and by 4,000 equal steps, and extrapolate to none."""
    ends = []
    for steps in (2_000, 4_000):
        w = q = 0.0
        for _ in range(steps):
            push = case.beta / (1 + math.exp(case.beta * (w - q))) * case.time / steps
            w, q = w + push, q - push
        ends.append(w - q)
    return Estimate(value=2 * ends[1] - ends[0])


FLOW: Claim[Flow] = Claim(
    id="dpo-flow",
    statement="on pairs without noise DPO's log ratios part without end, whatever beta: after a "
    "time t of gradient flow u + exp(u) = 1 + 2 beta^2 t for u = beta (h_w - h_l)",
    source=OURS,
    relation="equals",
    cases=lambda rng: (
        Flow(beta=1.0, time=10.0),
        Flow(beta=0.1, time=1000.0),
        Flow(beta=3.0, time=20.0),
        Flow(beta=round(float(rng.uniform(0.1, 2)), 2), time=round(float(rng.uniform(1, 100)), 1)),
    ),
    span="beta = .1 to 3, t = 1 to 1,000",
    stated=_flowed,
    formula="variables parted",
    routes={"exact": _flow_integrated, "dense": _flow_by_steps},
    derivations={"exact": "flow of both log ratios integrated", "dense": "small steps down"},
    tolerance=2e-3,
    unit="nats between the log ratios",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Several:
    """A case: NCA on answers to one prompt of which one is chosen, without noise."""

    answers: int

    def describe(self) -> str:
        """Return the case in words."""
        return f"{self.answers} answers"


def _nca_of(case: Several, r: float) -> float:
    """Return what of the loss depends on the chosen answer's reward."""
    return float(np.logaddexp(0, -r) + np.logaddexp(0, r) / case.answers)


def _nca_minimised(case: Several, _rng: np.random.Generator) -> Estimate:
    if case.answers == 2:
        found = minimize(
            lambda h: float(nca(h, np.full(1, -40.0), beta=1.0)[0]), np.zeros(1), method="BFGS"
        )
    else:
        found = minimize(lambda h: _nca_of(case, float(h[0])), np.zeros(1), method="BFGS")
    return Estimate(value=float(found.x[0]))


def _nca_solved(case: Several, _rng: np.random.Generator) -> Estimate:
    odds = sympy.symbols("odds", positive=True)
    r = sympy.log(odds)
    loss = sympy.log(1 + sympy.exp(-r)) + sympy.log(1 + sympy.exp(r)) / case.answers
    (root,) = sympy.solve(sympy.diff(sympy.simplify(loss), odds), odds)
    return Estimate(value=float(sympy.log(root)), exact=f"log({root})")


def _nca_drawn(case: Several, rng: np.random.Generator) -> Estimate:
    """Draw what is classified: the chosen answer as data, or as one of K that a model wrote."""
    data = rng.binomial(_DRAWS, 0.5, size=_BATCHES)
    written = rng.binomial(_DRAWS - data, 1 / case.answers)
    return Estimate.over(np.log(data / written))


NCA_OPTIMUM: Claim[Several] = Claim(
    id="nca-chosen",
    statement="NCA's loss is least where the chosen of K answers has the reward log K, in pairs "
    "log 2, and every other one minus infinity",
    source=OURS,
    relation="equals",
    cases=lambda rng: (
        Several(answers=2),
        Several(answers=4),
        Several(answers=int(rng.integers(5, 40))),
    ),
    span="2 to 39 answers",
    stated=lambda case: math.log(case.answers),
    formula="odds of data against what was written",
    routes={"symbolic": _nca_solved, "exact": _nca_minimised, "simulated": _nca_drawn},
    derivations={
        "symbolic": "derivative set to zero",
        "exact": "loss minimised",
        "simulated": "answers drawn and counted",
    },
    tolerance=1e-4,
    unit="nats",
    note="DPO fixes no answer's reward by itself",
)


def _nca_noisy(case: Noisy, _rng: np.random.Generator) -> Estimate:
    best = _minimised(lambda h: _noisy(nca, case, h), (0.1, -0.1))
    return Estimate(value=float(case.beta * best[0]))


def _nca_noisy_drawn(case: Noisy, rng: np.random.Generator) -> Estimate:
    """Draw pairs: how often the better answer is chosen, over half of how often it is seen."""
    kept = rng.binomial(_DRAWS, 1 - case.noise, size=_BATCHES)
    return Estimate.over(np.log(2 * kept / _DRAWS))


def _nca_margin(case: Noisy, _rng: np.random.Generator) -> Estimate:
    best = _minimised(lambda h: _noisy(nca, case, h), (0.1, -0.1))
    return Estimate(value=float(case.beta * (best[0] - best[1])))


def _nca_margin_drawn(case: Noisy, rng: np.random.Generator) -> Estimate:
    kept = rng.binomial(_DRAWS, 1 - case.noise, size=_BATCHES)
    return Estimate.over(np.log(2 * kept / _DRAWS) - np.log(2 * (_DRAWS - kept) / _DRAWS))


def _nca_cases(rng: np.random.Generator) -> Sequence[Noisy]:
    drawn = Noisy(noise=round(float(rng.uniform(0.03, 0.3)), 3), beta=0.5)
    return (Noisy(noise=0.1), Noisy(noise=0.25, beta=0.1), Noisy(noise=0.05), drawn)


NCA_NOISE: Claim[Noisy] = Claim(
    id="nca-noise",
    statement="where a share e of labels is wrong, NCA's best reward is log(2 (1 - e)) for the "
    "better of two answers",
    source=OURS,
    relation="equals",
    cases=_nca_cases,
    span="e = .03 to .3, beta = .1 to 1",
    stated=lambda case: math.log(2 * (1 - case.noise)),
    formula="odds of data against what was written",
    routes={"exact": _nca_noisy, "simulated": _nca_noisy_drawn},
    derivations={"exact": "loss minimised over both log ratios", "simulated": "pairs drawn"},
    tolerance=1e-4,
    unit="nats",
)
NCA_MARGIN: Claim[Noisy] = Claim(
    id="nca-margin",
    statement="where a share e of labels is wrong, NCA's best margin is DPO's, log((1 - e)/e)",
    source=OURS,
    relation="equals",
    cases=_nca_cases,
    span="e = .03 to .3, beta = .1 to 1",
    stated=lambda case: math.log((1 - case.noise) / case.noise),
    formula="log odds of a right label",
    routes={"exact": _nca_margin, "simulated": _nca_margin_drawn},
    derivations={"exact": "loss minimised over both log ratios", "simulated": "pairs drawn"},
    tolerance=1e-4,
    unit="nats",
    note="the same margin with both rewards fixed, where DPO fixes their difference alone",
)
OPTIMUM_CLAIMS = (NOISY_MARGIN, FLOW, NCA_OPTIMUM, NCA_NOISE, NCA_MARGIN)
