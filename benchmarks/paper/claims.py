"""The ledger of the paper's claims: what a claim is, and how all of them are judged together.

Each claim is judged by its rule alone first. Then one correction (Holm's) goes over all tests of
the ledger: what is shown alone and not among the others is undecided, and says so.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.comparing.decisions import LEVEL, Decision, decide_all
from benchmarks.paper.audit import Audit
from benchmarks.paper.evidence import VERDICT_OF, Evidence, Judgement, Rule, Verdict
from benchmarks.paper.fixed.rules import History, Standing, digest_of, standing, words_of
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
    """What stands after the correction over all claims of the ledger."""
    reason: str
    """Why nothing is decided, where the numbers do not say it themselves."""
    decision: Decision | None
    """P values; None where no test decides."""
    standing: Standing
    """How the rule stands to its records."""
    fixed: str
    """The same as a sentence, with the rule's digest, times and commit."""


def judge_all(
    claims: Iterable[PaperClaim],
    records: Iterable[Envelope],
    audit: Audit | None,
    history: History | None = None,
) -> list[Entry]:
    """Judge the claims of one ledger by all records and by the numbers that its paper prints.

    Args:
        claims: Claims of one paper, in its order.
        records: Records of any recipes.
        audit: Audit of the paper's printed numbers; None where nothing is printed.
        history: When each rule was fixed; without it no rule is.
    """
    evidence, given = Evidence(tuple(records), audit), tuple(claims)
    judged = [(claim, claim.rule.judge(evidence)) for claim in given]
    tested = [(claim.id, one.sides) for claim, one in judged if one.sides is not None]
    decisions = decide_all([sides for _, sides in tested])
    decided = {id: decision for (id, _), decision in zip(tested, decisions, strict=True)}
    return [
        _entry(claim, one, decided.get(claim.id), history or {}, len(tested))
        for claim, one in judged
    ]


def _entry(
    claim: PaperClaim, one: Judgement, decision: Decision | None, history: History, tests: int
) -> Entry:
    verdict, reason = one.verdict, one.reason
    if decision is not None:
        verdict = VERDICT_OF[decision.place]
        if verdict != one.verdict:
            reason = (
                f"alone it would be {one.verdict} (p {decision.p:.2g}); not after Holm's "
                f"correction over {tests} claims (p {decision.adjusted_p:.2g})"
            )
    versions = history.get(claim.id, ())
    stands = standing(claim.rule, versions, one.started)
    return Entry(
        claim,
        one,
        claim.printed() if claim.printed else "",
        verdict,
        reason,
        decision,
        stands,
        words_of(claim.rule, versions, one.started, stands),
    )


def correction_words(entries: Sequence[Entry]) -> str:
    """How many claims were tested and corrected together, and how many decisions that left."""
    tested = [entry for entry in entries if entry.decision is not None]
    alone = sum(entry.judgement.verdict != "undecided" for entry in tested)
    kept = sum(entry.verdict != "undecided" for entry in tested)
    return (
        f"{len(tested)} claims are tested. Each alone at {100 * LEVEL:g} %, {alone} would be "
        f"decided; after Holm's correction over all of them {kept} are. The chance of any wrong "
        f"decision in the ledger is then at most {100 * LEVEL:g} %, for normal seeds."
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
        "rule_digest": digest_of(claim.rule),
        "standing": entry.standing,
        "fixed": entry.fixed,
        "printed": entry.printed,
        "command": claim.command,
        "caveat": claim.caveat,
        "verdict": entry.verdict,
        "reason": entry.reason,
        "alone": one.verdict,
        "p": None if decision is None else decision.p,
        "adjusted_p": None if decision is None else decision.adjusted_p,
        "observed": one.observed,
        "also": one.also,
        "tier": one.tier,
        "records": one.records,
        "seeds": one.seeds,
    }
