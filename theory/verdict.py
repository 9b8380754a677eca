"""What a claim is, and how evidence becomes a verdict.

A claim states a number (or a bound) for every case of a range; independent routes compute that
number for the ends of the range and for points drawn inside it; the verdict compares. No verdict is
written down anywhere: it follows from the numbers. What a case is, each room of the theory decides;
here it only has to describe itself. How to write one:

    Claim(
        id="die", statement="the mean of a die of n sides is (n + 1)/2", source="arithmetic",
        relation="equals",
        cases=lambda rng: (Die(2), Die(100), Die(int(rng.integers(3, 100)))),
        span="2 to 100 sides",
        stated=lambda die: (die.sides + 1) / 2,
        routes={"symbolic": .., "exact": .., "simulated": ..},
        formula="sum of integers",
        derivations={"symbolic": "sum of integers", "exact": "sides added up", "simulated": ..},
    )

Routes that name one derivation are one witness, however many they are. A route that contradicts the
others beyond its error makes the claim `disputed`: it is never outvoted. A number whose sharpest
independent witness could not see an error of a few percent (`estimates.BLIND`) is `unproven`.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal

import numpy as np

from theory.cases import Assumption as Assumption
from theory.cases import C
from theory.cases import Case as Case
from theory.estimates import Estimate as Estimate
from theory.estimates import RouteName as RouteName
from theory.estimates import agreement as agreement
from theory.findings import Finding as Finding
from theory.findings import Relation as Relation
from theory.findings import compare, in_words

Kind = Literal["statement", "identity"]
Status = Literal["disputed", "refuted", "vacuous", "unproven", "holds"]

ORDER: tuple[Status, ...] = ("disputed", "refuted", "vacuous", "unproven", "holds")
"""Statuses in the order in which every page and every command lists them, worst first."""
VACUOUS_FACTOR = 10.0
"""A bound further than this from the truth in every typical case says nothing."""
_Bad = Literal["disputed", "refuted", "unproven"]
_WORST_CASE: tuple[_Bad, ...] = ("disputed", "refuted", "unproven")
Route = Callable[[C, np.random.Generator], Estimate]


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim(Generic[C]):
    """A statement that evidence can confirm or refute.

    Raises:
        ValueError: There is neither a subject nor a family of cases, the derivations are not those
            of the routes, or an equality does not say what its formula rests on.
    """

    id: str
    """Short name of the claim, which also keys its random stream."""
    statement: str
    """The statement of the claim in words."""
    source: str
    """Who says it: paper and equation, or this project."""
    relation: Relation
    """How the stated number relates to the true one: the truth `equals`, is `at most`, .."""
    stated: Callable[[C], float]
    """Computes the number or bound that is stated for a case."""
    routes: Mapping[RouteName, Route[C]]
    """Ways to the true number, by their names."""
    derivations: Mapping[RouteName, str]
    """Derivation that each route rests on, by the route's name. Routes that evaluate one formula or
    one integral, whatever the arithmetic, name the same derivation and count as one witness."""
    formula: str = ""
    """Derivation that the stated number of an equality rests on; the same name as a route's where
    that route evaluates the formula. Bounds need none: their proof is their derivation."""
    kind: Kind = "statement"
    """Whether it states something about the world, or checks an identity that must hold however the
    world is; the sums of a ledger count identities apart."""
    subject: Callable[[np.random.Generator], C] | None = None
    """One case, checked before the family: for a bound, the worst case that a search finds."""
    cases: Callable[[np.random.Generator], Sequence[C]] | None = None
    """Family of cases: the ends of the claim's range, then points drawn inside it by the random
    stream, simpler ones first, since the first case that refutes is the one that is printed."""
    span: str = ""
    """Range that the cases cover, in words; where there is one case only, why."""
    assumptions: tuple[Assumption[C], ...] = ()
    """Conditions that every case must satisfy."""
    tolerance: float | Callable[[C], float] = 1e-9
    """Relative difference that counts as agreement: rounding, or the finite-size term of a claim
    about a limit; a function where the term depends on the case."""
    within: float = 0.0
    """Relative error that the statement itself names and allows for; part of the tolerance."""
    proof: Callable[[], bool] | None = None
    """Checks every step of a bound's proof; None where the claim has none."""
    typical: Callable[[], float | Mapping[str, float]] | None = None
    """Computes how far a bound lies above the truth, as a ratio, in a typical case or in several
    that are named in words; None for other claims."""
    exhaustive: bool = False
    """Whether the cases are all that the statement speaks of: then a bound that every case keeps by
    more than its error needs no proof."""
    unit: str = "u"
    """Unit of the number; u is the error of one fit to human labels."""
    note: str = ""
    """What a reader should know besides, in words."""

    def __post_init__(self) -> None:
        if self.subject is None and self.cases is None:
            raise ValueError(f"claim {self.id!r} has nothing to be tested on: give it `cases`")
        apart = sorted(set(self.derivations) ^ set(self.routes))
        if apart:
            raise ValueError(f"claim {self.id!r}: routes or derivations without the other: {apart}")
        if self.relation == "equals" and not self.formula:
            raise ValueError(f"claim {self.id!r}: an equality names what its `formula` rests on")

    def family(self, rng: np.random.Generator) -> tuple[C, ...]:
        """Return every case that the claim is checked on, in the order of the check."""
        alone = () if self.subject is None else (self.subject(rng),)
        return (*alone, *(() if self.cases is None else self.cases(rng)))

    def derivation(self, route: RouteName) -> str:
        """Return the derivation that a route rests on: the name that routes of one kind share."""
        return self.derivations[route]

    def tolerated(self, case: C) -> float:
        """Return the relative difference that counts as agreement in a case."""
        return self.tolerance(case) if callable(self.tolerance) else self.tolerance

    def check(self, *, rng: np.random.Generator) -> "Verdict":
        """Compute the evidence of every case by every route and decide.

        Every case has a random stream of its own. Simulations that speak against the statement or
        another route are drawn once more: a ledger of hundreds meets one chance in ten thousand.
        """
        family = self.family(rng)
        streams = rng.spawn(len(family))
        return conclude(
            self,
            tuple(_examine(self, case, own) for case, own in zip(family, streams, strict=True)),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """The outcome of one claim over all its cases, with the numbers of the case that decided."""

    claim: Claim[Any]
    """Claim that the verdict is on."""
    status: Status
    """Outcome: disputed, refuted, vacuous, unproven or holds."""
    reason: str
    """Why the status is what it is."""
    deciding: Finding
    """Case that decided: the first that is disputed, else refuted, else unproven; where all agree,
    the one furthest from the statement or nearest to the bound."""
    findings: tuple[Finding, ...]
    """What was found in every case, in the order of the claim's family."""
    looseness: float
    """Least ratio of stated to true value over the typical cases; nan where it is not measured."""

    @property
    def case(self) -> str:
        """Deciding case, in words: the counter-example of a refuted claim."""
        return self.deciding.case

    @property
    def stated(self) -> float:
        """Number or bound that the claim states for the deciding case."""
        return self.deciding.stated

    @property
    def found(self) -> float:
        """Number that the routes give for the deciding case."""
        return self.deciding.found

    @property
    def margin(self) -> float:
        """Relative distance found / stated - 1 in the deciding case."""
        return self.deciding.margin

    @property
    def sees(self) -> float:
        """Relative error that the independent witnesses would show in every case: the worst one."""
        return max(each.sees for each in self.findings)

    @property
    def standard_errors(self) -> float:
        """Simulated minus stated number of the deciding case, in standard errors; nan without."""
        return self.deciding.standard_errors

    @property
    def agreeing(self) -> tuple[RouteName, ...]:
        """Routes that agree in the deciding case."""
        return self.deciding.agreeing

    @property
    def evidence(self) -> Mapping[RouteName, Estimate]:
        """Number that each route gave for the deciding case, by the route's name."""
        return self.deciding.evidence


def decide(
    claim: Claim[C],
    case: C,
    evidence: Mapping[RouteName, Estimate],
    unmet: tuple[str, ...] = (),
) -> Verdict:
    """Turn the numbers of all routes for one case into a verdict, as if there were no other."""
    return conclude(claim, (find(claim, case, evidence, unmet),))


def conclude(claim: Claim[Any], findings: tuple[Finding, ...]) -> Verdict:
    """Turn the findings of all cases into a verdict: the worst case decides.

    Raises:
        ValueError: The family of cases is empty.
    """
    if not findings:
        raise ValueError(f"claim {claim.id!r}: its family holds no case")
    loose = _looseness(claim)
    status, reason, deciding = _conclusion(claim, findings, loose)
    return Verdict(
        claim=claim,
        status=status,
        reason=reason,
        deciding=deciding,
        findings=findings,
        looseness=min(loose.values(), default=math.nan),
    )


def find(
    claim: Claim[C],
    case: C,
    evidence: Mapping[RouteName, Estimate],
    unmet: tuple[str, ...] = (),
    *,
    redrawn: bool = False,
) -> Finding:
    """Compare the numbers of all routes for one case with each other and with the statement."""
    return compare(
        evidence,
        case=case.describe(),
        stated=claim.stated(case),
        relation=claim.relation,
        tolerance=claim.tolerated(case),
        derivations={name: claim.derivations.get(name, name) for name in evidence},
        formula=claim.formula,
        within=claim.within,
        exhaustive=claim.exhaustive,
        unmet=unmet,
        redrawn=redrawn,
    )


def _examine(claim: Claim[C], case: C, rng: np.random.Generator) -> Finding:
    """Compute the evidence of one case; of simulations that speak against it two draws count."""
    unmet = tuple(a.text for a in claim.assumptions if not a.holds(case))
    evidence = {name: route(case, rng) for name, route in claim.routes.items()}
    found = find(claim, case, evidence, unmet)
    noisy = [name for name, estimate in evidence.items() if estimate.stderr > 0]
    sure = found.status == "refuted" and any(name not in noisy for name in found.agreeing)
    if found.status not in ("disputed", "refuted") or sure or not noisy:
        return found
    again = {name: evidence[name].pooled(claim.routes[name](case, rng)) for name in noisy}
    return find(claim, case, {**evidence, **again}, unmet, redrawn=True)


def _conclusion(
    claim: Claim[Any], findings: tuple[Finding, ...], loose: Mapping[str, float]
) -> tuple[Status, str, Finding]:
    """Decide between the five statuses, say why, and name the case that decides."""
    for worst in _WORST_CASE:
        for each in findings:
            if each.status == worst:
                return worst, each.reason, each
    deciding = max(findings, key=lambda each: each.nearness(claim.relation))
    if claim.relation == "equals":
        return "holds", "routes and statement agree", deciding
    spread = in_words(loose)
    if min(loose.values(), default=0.0) > VACUOUS_FACTOR:
        return "vacuous", f"not contradicted, but {spread} times the true value", deciding
    beside = f"; {spread} times the true value" if len(loose) > 1 else ""
    if claim.exhaustive and all(each.clear for each in findings):
        return "holds", "every case keeps the bound by more than its error", deciding
    if claim.proof is None:
        return "unproven", f"no violation found, and no proof{beside}", deciding
    if not claim.proof():
        return "unproven", "no violation found, but a step of the proof fails", deciding
    return "holds", f"every step of the proof checked, no violation found{beside}", deciding


def _looseness(claim: Claim[Any]) -> Mapping[str, float]:
    if claim.typical is None:
        return {}
    found = claim.typical()
    return found if isinstance(found, Mapping) else {"a typical case": found}
