"""What a claim is judged by: evidence, judgements, and what a rule is.

A judgement is computed, never written down: from committed records (over seeds, with an interval),
from the printed numbers alone (arithmetic), or from the theory's own ledger. A rule says what
decides: plain values, the runs that it plans to judge, and the functions that do it; `fixed` holds
all three against the time of the runs.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Literal, NamedTuple, Protocol

from benchmarks.chains.record import Record
from benchmarks.comparing.decisions import Decision, Place, Sides, decide_all
from benchmarks.comparing.differences import Difference
from benchmarks.comparing.identities import refuse_conflicts
from benchmarks.paper.audit import Audit, Check
from benchmarks.running.record import Envelope
from benchmarks.running.study import FamilyRecipe

Verdict = Literal[
    "reproduced", "not reproduced", "undecided", "not attempted", "inconsistent as printed"
]
VERDICT_OF: Mapping[Place, Verdict] = {
    "inside": "reproduced",
    "outside": "not reproduced",
    "open": "undecided",
}
"""What becomes of a claim whose number was shown to lie somewhere."""
MIN_SEEDS = 3
"""Number of seeds that a decision needs; with fewer a claim stays undecided."""
TIERS = ("", "theory", "arithmetic", "smoke", "cpu", "gpu", "paper")
"""What a judgement can rest on, the best supported last."""
Data = Mapping[str, Any]
"""What decides, as plain values that JSON can hold."""
Code = tuple[Callable[..., object], ...]
"""Functions that decide; what they call decides with them."""


class Run(NamedTuple):
    """One run among all that were ever made, whatever the settings of its recipe were then."""

    recipe: str
    """Name of the recipe, without its digest."""
    arm: str
    seed: int


class Plan(NamedTuple):
    """The runs of one recipe that a rule judges: these and no others."""

    recipe: str
    """Name of the recipe."""
    digest: str
    """Digest of its settings."""
    arms: tuple[str, ...]
    seeds: tuple[int, ...]

    @property
    def runs(self) -> tuple[Run, ...]:
        """Each run of the plan."""
        return tuple(Run(self.recipe, arm, seed) for arm in self.arms for seed in self.seeds)


@dataclass(frozen=True, slots=True)
class Judgement:
    """Verdict on a claim by itself, with the numbers and records that it rests on."""

    verdict: Verdict
    observed: str
    """Numbers that were found, in words."""
    tier: str = ""
    """Tier of the records, or `arithmetic`, or `theory`; empty where nothing was attempted."""
    seeds: int = 0
    """Number of replicates behind the verdict."""
    estimate: Difference | None = None
    """The number that decides, with its interval; None where runs did not measure one."""
    sides: Sides | None = None
    """Tests that decide; None where no test does."""
    judged: tuple[Envelope, ...] = ()
    """The records that decide."""
    generations: int = 0
    """Number of generations of the chains; 0 where there are none."""
    reason: str = ""
    """Why nothing is decided, where the numbers do not say it themselves."""
    also: tuple[str, ...] = ()
    """What less supported records found, in words; it decides nothing."""

    @property
    def records(self) -> tuple[str, ...]:
        """Names of the records that decide."""
        return tuple(record.name for record in self.judged)


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

    @cached_property
    def _by_digest(self) -> dict[str, list[Envelope]]:
        found: dict[str, list[Envelope]] = {}
        for record in self.records:
            found.setdefault(record.digest, []).append(record)
        return found

    @cached_property
    def _without_conflicts(self) -> set[str]:
        """Digests of recipes whose records were looked at."""
        return set()

    def runs(self, recipe: FamilyRecipe, arm: str) -> dict[int, Any]:
        """Records of one arm of a recipe as it stands now, by seed.

        Raises:
            BadInput: Records of the recipe were made from different text, checkpoints or bases.
        """
        return self.of_digest(recipe.digest, arm)

    def of_digest(self, digest: str, arm: str) -> dict[int, Any]:
        """Records of one arm of the recipe with a digest, by seed.

        Raises:
            BadInput: Records of the recipe were made from different text, checkpoints or bases.
        """
        mine = self._by_digest.get(digest, [])
        if digest not in self._without_conflicts:
            refuse_conflicts([record for record in mine if isinstance(record, Record)])
            self._without_conflicts.add(digest)
        return {record.seed: record for record in mine if record.arm == arm}


class Rule(Protocol):
    """How evidence becomes a judgement, as code, as data and in words."""

    def judge(self, evidence: Evidence) -> Judgement:
        """The judgement that the evidence allows."""

    def __hash__(self) -> int:
        """A rule can be looked up by itself."""

    @property
    def words(self) -> str:
        """What the number must be for `reproduced` and for `not reproduced`."""

    @property
    def data(self) -> Data:
        """What is asked, as plain values: statistic, region, level, needs."""

    @property
    def plans(self) -> tuple[Plan, ...]:
        """The runs that it judges, made or not; none where it needs no run."""

    @property
    def code(self) -> Code:
        """Functions that decide."""

    @property
    def by_runs(self) -> bool:
        """Whether runs decide it, made or not."""

    @property
    def can_say(self) -> frozenset[Verdict]:
        """Verdicts that some evidence leads to."""


def name_of(function: Callable[..., object]) -> str:
    """Name of a function, with what it is given beforehand."""
    if isinstance(function, partial):
        given = ", ".join(map(repr, function.args))
        return f"{name_of(function.func)} of {given}"
    return getattr(function, "__qualname__", repr(function))


def bare(function: Callable[..., object]) -> Callable[..., object]:
    """The function itself, without what it is given beforehand."""
    return bare(function.func) if isinstance(function, partial) else function


def after_correction(
    judged: Sequence[Judgement],
) -> list[tuple[Verdict, Decision | None]]:
    """What stands of judgements once all tests beside each are allowed for (`decide_all`).

    Returns:
        Verdict and decision of each; no decision where no test decides.
    """
    decisions = iter(decide_all([one.sides for one in judged if one.sides is not None]))
    found: list[tuple[Verdict, Decision | None]] = []
    for one in judged:
        decision = None if one.sides is None else next(decisions)
        found.append((one.verdict if decision is None else VERDICT_OF[decision.place], decision))
    return found


def tests_of(judged: Iterable[Judgement]) -> int:
    """How many tests judgements rest on together: each end of each region, in both directions."""
    return sum(len(one.sides.tests) for one in judged if one.sides is not None)


def in_words(estimate: Difference) -> str:
    """Mean, interval and number of seeds; with the digits that the interval leaves to the mean."""
    seeds = f"{estimate.n} seed" + ("s" if estimate.n > 1 else "")
    if estimate.low is None or estimate.high is None or estimate.low == estimate.high:
        return f"{estimate.mean:+.4g}, {seeds}"
    digits = max(1 - math.floor(math.log10((estimate.high - estimate.low) / 2)), 0)
    mean, low, high = (
        f"{number:+.{digits}f}" for number in (estimate.mean, estimate.low, estimate.high)
    )
    return f"{mean} [{low}, {high}], {seeds}"
