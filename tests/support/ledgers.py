"""The ledger of the paper's claims on planted records, beside what is true of them."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import NamedTuple

import numpy as np

from benchmarks.families.toedit.claims.ledger import CLAIMS
from benchmarks.families.toedit.claims.places.rules import WHERE
from benchmarks.families.toedit.claims.places.texts import TEXTS
from benchmarks.paper.claims import Entry, PaperClaim, judge_all
from benchmarks.paper.evidence import Verdict
from benchmarks.paper.rules import BestSupported, FromRuns
from tests.support.planted import FINE, HARM, HELP, World, planted

WORLDS: Mapping[str, World] = {"nothing": FINE, "harm": HARM, "help": HELP}
BY_RUNS = [claim for claim in CLAIMS if claim.rule.by_runs]
TESTED = [
    claim
    for claim in BY_RUNS
    if claim not in (*WHERE, *TEXTS)
    and (
        isinstance(claim.rule, FromRuns)
        or (
            isinstance(claim.rule, BestSupported)
            and any(isinstance(rule, FromRuns) for rule in claim.rule.rules)
        )
    )
]
"""Claims whose effects a `World` knows; the tests of those about places plant their own."""


def judged(world: World, *key: int) -> dict[str, Entry]:
    records = planted(world, np.random.default_rng(key))
    return {entry.claim.id: entry for entry in judge_all(BY_RUNS, records, None)}


@cache
def truth(world: str) -> dict[str, Verdict]:
    """What each claim's verdict would be if every mean were known; `undecided` on an end."""
    found = judged(replace(WORLDS[world], noise=0.0))
    known = {}
    for claim in TESTED:
        rule = _rule(claim)
        mean = float(found[claim.id].judgement.observed.split()[0].rstrip(","))
        on_end = any(end is not None and abs(mean - end) < 1e-9 for end in _ends(rule))
        says: Verdict = "reproduced" if rule.region.holds(mean) else "not reproduced"
        known[claim.id] = "undecided" if on_end else says
    return known


def _rule(claim: PaperClaim) -> FromRuns:
    rules = claim.rule.rules if isinstance(claim.rule, BestSupported) else (claim.rule,)
    return next(rule for rule in rules if isinstance(rule, FromRuns))


def _ends(rule: FromRuns) -> tuple[float | None, float | None]:
    return rule.region.above, rule.region.below


class FalseDecisions(NamedTuple):
    """Number of wrong verdicts in one ledger where no effect is there."""

    alone: int
    """Where each claim is judged alone."""
    corrected: int
    """After the correction over the ledger."""


def false_decisions(world: World, *key: int) -> FalseDecisions:
    """Wrong verdicts of a ledger; the world is one without effects."""
    found = judged(world, *key)
    alone = corrected = 0
    for id, right in truth("nothing").items():
        fine = ("undecided", right)
        alone += found[id].judgement.verdict not in fine
        corrected += found[id].verdict not in fine
    return FalseDecisions(alone, corrected)
