"""What the routes of a claim say about one case: agreement, refutation, dispute, or nothing."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from theory.estimates import (
    STANDARD_ERRORS,
    Estimate,
    RouteName,
    agreement,
    best,
    dispute,
    in_standard_errors,
)

CaseStatus = Literal["disputed", "refuted", "unproven", "agrees"]
Relation = Literal["equals", "at most", "at least"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What the routes say about one case of a claim."""

    status: CaseStatus
    """Outcome of the case: routes and statement agree, the statement is refuted, the routes dispute
    each other, or they prove nothing."""
    reason: str
    """Why the status is what it is."""
    case: str
    """The case, in words."""
    stated: float
    """Number or bound that the claim states for the case."""
    found: float
    """Number that the routes give; where they dispute, of the side further from the statement."""
    margin: float
    """found / stated - 1; for a bound, negative is slack."""
    standard_errors: float
    """Difference of the simulated and the stated number, in standard errors; nan without one."""
    agreeing: tuple[RouteName, ...]
    """Largest group of routes that agree with each other."""
    evidence: Mapping[RouteName, Estimate]
    """Number that each route gave, by the route's name."""
    clear: bool
    """Whether the statement is kept by more than the error of the number."""
    redrawn: bool = False
    """Whether the simulations were drawn twice, because the first draw spoke against the claim."""

    def nearness(self, relation: Relation) -> float:
        """Return how near the case comes to refuting the statement."""
        signs = {"equals": abs(self.margin), "at most": self.margin, "at least": -self.margin}
        return signs[relation]


def compare(
    evidence: Mapping[RouteName, Estimate],
    *,
    case: str,
    stated: float,
    relation: Relation,
    tolerance: float,
    derivations: Mapping[RouteName, str],
    unmet: tuple[str, ...] = (),
    redrawn: bool = False,
) -> Finding:
    """Compare the numbers of all routes for one case with each other and with the statement.

    Args:
        evidence: Number of every route, by the route's name.
        case: The case, in words.
        stated: Number or bound that is stated for the case.
        relation: How the true number relates to the stated one.
        tolerance: Relative difference that counts as agreement, beside the standard errors.
        derivations: Derivation that each route rests on; routes that share one are one witness.
        unmet: Assumptions that the case breaks, in words.
        redrawn: Whether the simulations were drawn twice.

    Raises:
        ValueError: What is stated is no finite number.
    """
    if not math.isfinite(stated):
        raise ValueError(f"{case}: {stated} is stated, which every number would agree with")
    agreeing = agreement(evidence, tolerance)
    apart = tuple(name for name in evidence if name not in agreeing)
    number = best(evidence, agreeing)
    slack = STANDARD_ERRORS * number.stderr + tolerance * abs(number.value)
    beyond = number.value - stated
    excess = {"equals": abs(beyond), "at most": beyond, "at least": -beyond}[relation]
    status: CaseStatus
    if apart and len(evidence) > 1:
        sides = number, best(evidence, apart)
        number = max(sides, key=lambda side: abs(side.value - stated))
        status, reason = "disputed", dispute(evidence, agreeing)
    elif unmet:
        status, reason = "unproven", "the case breaks an assumption: " + "; ".join(unmet)
    elif len({derivations[name] for name in agreeing}) < 2:
        single = "one route only" if len(evidence) < 2 else "all routes rest on one derivation"
        status, reason = "unproven", single
    elif excess > slack:
        status, reason = "refuted", f"{number.value:.6g} against {stated:.6g}"
    else:
        status, reason = "agrees", "routes and statement agree"
    return Finding(
        status=status,
        reason=reason,
        case=case,
        stated=stated,
        found=number.value,
        margin=number.value / stated - 1 if stated else math.inf,
        standard_errors=in_standard_errors(evidence, stated),
        agreeing=agreeing,
        evidence=evidence,
        clear=excess < -slack,
        redrawn=redrawn,
    )


def in_words(loose: Mapping[str, float]) -> str:
    """Return how far a bound lies from the truth in its typical cases."""
    if len(loose) < 2:
        return "".join(f"{value:.3g}" for value in loose.values())
    return ", ".join(f"{value:.3g} ({words})" for words, value in loose.items())
