"""Displacement: DPO can make the chosen answer less likely while its margin grows.

A policy over a few answers has logits theta . phi with fixed features phi, and starts at theta = 0,
which is its reference. Its normaliser cancels in a pair, so that gradient flow moves theta along
phi_w - phi_l and nowhere else; what happens to an answer depends on how its features lie to that.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from theory.verdict import Assumption, Claim, Estimate

Array = NDArray[np.float64]
OURS = "this project"
BETA = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Shared:
    """A case: features of the chosen answer, of the rejected one, and of others; and a margin."""

    features: tuple[tuple[float, ...], ...]
    """Of each answer: the chosen one, the rejected one, then all others."""
    margin: float
    """Margin beta (h_w - h_l) that the flow has reached."""

    def describe(self) -> str:
        """Return the case in words."""
        rows = ", ".join("(" + ", ".join(f"{x:g}" for x in row) + ")" for row in self.features)
        return f"features {rows}, margin {self.margin:g}"

    @property
    def matrix(self) -> Array:
        """Features, one row for each answer."""
        return np.array(self.features)


def chosen_log_probability(case: Shared) -> float:
    """Return log pi of the chosen answer at the margin, on the ray along phi_w - phi_l."""
    phi = case.matrix
    ray = phi[0] - phi[1]
    logits = phi @ ray * (case.margin / (BETA * float(ray @ ray)))
    return float(logits[0] - np.logaddexp.reduce(logits))


def first_change(case: Shared) -> float:
    """Return (phi_w - mean phi) . (phi_w - phi_l): below 0 the chosen answer falls at first."""
    phi = case.matrix
    return float((phi[0] - phi.mean(axis=0)) @ (phi[0] - phi[1]))


def _log_policy(phi: Array, theta: Array) -> Array:
    logits = phi @ theta
    return np.asarray(logits - np.logaddexp.reduce(logits))


def _flowed(case: Shared, _rng: np.random.Generator) -> Estimate:
    """Integrate the flow of theta down the whole loss, normaliser and all, to the margin."""
    phi = case.matrix

    def loss(theta: Array) -> float:
        log = _log_policy(phi, theta)
        return float(np.logaddexp(0.0, -BETA * (log[0] - log[1])))

    def speed(_: float, theta: Array) -> Array:
        steps = 1e-6 * np.eye(len(theta))
        return np.array([-(loss(theta + s) - loss(theta - s)) / 2e-6 for s in steps])

    def reached(_: float, theta: Array) -> float:
        log = _log_policy(phi, theta)
        return BETA * float(log[0] - log[1]) - case.margin

    reached.terminal = True  # type: ignore[attr-defined]
    ran = solve_ivp(
        speed, (0, 1e6), np.zeros(phi.shape[1]), method="LSODA", events=reached, rtol=1e-7
    )
    return Estimate(value=float(_log_policy(phi, ran.y_events[0][0])[0]))


def _descended(case: Shared, _rng: np.random.Generator) -> Estimate:
    """Descend in small steps, each by what the two answers' scores say under the policy of now."""
    phi = case.matrix
    theta, before = np.zeros(phi.shape[1]), np.zeros(phi.shape[1])
    margin = last = 0.0
    rate = 0.002 / float(np.square(phi).max())
    while margin < case.margin:
        log = _log_policy(phi, theta)
        mean = np.exp(log) @ phi
        wrong = 1 / (1 + math.exp(margin))
        before, last = theta, margin
        theta = theta + rate * (1 + math.exp(margin)) * wrong * BETA * (
            (phi[0] - mean) - (phi[1] - mean)
        )
        log = _log_policy(phi, theta)
        margin = BETA * float(log[0] - log[1])
    part = (case.margin - last) / (margin - last)
    return Estimate(value=float(_log_policy(phi, before + part * (theta - before))[0]))


EXAMPLE = Shared(features=((1.0, 0.2), (0.9, -1.0), (1.0, 3.0)), margin=2.99)
"""Three answers, of which a third that nobody compared takes everything."""


