"""The ledger of the paper's claims: what a claim is, and how evidence becomes its verdict.

A verdict is computed, never written down: from committed records (over seeds, with an interval),
from the printed numbers alone (arithmetic), or from the theory's own ledger.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from benchmarks.chains.recipe import Recipe
from benchmarks.chains.record import Record, record_name
from benchmarks.comparing.differences import Difference, paired
from benchmarks.comparing.identities import refuse_conflicts
from benchmarks.paper.audit import Finding, audit
from data.workflow import Workflow
from theory.claims import CLAIMS as THEORY
from theory.claims import stream

Verdict = Literal[
    "reproduced", "not reproduced", "undecided", "not attempted", "inconsistent as printed"
]
MIN_SEEDS = 3
"""Fewer chains decide nothing."""

Fixed = Literal["before any record", "after the first smoke records", "no run decides it"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of a claim."""

    verdict: Verdict
    observed: str
    """The numbers, in words."""
    tier: str = ""
    """Of the records, or `arithmetic`, or `theory`; empty where nothing was attempted."""
    records: tuple[str, ...] = ()
    seeds: int = 0
    """Replicates behind it."""


@dataclass(frozen=True)
class Evidence:
    """All that a claim may be judged by."""

    records: tuple[Record, ...]

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Of the audit of all tables."""
        return audit()

    def chains(self, recipe: Recipe, workflow: Workflow) -> dict[int, Record]:
        """Records of one workflow of a recipe as it stands now, by seed.

        Raises:
            BadInput: Records of the recipe were made from different text, checkpoints or bases.
        """
        digest = recipe.digest
        mine = [record for record in self.records if record.digest == digest]
        refuse_conflicts(mine)
        return {r.seed: r for r in mine if r.workflow == workflow}


Judge = Callable[[Evidence], Judgement]


@dataclass(frozen=True, kw_only=True, slots=True)
class PaperClaim:
    """A statement of the paper that evidence can confirm or not."""

    id: str
    where: str
    """Abstract, table, figure, theorem."""
    statement: str
    statistic: str
    """The number that decides."""
    rule: str
    """What the number must be for `reproduced` and for `not reproduced`."""
    fixed: Fixed = "before any record"
    """When the rule was written."""
    judge: Judge
    printed: Callable[[], str] | None = None
    """What the printed numbers alone say, computed."""
    command: str = ""
    """What makes the records it needs; empty where it needs none."""
    caveat: str = ""
    """How the records' experiment differs from the paper's."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ledger."""

    claim: PaperClaim
    judgement: Judgement
    printed: str


def judge_all(claims: Iterable[PaperClaim], records: Iterable[Record]) -> list[Entry]:
    """Judge claims by all records."""
    evidence = Evidence(tuple(records))
    return [
        Entry(claim, claim.judge(evidence), claim.printed() if claim.printed else "")
        for claim in claims
    ]


Statistic = Callable[[Sequence[Record]], float]
"""From one chain per named workflow, all of one seed."""


def from_chains(
    recipe: Callable[[], Recipe], workflows: Sequence[Workflow], statistic: Statistic, *, sign: int
) -> Judge:
    """Judge by a statistic of chains of one recipe and equal seed.

    Args:
        recipe: Whose records count.
        workflows: The chains that the statistic needs, in its order.
        statistic: One number per seed.
        sign: 1 when the claim says that the number lies above 0, -1 below, 0 at 0.
    """
    return from_series([(recipe, workflow) for workflow in workflows], statistic, sign=sign)


def from_series(
    chains: Sequence[tuple[Callable[[], Recipe], Workflow]], statistic: Statistic, *, sign: int
) -> Judge:
    """Judge by a statistic of chains of several recipes and equal seed; see `from_chains`."""

    def judge(evidence: Evidence) -> Judgement:
        found = [evidence.chains(recipe(), workflow) for recipe, workflow in chains]
        seeds = sorted(set.intersection(*(set(by_seed) for by_seed in found)))
        if not seeds:
            return Judgement("not attempted", "")
        chosen = [[by_seed[seed] for by_seed in found] for seed in seeds]
        refuse_conflicts(record for records in chosen for record in records)
        estimate = paired(np.array([statistic(records) for records in chosen]))
        names = tuple(record_name(record) for records in chosen for record in records)
        tier = chains[0][0]().tier
        return Judgement(decide(estimate, sign), in_words(estimate), tier, names, estimate.n)

    return judge


def best_supported(*judges: Judge) -> Judge:
    """The judgement with enough seeds that comes first; without any, the one with most seeds.

    The choice looks at the number of seeds only, never at the outcome.
    """

    def judge(evidence: Evidence) -> Judgement:
        found = [each(evidence) for each in judges]
        return max(found, key=lambda judgement: min(judgement.seeds, MIN_SEEDS))

    return judge


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


def from_print(inconsistent: Callable[[Finding], bool], otherwise: Verdict) -> Judge:
    """Judge by the audit: inconsistent where a finding that matters is, else the verdict given."""

    def judge(evidence: Evidence) -> Judgement:
        mine = [f for f in evidence.findings if inconsistent(f)]
        wrong = [f for f in mine if f.status == "inconsistent as printed"]
        if wrong:
            text = f"{len(wrong)} of {len(mine)} checks fail: " + "; ".join(map(_finding, wrong))
            return Judgement("inconsistent as printed", text, "arithmetic")
        if otherwise == "not attempted":
            return Judgement("not attempted", "")
        return Judgement(otherwise, f"{len(mine)} checks, none fails", "arithmetic")

    return judge


def _finding(finding: Finding) -> str:
    cell = finding.cell
    return f"{cell.row}, {cell.column}: {cell.printed} printed, {finding.recomputed} recomputed"


def from_theory(claim_id: str) -> Judge:
    """Judge by the theory's ledger: `holds` is reproduced, `refuted` is not."""
    (claim,) = (claim for claim in THEORY if claim.id == claim_id)
    verdicts: dict[str, Verdict] = {
        "holds": "reproduced",
        "refuted": "not reproduced",
        "vacuous": "undecided",
        "unproven": "undecided",
    }

    def judge(evidence: Evidence) -> Judgement:
        found = claim.check(rng=stream(claim.id, 0))
        text = f"{found.status}: {found.reason}"
        return Judgement(verdicts[found.status], text, "theory")

    return judge


def not_attempted(evidence: Evidence) -> Judgement:
    """For a claim that needs the paper's own models or data."""
    return Judgement("not attempted", "")


def as_json(entries: Sequence[Entry]) -> str:
    """The ledger as JSON: one object per claim, without its functions."""
    rows = [
        {
            "id": entry.claim.id,
            "where": entry.claim.where,
            "statement": entry.claim.statement,
            "statistic": entry.claim.statistic,
            "rule": entry.claim.rule,
            "fixed": entry.claim.fixed,
            "printed": entry.printed,
            "command": entry.claim.command,
            "caveat": entry.claim.caveat,
            **asdict(entry.judgement),
        }
        for entry in entries
    ]
    return json.dumps(rows, indent=1, ensure_ascii=False) + "\n"
