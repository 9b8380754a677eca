"""What the routes of a claim say about one case: agreement, refutation, dispute, or nothing."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from theory.estimates import (
    BLIND,
    STANDARD_ERRORS,
    Estimate,
    RouteName,
    agreement,
    best,
    dispute,
    in_standard_errors,
    resolution,
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
    tolerance: float
    """Relative difference that counted as agreement, beside the standard errors."""
    sees: float
    """Least relative error that an independent witness of the number would show; infinite where
    there is none. The number is the stated one for an equality, and the sharpest route's for a
    bound; a witness is a route of another derivation that agrees with it."""
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
    formula: str = "",
    within: float = 0.0,
    exhaustive: bool = False,
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
        formula: Derivation of the stated number of an equality, which is a witness too.
        within: Relative error that the statement itself allows for, in its words.
        exhaustive: Whether the cases of a bound are all that it speaks of, so that a witness has to
            see no more than how far they lie from it.
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
    shown = excess > slack
    witness = formula if relation == "equals" and not shown else None
    sees = _sharpest(evidence, agreeing, derivations, tolerance, stated=stated, formula=witness)
    needed = BLIND + within
    if number.value and (shown or (exhaustive and relation != "equals")):
        needed = max(needed, abs(beyond) / abs(number.value))
    status: CaseStatus
    if apart and len(evidence) > 1:
        sides = number, best(evidence, apart)
        number = max(sides, key=lambda side: abs(side.value - stated))
        status, reason = "disputed", dispute(evidence, agreeing)
    elif unmet:
        status, reason = "unproven", "the case breaks an assumption: " + "; ".join(unmet)
    elif math.isinf(sees):
        single = "one route only" if len(evidence) < 2 else "all routes rest on one derivation"
        status, reason = "unproven", single
    elif sees > needed:
        status = "unproven"
        reason = f"its only independent witness cannot see errors below {100 * sees:.2g} %"
    elif shown:
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
        tolerance=tolerance,
        sees=sees,
        redrawn=redrawn,
    )


def _sharpest(
    evidence: Mapping[RouteName, Estimate],
    agreeing: tuple[RouteName, ...],
    derivations: Mapping[RouteName, str],
    tolerance: float,
    *,
    stated: float,
    formula: str | None,
) -> float:
    """Return the least error that a witness of another derivation than the number's would show.

    Where the number is no formula, it is the one of the least noisy route.
    """
    if len(agreeing) < 2:
        return math.inf
    if formula is None:
        chosen = best(evidence, agreeing)
        (own,) = [name for name in agreeing if evidence[name] is chosen][:1]
        number, basis = chosen, derivations[own]
    else:
        number, basis = Estimate(value=stated), formula
    others = [evidence[name] for name in agreeing if derivations[name] != basis]
    return min((resolution(number, other, tolerance) for other in others), default=math.inf)


def in_words(loose: Mapping[str, float]) -> str:
    """Return how far a bound lies from the truth in its typical cases."""
    if len(loose) < 2:
        return "".join(f"{value:.3g}" for value in loose.values())
    return ", ".join(f"{value:.3g} ({words})" for words, value in loose.items())