def _cases(rng: np.random.Generator) -> Sequence[Shared]:
    rows = np.round(rng.normal(size=(4, 3)), 2)
    return (
        EXAMPLE,
        Shared(features=((1.0, 0.0), (0.0, 1.0), (0.0, 0.0)), margin=2.0),
        Shared(features=tuple(tuple(float(x) for x in row) for row in rows), margin=1.5),
    )


PATH: Claim[Shared] = Claim(
    id="dpo-path",
    statement="with fixed features DPO moves the policy along phi_w - phi_l alone, and the chosen "
    "answer's log probability is that of the point on this ray with the margin",
    source=OURS,
    relation="equals",
    cases=_cases,
    span="3 to 4 answers, 2 to 3 features, margins of 1.5 to 2.99",
    stated=chosen_log_probability,
    formula="point on a ray",
    routes={"exact": _flowed, "dense": _descended},
    derivations={"exact": "flow down the whole loss", "dense": "small steps by scores"},
    tolerance=2e-3,
    unit="nats",
    note="from a third to a thousandth in the first case, where nearly all mass goes to an answer "
    "that is in no pair",
)


def _displacing(rng: np.random.Generator) -> Sequence[Shared]:
    shift = round(float(rng.uniform(1, 4)), 1)
    return (
        EXAMPLE,
        Shared(features=((1.0, 0.0), (0.0, 1.0), (0.0, 0.0)), margin=2.0),
        Shared(features=((1.0, 0.2), (0.9, -1.0), (1.0, shift)), margin=1.0),
    )


RAISED: Claim[Shared] = Claim(
    id="dpo-raises-chosen",
    statement="while the margin of a pair grows, DPO makes its chosen answer more likely",
    source="what DPO is trusted to do",
    relation="at least",
    cases=_displacing,
    span="3 answers, 2 features, margins of 1 to 2.99",
    stated=lambda case: -math.log(len(case.features)),
    routes={"exact": _flowed, "dense": _descended},
    derivations={"exact": "flow down the whole loss", "dense": "small steps by scores"},
    tolerance=2e-3,
    unit="nats",
    note="it falls at first where (phi_w - mean phi) . (phi_w - phi_l) < 0, the mean taken under "
    "the policy",
)


def _slope_by_policy(case: Shared, _rng: np.random.Generator) -> Estimate:
    """Take a tiny step down the loss and see how the chosen answer's log probability moves."""
    phi = case.matrix
    step = 1e-5
    grown = _log_policy(phi, step * (phi[0] - phi[1]))[0]
    shrunk = _log_policy(phi, -step * (phi[0] - phi[1]))[0]
    return Estimate(value=float((grown - shrunk) / (2 * step)))


def _slope_by_draws(case: Shared, rng: np.random.Generator) -> Estimate:
    """Draw answers of the start and average the chosen one's lead over them along the ray."""
    phi = case.matrix
    lead = (phi[0] - phi) @ (phi[0] - phi[1])
    drawn = rng.integers(0, len(phi), size=(24, 200_000))
    return Estimate.over(lead[drawn].mean(axis=1))


FIRST: Claim[Shared] = Claim(
    id="dpo-first-change",
    statement="at the start DPO moves the chosen answer's log probability by "
    "(phi_w - mean phi) . (phi_w - phi_l), which has either sign",
    source=OURS,
    relation="equals",
    cases=_cases,
    span="3 to 4 answers, 2 to 3 features",
    stated=first_change,
    formula="mean of the features",
    routes={"exact": _slope_by_policy, "simulated": _slope_by_draws},
    derivations={"exact": "a small step of the policy", "simulated": "answers drawn"},
    tolerance=1e-6,
    assumptions=(
        Assumption(
            text="the first change is no accident of zero",
            holds=lambda case: abs(first_change(case)) > 1e-3,
        ),
    ),
    unit="nats per step along phi_w - phi_l",
)
DISPLACEMENT_CLAIMS = (PATH, RAISED, FIRST)
