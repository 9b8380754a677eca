"""The ledger of the paper's claims: what a claim is, and how evidence becomes its verdict.

A verdict is computed, never written down: from committed records (over seeds, with an interval),
from the printed numbers alone (arithmetic), or from the theory's own ledger.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal, Protocol

import numpy as np

from benchmarks.chains.record import Record
from benchmarks.comparing.differences import Difference, paired
from benchmarks.comparing.identities import refuse_conflicts
from benchmarks.paper.audit import Audit, Check
from benchmarks.running.record import Envelope
from benchmarks.running.study import FamilyRecipe
from theory.claims import stream
from theory.verdict import Claim as TheoryClaim

Verdict = Literal[
    "reproduced", "not reproduced", "undecided", "not attempted", "inconsistent as printed"
]
MIN_SEEDS = 3
"""Number of seeds that a decision needs; with fewer a claim stays undecided."""

Fixed = Literal["before any record", "after the first smoke records", "no run decides it"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """Verdict on a claim, with the numbers and records that it rests on."""

    verdict: Verdict
    observed: str
    """Numbers that were found, in words."""
    tier: str = ""
    """Tier of the records, or `arithmetic`, or `theory`; empty where nothing was attempted."""
    records: tuple[str, ...] = ()
    seeds: int = 0
    """Number of replicates behind the verdict."""


@dataclass(frozen=True)
class Evidence:
    """All that a claim may be judged by."""

    records: tuple[Envelope, ...]
    audit: Audit | None = None
    """Audit of the numbers that the claim's paper prints."""

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """Every check of the paper's printed numbers."""
        return () if self.audit is None else self.audit.checks()

    def runs(self, recipe: FamilyRecipe, arm: str) -> dict[int, Any]:
        """Records of one arm of a recipe as it stands now, by seed.

        Raises:
            BadInput: Records of the recipe were made from different text, checkpoints or bases.
        """
        digest = recipe.digest
        mine = [record for record in self.records if record.digest == digest]
        refuse_conflicts([record for record in mine if isinstance(record, Record)])
        return {record.seed: record for record in mine if record.arm == arm}


