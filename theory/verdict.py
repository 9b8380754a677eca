"""What a claim is, and how evidence becomes a verdict.

A claim states a number (or a bound) for a case; independent routes compute that number; the
verdict compares. No verdict is written down anywhere: it follows from the numbers. What a case is,
each room of the theory decides; here it only has to describe itself.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Generic, Literal, Protocol, TypeVar

import numpy as np

Status = Literal["refuted", "vacuous", "unproven", "holds"]
Relation = Literal["equals", "at most", "at least"]
RouteName = Literal["symbolic", "exact", "dense", "simulated"]

STANDARD_ERRORS = 4.0
"""Distance, in standard errors, within which numbers agree."""
VACUOUS_FACTOR = 10.0
"""A bound further than this from the truth in a typical case says nothing."""


class Case(Protocol):
    """One case on which a claim is tested."""

    def describe(self) -> str:
        """Return the case in words, with the numbers that a reader needs to redo it."""


C = TypeVar("C", bound=Case)


@dataclass(frozen=True, kw_only=True, slots=True)
class Assumption(Generic[C]):
    """One condition of a statement, in words and as a predicate."""

    text: str
    """Condition in words, as the ledger prints it."""
    holds: Callable[[C], bool]
    """Whether a case satisfies the condition."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """One number for a case, found by one route."""

    value: float
    """The number, in the claim's unit."""
    stderr: float = 0.0
    """Standard error of the number; zero for exact routes."""
    exact: str = ""
    """The number in closed form, where there is one."""


Route = Callable[[C, np.random.Generator], Estimate]


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim(Generic[C]):
    """A statement that evidence can confirm or refute."""

    id: str
    """Short name of the claim, which also keys its random stream."""
    statement: str
    """The statement of the claim in words."""
    source: str
    """Who says it: paper and equation, or this project."""
    relation: Relation
    """How the stated number relates to the true one: the truth `equals`, is `at most`, .."""
    subject: Callable[[np.random.Generator], C]
    """The case on which it is tested; for a bound, the worst case a search finds."""
    stated: Callable[[C], float]
    """Computes the number or bound that is stated for a case."""
    routes: Mapping[RouteName, Route[C]]
    """Independent ways to the true number, two or three."""
    assumptions: tuple[Assumption[C], ...] = ()
    """Conditions that the case must satisfy."""
    tolerance: float = 1e-9
    """Relative difference that counts as agreement (finite size, where the claim is a limit)."""
    proof: Callable[[], bool] | None = None
    """Checks every step of a bound's proof; None where the claim has none."""
    typical: Callable[[], float] | None = None
    """Computes how far a bound lies above the truth in a typical case, as a ratio; None for other
    claims."""
    unit: str = "u"
    """Unit of the number; u is the error of one fit to human labels."""
    note: str = ""
    """What a reader should know besides, in words."""

    def check(self, *, rng: np.random.Generator) -> "Verdict":
        """Compute the evidence by every route and decide."""
        case = self.subject(rng)
        unmet = tuple(a.text for a in self.assumptions if not a.holds(case))
        evidence = {name: route(case, rng) for name, route in self.routes.items()}
        return decide(self, case, evidence, unmet)


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """The outcome of one claim, with the numbers behind it."""

    claim: Claim[Any]
    """Claim that the verdict is on."""
    status: Status
    """Outcome: holds, refuted, vacuous or unproven."""
    stated: float
    """Number or bound that the claim states for the case."""
    found: float
    """Number that the agreeing routes give for the case."""
    margin: float
    """found / stated - 1; for a bound, negative is slack."""
    standard_errors: float
    """Difference of found and stated, in standard errors of the simulation; nan without one."""
    looseness: float
    """stated / true value in a typical case; nan where it is not measured."""
    agreeing: tuple[RouteName, ...]
    """Routes that agree; fewer than two leave the claim unproven."""
    evidence: Mapping[RouteName, Estimate] = field(default_factory=dict)
    """Number that each route gave, by the route's name."""
    case: str = ""
    """The case, in words: the counter-example of a refuted claim."""
    reason: str = ""
    """Why the status is what it is."""


def decide(
    claim: Claim[C],
    case: C,
    evidence: Mapping[RouteName, Estimate],
    unmet: tuple[str, ...] = (),
) -> Verdict:
    """Turn the numbers of all routes into a verdict."""
    stated = claim.stated(case)
    agreeing = agreement(evidence, claim.tolerance)
    names = agreeing or tuple(evidence)
    best = evidence[min(names, key=lambda name: (evidence[name].stderr, name != "exact"))]
    looseness = claim.typical() if claim.typical is not None else math.nan
    status, reason = _status(claim, stated, best, agreeing, unmet, looseness)
    return Verdict(
        claim=claim,
        status=status,
        stated=stated,
        found=best.value,
        margin=best.value / stated - 1 if stated else math.inf,
        standard_errors=_in_standard_errors(evidence, stated),
        looseness=looseness,
        agreeing=agreeing,
        evidence=evidence,
        case=case.describe(),
        reason=reason,
    )


def agreement(evidence: Mapping[RouteName, Estimate], tolerance: float) -> tuple[RouteName, ...]:
    """Return the routes that agree: all of them, else the first pair, else none."""
    names = tuple(evidence)
    for size in range(len(names), 1, -1):
        for group in combinations(names, size):
            pairs = combinations((evidence[name] for name in group), 2)
            if all(_agree(a, b, tolerance) for a, b in pairs):
                return group
    return ()


def _agree(a: Estimate, b: Estimate, tolerance: float) -> bool:
    noise = STANDARD_ERRORS * math.hypot(a.stderr, b.stderr)
    return abs(a.value - b.value) <= noise + tolerance * max(abs(a.value), abs(b.value))


def _status(
    claim: Claim[Any],
    stated: float,
    best: Estimate,
    agreeing: tuple[RouteName, ...],
    unmet: tuple[str, ...],
    looseness: float,
) -> tuple[Status, str]:
    """Decide between the four statuses, and say why."""
    if unmet:
        return "unproven", "the case breaks an assumption: " + "; ".join(unmet)
    if len(agreeing) < 2:
        single = len(claim.routes) < 2
        return "unproven", "one route only" if single else "no two routes agree"
    slack = STANDARD_ERRORS * best.stderr + claim.tolerance * abs(best.value)
    excess = best.value - stated
    wrong = {"equals": abs(excess) > slack, "at most": excess > slack, "at least": -excess > slack}[
        claim.relation
    ]
    if wrong:
        return "refuted", f"{best.value:.6g} against {stated:.6g}"
    if claim.relation == "equals":
        return "holds", "routes and statement agree"
    if looseness > VACUOUS_FACTOR:
        return "vacuous", f"not contradicted, but {looseness:.3g} times the true value"
    if claim.proof is None:
        return "unproven", "no violation found, and no proof"
    if not claim.proof():
        return "unproven", "no violation found, but a step of the proof fails"
    return "holds", "every step of the proof checked, no violation found"


def _in_standard_errors(evidence: Mapping[RouteName, Estimate], stated: float) -> float:
    simulated = evidence.get("simulated")
    if simulated is None or simulated.stderr == 0:
        return math.nan
    return (simulated.value - stated) / simulated.stderr
