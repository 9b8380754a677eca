"""What losses of pairs identify: differences within a prompt, and a reward within a policy."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import sympy
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.optimize import minimize

from theory.preference_data.losses import bradley_terry, dpo
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


PAIR_CLAIMS = (ONLY_DIFFERENCES, ZERO_SUM, IMPLICIT)