class Rule(Protocol):
    """How evidence becomes a judgement, as code and in words."""

    def judge(self, evidence: Evidence) -> Judgement:
        """The judgement that the evidence allows."""

    @property
    def words(self) -> str:
        """What the number must be for `reproduced` and for `not reproduced`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PaperClaim:
    """A statement of the paper that evidence can confirm or not."""

    id: str
    where: str
    """Where the paper makes the claim: abstract, table, figure or theorem."""
    statement: str
    statistic: str
    """The number that decides, in words."""
    rule: Rule
    """Rule that turns evidence into a verdict, and says how in words."""
    note: str = ""
    """What must be said about the rule beside its words."""
    fixed: Fixed = "before any record"
    """When the rule was written, and whether a run decides it at all."""
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
    """One line of the ledger: a claim and the judgement on it."""

    claim: PaperClaim
    judgement: Judgement
    printed: str


def judge_all(
    claims: Iterable[PaperClaim], records: Iterable[Envelope], audit: Audit | None
) -> list[Entry]:
    """Judge the claims of one paper by all records and by its printed numbers."""
    evidence = Evidence(tuple(records), audit)
    return [
        Entry(claim, claim.rule.judge(evidence), claim.printed() if claim.printed else "")
        for claim in claims
    ]


Sign = Literal[1, -1, 0]
Statistic = Callable[[Sequence[Any]], float]
"""Computes a number from one record per named arm, all of one seed."""
SIGNS: Mapping[int, str] = {
    1: "reproduced if the 95 % interval over at least 3 seeds lies above 0, not if below",
    -1: "reproduced if the 95 % interval over at least 3 seeds lies below 0, not if above",
    0: "not reproduced if the 95 % interval over at least 3 seeds leaves out 0",
}
"""What an interval must be for a claim that its number lies above, below or at 0."""


@dataclass(frozen=True, slots=True)
class FromRuns:
    """Judges by a statistic of runs of equal seed.

    The words follow from the sign that decides, so that neither can say what the other does not.
    """

    runs: tuple[tuple[Callable[[], FamilyRecipe], str], ...]
    """Recipe and arm of each record that the statistic needs, in its order."""
    statistic: Statistic
    sign: Sign
    """1 when the claim says that the number lies above 0, -1 below, 0 at 0."""

    @property
    def words(self) -> str:
        """Words that say on which side of 0 the interval must lie."""
        return SIGNS[self.sign]

    def judge(self, evidence: Evidence) -> Judgement:
        """Judge by the interval of the statistic over seeds."""
        found = [evidence.runs(recipe(), arm) for recipe, arm in self.runs]
        seeds = sorted(set.intersection(*(set(by_seed) for by_seed in found)))
        if not seeds:
            return Judgement("not attempted", "")
        chosen = [[by_seed[seed] for by_seed in found] for seed in seeds]
        flat = [record for records in chosen for record in records]
        refuse_conflicts([record for record in flat if isinstance(record, Record)])
        estimate = paired(np.array([self.statistic(records) for records in chosen]))
        return Judgement(
            decide(estimate, self.sign),
            in_words(estimate),
            self.runs[0][0]().tier,
            tuple(record.name for record in flat),
            estimate.n,
        )


def from_arms(
    recipe: Callable[[], FamilyRecipe],
    arms: Sequence[str],
    statistic: Statistic,
    *,
    sign: Sign,
) -> FromRuns:
    """Judge by a statistic of several arms of one recipe."""
    return FromRuns(tuple((recipe, arm) for arm in arms), statistic, sign)


@dataclass(frozen=True, slots=True)
class BestSupported:
    """The judgement with enough seeds that comes first; without any, the one with most seeds.

    The choice looks at the number of seeds only, never at the outcome.
    """

    rules: tuple[Rule, ...]

    @property
    def words(self) -> str:
        """Words of the rule that is preferred, and of what stands in for it."""
        return "; without records, ".join(
            dict.fromkeys(rule.words for rule in reversed(self.rules))
        )

    def judge(self, evidence: Evidence) -> Judgement:
        """Judge by the first rule with enough seeds."""
        found = [rule.judge(evidence) for rule in self.rules]
        return max(found, key=lambda judgement: min(judgement.seeds, MIN_SEEDS))


@dataclass(frozen=True, slots=True)
class FromPrint:
    """Judges by the audit: inconsistent where a check that matters fails."""

    concerns: Callable[[Check], bool]
    """Whether a check of the audit matters for the claim."""
    otherwise: Literal["reproduced", "not attempted"]
    """The verdict where no check fails."""
    wanted: str = ""
    """Words for what the number would have to be, where the audit cannot decide."""

    @property
    def words(self) -> str:
        """Words for what the number would have to be, or what a failing check does to the claim."""
        if self.wanted:
            return self.wanted
        if self.otherwise == "not attempted":
            return "what the audit of its printed rows says"
        return "inconsistent as printed if any"

    def judge(self, evidence: Evidence) -> Judgement:
        """Judge by the checks that matter."""
        mine = [check for check in evidence.checks if self.concerns(check)]
        wrong = [check for check in mine if check.status == "inconsistent as printed"]
        if wrong:
            text = f"{len(wrong)} of {len(mine)} checks fail: " + "; ".join(map(_check, wrong))
            return Judgement("inconsistent as printed", text, "arithmetic")
        if self.otherwise == "not attempted":
            return Judgement("not attempted", "")
        return Judgement(self.otherwise, f"{len(mine)} checks, none fails", "arithmetic")


def _check(check: Check) -> str:
    cell = check.cell
    return f"{cell.row}, {cell.column}: {cell.printed} printed, {check.recomputed} recomputed"


_OF_THEORY: Mapping[str, Verdict] = {
    "holds": "reproduced",
    "refuted": "not reproduced",
    "vacuous": "undecided",
    "unproven": "undecided",
}


@dataclass(frozen=True, slots=True)
class FromTheory:
    """Judges by the verdict of the theory: `holds` is reproduced, `refuted` is not."""

    claim: TheoryClaim[Any]

    @property
    def words(self) -> str:
        """Words that say which verdict of the theory becomes which."""
        return "reproduced where it holds, not where it is refuted, else undecided"

    def judge(self, evidence: Evidence) -> Judgement:
        """Judge by checking the claim of the theory."""
        found = self.claim.check(rng=stream(self.claim.id, 0))
        text = f"{found.status}: {found.reason}"
        return Judgement(_OF_THEORY[found.status], text, "theory")


@dataclass(frozen=True, slots=True)
class Computed:
    """Judges by a computation of the claim's own."""

    compute: Callable[[Evidence], Judgement]
    words: str
    """Words for what the computation looks at."""

    def judge(self, evidence: Evidence) -> Judgement:
        """Judge by the claim's own computation."""
        return self.compute(evidence)


@dataclass(frozen=True, slots=True)
class NotAttempted:
    """The rule of a claim that needs the paper's own models or data."""

    words: str
    """Words for what the number would have to be."""

    def judge(self, evidence: Evidence) -> Judgement:
        """Never judge: the verdict is `not attempted`, whatever the evidence."""
        return Judgement("not attempted", "")


def decide(estimate: Difference, sign: int) -> Verdict:
    """Whether the interval lies on the claimed side of 0; sign 0 claims 0 itself."""
    if estimate.n < MIN_SEEDS or estimate.is_significant is not True:
        return "undecided"
    return "reproduced" if sign * estimate.mean > 0 else "not reproduced"


def in_words(estimate: Difference) -> str:
    """Mean, interval and number of seeds."""
    seeds = f"{estimate.n} seed" + ("s" if estimate.n > 1 else "")
    if estimate.low is None or estimate.high is None:
        return f"{estimate.mean:+.4g}, {seeds}"
    return f"{estimate.mean:+.4g} [{estimate.low:+.4g}, {estimate.high:+.4g}], {seeds}"


def as_json(entries: Mapping[str, Sequence[Entry]]) -> str:
    """The ledgers of families as JSON: one object per claim, without its functions."""
    rows = [
        {
            "family": family,
            "id": entry.claim.id,
            "where": entry.claim.where,
            "statement": entry.claim.statement,
            "statistic": entry.claim.statistic,
            "rule": entry.claim.rule_in_words,
            "fixed": entry.claim.fixed,
            "printed": entry.printed,
            "command": entry.claim.command,
            "caveat": entry.claim.caveat,
            **asdict(entry.judgement),
        }
        for family, mine in entries.items()
        for entry in mine
    ]
    return json.dumps(rows, indent=1, ensure_ascii=False) + "\n"
