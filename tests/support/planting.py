"""An error planted in the numbers of one derivation: would a verdict have noticed it?

Nothing is computed again. The numbers that a check found are multiplied, for every case, wherever
they rest on one derivation, and the verdict is taken anew. A ledger whose verdicts stay "holds"
under such an error does not test what it prints.
"""

from dataclasses import replace
from typing import Any

from theory.estimates import Estimate, best
from theory.findings import Finding, compare
from theory.verdict import Verdict, conclude


def judged(verdict: Verdict) -> str:
    """Return the derivation of the number that a verdict vouches for.

    It is the formula's for an equality. A bound is vouched for by its proof; what its cases hold
    against it is the number of the sharpest route.
    """
    claim, finding = verdict.claim, verdict.deciding
    if claim.relation == "equals":
        return claim.formula
    sharpest = best(finding.evidence, finding.agreeing)
    return next(claim.derivations[n] for n, e in finding.evidence.items() if e is sharpest)


def planted(verdict: Verdict, factor: float, derivation: str | None = None) -> Verdict:
    """Return the verdict that the same numbers give with an error in one derivation.

    Args:
        verdict: Verdict with the numbers that its check found.
        factor: Number by which everything that rests on the derivation is multiplied.
        derivation: Derivation that the error is in; the one that the verdict vouches for by
            default.
    """
    wrong = judged(verdict) if derivation is None else derivation
    findings = tuple(_planted(verdict, each, factor, wrong) for each in verdict.findings)
    proved = replace(verdict.claim, typical=None, proof=_proved if verdict.claim.proof else None)
    return conclude(proved, findings)


def _proved() -> bool:
    """Return that a proof was checked: the error is in the numbers."""
    return True


def _planted(verdict: Verdict, finding: Finding, factor: float, wrong: str) -> Finding:
    """Return what one case says with the error."""
    claim: Any = verdict.claim
    evidence = {
        name: _scaled(estimate, factor) if claim.derivations[name] == wrong else estimate
        for name, estimate in finding.evidence.items()
    }
    states = claim.relation == "equals" and claim.formula == wrong
    return compare(
        evidence,
        case=finding.case,
        stated=finding.stated * (factor if states else 1.0),
        relation=claim.relation,
        tolerance=finding.tolerance,
        derivations=claim.derivations,
        formula=claim.formula,
        within=claim.within,
        exhaustive=claim.exhaustive,
        redrawn=finding.redrawn,
    )


def _scaled(estimate: Estimate, factor: float) -> Estimate:
    return Estimate(value=factor * estimate.value, stderr=factor * estimate.stderr)
