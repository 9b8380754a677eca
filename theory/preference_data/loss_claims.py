"""What losses of pairs identify: differences, a finite margin under noise, an absolute log 2."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import sympy
from numpy.typing import NDArray
from scipy.integrate import quad, solve_ivp
from scipy.optimize import minimize
from scipy.special import lambertw

from theory.preference_data.losses import bradley_terry, dpo, dpo_gradient, nca
from theory.verdict import Claim, Estimate

Array = NDArray[np.float64]
OURS = "this project"
_DRAWS, _BATCHES = 40_000, 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Rewards:
    """A case: rewards of two answers to one prompt, and what the prompt adds to both."""

    chosen: float
    rejected: float
    prompt: float
    """Function of the prompt alone that is added to both rewards."""

    def describe(self) -> str:
        """Return the case in words."""
        return f"R_w = {self.chosen:g}, R_l = {self.rejected:g}, {self.prompt:g} added to both"


def _difference(case: Rewards) -> float:
    gap = case.chosen - case.rejected
    return math.log1p(math.exp(-gap))


def _by_noise(case: Rewards, _rng: np.random.Generator) -> Estimate:
    """Integrate over the chosen answer's Gumbel noise: how often the other stays below it."""
    gap = case.chosen + case.prompt - (case.rejected + case.prompt)
    wins, _ = quad(
        lambda g: math.exp(-math.exp(-(g + gap))) * math.exp(-g - math.exp(-g)), -8.0, 40.0
    )
    return Estimate(value=-math.log(wins))


def _by_choices(case: Rewards, rng: np.random.Generator) -> Estimate:
    """Draw choices: the larger of two rewards, each with Gumbel noise of its own."""
    noise = rng.gumbel(size=(_BATCHES, _DRAWS, 2))
    utility = noise + np.array([case.chosen, case.rejected]) + case.prompt
    wins = (utility[..., 0] > utility[..., 1]).mean(axis=1)
    return Estimate.over(-np.log(wins))


def _rewards(rng: np.random.Generator) -> Sequence[Rewards]:
    chosen, rejected = (round(float(x), 2) for x in rng.uniform(-1.5, 1.5, size=2))
    return (
        Rewards(chosen=0.0, rejected=0.0, prompt=0.0),
        Rewards(chosen=1.0, rejected=0.0, prompt=100.0),
        Rewards(chosen=-1.0, rejected=0.5, prompt=-7.0),
        Rewards(chosen=chosen, rejected=rejected, prompt=round(float(rng.uniform(-50, 50)), 1)),
    )


ONLY_DIFFERENCES: Claim[Rewards] = Claim(
    id="pairs-difference",
    statement="the loss of a pair of rewards is -log s(R_w - R_l): whatever the prompt adds to "
    "both changes nothing",
    source="Bradley and Terry 1952",
    relation="equals",
    cases=_rewards,
    span="rewards of -1.5 to 1.5, prompts that add -50 to 100",
    stated=_difference,
    formula="logistic function of the difference",
    routes={"quadrature": _by_noise, "simulated": _by_choices},
    derivations={"quadrature": "integral over Gumbel noise", "simulated": "choices drawn"},
    unit="nats",
    note="only differences within a prompt are identified; a reward model's level says nothing",
)


def _ratio_by_symbols(case: Rewards, _rng: np.random.Generator) -> Estimate:
    w, q = sympy.symbols("w q", real=True)
    loss = -sympy.log(1 / (1 + sympy.exp(q - w)))
    ratio = sympy.diff(loss, w) / sympy.diff(loss, q)
    at = {
        w: sympy.Rational(str(case.chosen + case.prompt)),
        q: sympy.Rational(str(case.rejected + case.prompt)),
    }
    return Estimate(value=float(ratio.subs(at).evalf(30)))


def _ratio_by_steps(case: Rewards, _rng: np.random.Generator) -> Estimate:
    """Move each reward by a small step, both ways."""
    step = 1e-4
    w, q = np.array([case.chosen]), np.array([case.rejected])
    by_w = bradley_terry(w + step, q) - bradley_terry(w - step, q)
    by_q = bradley_terry(w, q + step) - bradley_terry(w, q - step)
    return Estimate(value=float((by_w / by_q)[0]))


