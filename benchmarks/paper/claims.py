"""The ledger of the paper's claims: what a claim is, and how all of them are judged together.

Each claim is judged by its rule alone first. Then one correction (Holm's) goes over all tests of
the ledger: what is shown alone and not among the others is undecided, and says so.
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.comparing.decisions import LEVEL, Decision
from benchmarks.paper.audit import Audit
from benchmarks.paper.evidence import (
    Evidence,
    Judgement,
    Rule,
    Verdict,
    after_correction,
    tests_of,
)
from benchmarks.paper.fixed.looks import Look
from benchmarks.paper.fixed.rules import Dated, History, Standing, dated, parts_of
from benchmarks.paper.fixed.seen import Seen, committed, source_words
from benchmarks.paper.rules import seed_words
from benchmarks.running.record import Envelope


@dataclass(frozen=True, kw_only=True, slots=True)
class PaperClaim:
    """A statement of the paper, or of ours about its subject, that evidence can confirm or not."""

    id: str
    where: str
    """Where the paper makes the claim: abstract, table, figure or theorem."""
    statement: str
    statistic: str
    """The number that decides, in words."""
    rule: Rule
    """Rule that turns evidence into a verdict, and says how in words."""
    note: str = ""
    """What must be said about the rule beside its words, such as the reason for a margin."""
    printed: Callable[[], str] | None = None
    """What the printed numbers alone say, computed."""
    command: str = ""
    """What makes the records it needs; empty where it needs none."""
    caveat: str = ""
    """How the records' experiment differs from the paper's."""

    @property
    def rule_in_words(self) -> str:
        """The rule and its note as one text."""
        return f"{self.rule.words} {self.note}".rstrip()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger: a claim, and what became of it among all others."""

    claim: PaperClaim
    judgement: Judgement
    """What the claim's own rule says; see `verdict` for what stands."""
    printed: str
    verdict: Verdict
    """What stands after the correction over all tests of the ledger."""
    reason: str
    """Why nothing is decided, where the numbers do not say it themselves."""
    decision: Decision | None
    """P values; None where no test decides."""
    rule: Dated
    """Since when the rule stands, and how that is to its records."""
    source: str
    """Which code made the records that decide, as a sentence; empty where there are none."""

    @property
    def planned(self) -> str:
        """The seeds that decide, as a sentence; empty where no run does."""
        return plan_words(self.claim.rule)

    @property
    def outcome(self) -> str:
        """The verdict, and what it would be alone where the correction leaves nothing of that.

        An interval that lies inside the region beside a bare `undecided` would read as a mistake.
        """
        if self.verdict == self.judgement.verdict:
            return self.verdict
        return f"{self.verdict}; {self.judgement.verdict} alone, not after correction"

    @property
    def observed(self) -> str:
        """What was found, in words; empty where there is nothing."""
        return self.judgement.observed.replace("+nan", "no number")

    @property
    def said(self) -> str:
        """What was found, or why nothing is decided, in words that a page can print."""
        return self.observed or self.reason or "no record yet"

    @property
    def standing(self) -> Standing:
        """How the rule stands to its records."""
        return self.rule.standing


def plan_words(rule: Rule) -> str:
    """The seeds that a rule plans, as a sentence; empty where it plans none."""
    by_seeds: dict[str, list[str]] = {}
    for plan in rule.plans:
        by_seeds.setdefault(seed_words(plan.seeds), []).append(f"`{plan.recipe}`")
    each = "; ".join(f"seeds {seeds} of {', '.join(names)}" for seeds, names in by_seeds.items())
    return f"Planned: {each}." if each else ""


def judge_all(
    claims: Iterable[PaperClaim],
    records: Iterable[Envelope],
    audit: Audit | None,
    history: History | None = None,
    seen: Seen | None = None,
    looks: Sequence[Look] = (),
) -> list[Entry]:
    """Judge the claims of one ledger by all records and by the numbers that its paper prints.

    Args:
        claims: Claims of one paper, in its order.
        records: Records of any recipes.
        audit: Audit of the paper's printed numbers; None where nothing is printed.
        history: When each rule was fixed; without it no rule is.
        seen: When each run was first seen; by default what the project's own file says.
        looks: What was seen beside records, as the family declares it.
    """
    evidence, given = Evidence(tuple(records), audit), tuple(claims)
    judged = [claim.rule.judge(evidence) for claim in given]
    rows = zip(given, judged, after_correction(judged), strict=True)
    known, tests = seen or committed(), tests_of(judged)
    return [
        Entry(
            claim,
            one,
            claim.printed() if claim.printed else "",
            verdict,
            _reason(one, verdict, decision, tests),
            decision,
            dated(claim.rule, (history or {}).get(claim.id, ()), one, known, looks),
            source_words(known, one.judged),
        )
        for claim, one, (verdict, decision) in rows
    ]


def _reason(one: Judgement, verdict: Verdict, decision: Decision | None, tests: int) -> str:
    """Why nothing is decided: what the rule says, or what the correction leaves of it."""
    if decision is None or verdict == one.verdict:
        return one.reason
    return (
        f"alone it would be {one.verdict} (p {decision.p:.2g}); not after Holm's "
        f"correction over {tests} tests (p {decision.adjusted_p:.2g})"
    )


def correction_words(entries: Sequence[Entry]) -> str:
    """How many tests were corrected together, of how many claims, and what that left."""
    tested = [entry for entry in entries if entry.decision is not None]
    alone = sum(entry.judgement.verdict != "undecided" for entry in tested)
    kept = sum(entry.verdict != "undecided" for entry in tested)
    tests = tests_of(entry.judgement for entry in tested)
    return (
        f"{len(tested)} claims are tested, by {tests} tests: each end of each region, in both "
        f"directions. Each claim alone at {100 * LEVEL:g} %, {alone} would be decided; after "
        f"Holm's correction over all tests {kept} are. The chance of any wrong decision in the "
        f"ledger is then at most {100 * LEVEL:g} %, for normal seeds, at the planned seeds."
    )


def as_json(entries: Mapping[str, Sequence[Entry]]) -> str:
    """The ledgers of families as JSON: one object per claim, without its functions."""
    rows = [
        {"family": family, **_plain(entry)} for family, mine in entries.items() for entry in mine
    ]
    return json.dumps(rows, indent=1, ensure_ascii=False) + "\n"


def _plain(entry: Entry) -> dict[str, object]:
    claim, one, decision = entry.claim, entry.judgement, entry.decision
    return {
        "id": claim.id,
        "where": claim.where,
        "statement": claim.statement,
        "statistic": claim.statistic,
        "rule": claim.rule_in_words,
        "rule_data": claim.rule.data,
        "rule_digest": entry.rule.digest,
        "rule_parts": parts_of(claim.rule),
        "plans": [plan._asdict() for plan in claim.rule.plans],
        "standing": entry.standing,
        "late": entry.rule.late,
        "fixed": entry.rule.words,
        "looks": [look.words for look in entry.rule.looks],
        "source": entry.source,
        "printed": entry.printed,
        "command": claim.command,
        "caveat": claim.caveat,
        "verdict": entry.verdict,
        "reason": entry.reason,
        "alone": one.verdict,
        "p": None if decision is None else _known(decision.p),
        "adjusted_p": None if decision is None else _known(decision.adjusted_p),
        "observed": one.observed,
        "also": one.also,
        "tier": one.tier,
        "records": one.records,
        "seeds": one.seeds,
    }


def _known(p: float) -> float | None:
    """A p value as JSON can hold it: none where the claim is not decidable."""
    return None if math.isnan(p) else p