ZERO_SUM: Claim[Rewards] = Claim(
    id="pairs-gradient",
    statement="the gradient of a pair's loss by both rewards sums to zero: as much as the chosen "
    "one is raised the rejected one is lowered",
    source=OURS,
    relation="equals",
    cases=_rewards,
    span="rewards of -1.5 to 1.5, prompts that add -50 to 100",
    stated=lambda case: -1.0,
    formula="derivative of a function of the difference",
    routes={"symbolic": _ratio_by_symbols, "exact": _ratio_by_steps},
    derivations={"symbolic": "derivatives by symbols", "exact": "differences of the loss"},
    tolerance=1e-6,
    unit="derivative by R_w over that by R_l",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tilted:
    """A case: a reference policy over some answers, their rewards, and its weight beta."""

    reference: tuple[float, ...]
    rewards: tuple[float, ...]
    beta: float

    def describe(self) -> str:
        """Return the case in words."""
        base, rewards = (
            ", ".join(f"{x:.2f}" for x in values) for values in (self.reference, self.rewards)
        )
        return f"reference ({base}), rewards ({rewards}), beta = {self.beta:g}"


def _log_softmax(logits: Array) -> Array:
    return np.asarray(logits - np.logaddexp.reduce(logits))


def _loss_of(case: Tilted, policy: Array) -> float:
    """Return the DPO loss of the first answer over the second, of log probabilities."""
    ratio = policy - np.log(case.reference)
    return float(dpo(ratio[:1], ratio[1:2], beta=case.beta)[0])


def _by_optimum(case: Tilted, _rng: np.random.Generator) -> Estimate:
    """Find the policy of most reward less beta times its divergence by climbing, then its loss."""
    base, rewards = np.log(case.reference), np.array(case.rewards)

    def cost(logits: Array) -> tuple[float, Array]:
        log = _log_softmax(logits)
        value = rewards - case.beta * (log - base)
        mean = float(np.exp(log) @ value)
        return -mean, -np.exp(log) * (value - mean)

    found = minimize(cost, base, jac=True, method="BFGS", options={"gtol": 1e-10})
    return Estimate(value=_loss_of(case, _log_softmax(found.x)))


def _by_tilting(case: Tilted, _rng: np.random.Generator) -> Estimate:
    """Multiply the reference by exp(R / beta) and normalise: the partition function cancels."""
    policy = _log_softmax(np.log(case.reference) + np.array(case.rewards) / case.beta)
    return Estimate(value=_loss_of(case, policy))


def _tilted(rng: np.random.Generator) -> Sequence[Tilted]:
    drawn = (
        Tilted(
            reference=tuple(rng.dirichlet(np.ones(n))),
            rewards=tuple(rng.normal(size=n)),
            beta=float(rng.uniform(0.3, 2)),
        )
        for n in (3, 6)
    )
    even = Tilted(reference=(0.25,) * 4, rewards=(1.0, 0.0, 2.0, -1.0), beta=1.0)
    return (even, *drawn)


IMPLICIT: Claim[Tilted] = Claim(
    id="dpo-implicit",
    statement="at the policy of most reward less beta times its divergence from the reference "
    "DPO's loss of a pair is -log s(R_w - R_l): what depends on the prompt alone cancels",
    source="Rafailov et al. 2305.18290, section 4",
    relation="equals",
    cases=_tilted,
    span="3 to 6 answers, beta = .3 to 2",
    stated=lambda case: math.log1p(math.exp(case.rewards[1] - case.rewards[0])),
    formula="logistic function of the difference of rewards",
    routes={"exact": _by_optimum, "dense": _by_tilting},
    derivations={"exact": "policy found by climbing", "dense": "reference tilted by the reward"},
    tolerance=1e-5,
    unit="nats",
)


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
LOSS_CLAIMS = (
    ONLY_DIFFERENCES,
    ZERO_SUM,
    IMPLICIT,
    NOISY_MARGIN,
    FLOW,
    NCA_OPTIMUM,
    NCA_NOISE,
    NCA_MARGIN,
)
