"""What a claim is judged by: evidence, judgements, and what a rule is.

A judgement is computed, never written down: from committed records (over seeds, with an interval),
from the printed numbers alone (arithmetic), or from the theory's own ledger. The data of a rule are
all that decides; their digest says whether a rule is still the one that was fixed.
"""

import ast
import inspect
import math
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, partial
from types import FunctionType
from typing import Any, Literal, Protocol

from benchmarks.chains.record import Record
from benchmarks.comparing.decisions import Place, Sides
from benchmarks.comparing.differences import Difference
from benchmarks.comparing.identities import refuse_conflicts
from benchmarks.paper.audit import Audit, Check
from benchmarks.running.code import source_digest
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


@dataclass(frozen=True, slots=True)
class Judgement:
    """Verdict on a claim by itself, with the numbers and records that it rests on."""

    verdict: Verdict
    observed: str
    """Numbers that were found, in words."""
    tier: str = ""
    """Tier of the records, or `arithmetic`, or `theory`; empty where nothing was attempted."""
    records: tuple[str, ...] = ()
    seeds: int = 0
    """Number of replicates behind the verdict."""
    estimate: Difference | None = None
    """The number that decides, with its interval; None where runs did not measure one."""
    sides: Sides | None = None
    """Tests that decide; None where no test does."""
    started: tuple[str, ...] = ()
    """When the runs of the records began, in ISO format."""
    generations: int = 0
    """Number of generations of the chains; 0 where there are none."""
    reason: str = ""
    """Why nothing is decided, where the numbers do not say it themselves."""
    also: tuple[str, ...] = ()
    """What less supported records found, in words; it decides nothing."""


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
        refuse_conflicts([record for record in mine if isinstance(record, Record)])
        return {record.seed: record for record in mine if record.arm == arm}


class Rule(Protocol):
    """How evidence becomes a judgement, as code, as data and in words."""

    def judge(self, evidence: Evidence) -> Judgement:
        """The judgement that the evidence allows."""

    @property
    def words(self) -> str:
        """What the number must be for `reproduced` and for `not reproduced`."""

    @property
    def data(self) -> Data:
        """All that decides, as plain values."""

    @property
    def by_runs(self) -> bool:
        """Whether runs decide it, made or not."""

    @property
    def can_say(self) -> frozenset[Verdict]:
        """Verdicts that some evidence leads to."""


@cache
def code_of(function: Callable[..., Any]) -> str:
    """Name of a function and the digest of its code and of the functions of its module it calls.

    Docstrings, comments and layout do not count.
    """
    if isinstance(function, partial):
        given = ", ".join(map(repr, function.args))
        return f"{code_of(function.func)} of {given}"
    assert isinstance(function, FunctionType)
    parts: dict[str, str] = {}
    waiting = [function]
    while waiting:
        one = waiting.pop()
        if one.__qualname__ not in parts:
            tree = ast.parse(textwrap.dedent(inspect.getsource(one)))
            parts[one.__qualname__] = source_digest(tree)
            names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            named = (one.__globals__.get(name) for name in sorted(names))
            waiting += [
                f for f in named if isinstance(f, FunctionType) and f.__module__ == one.__module__
            ]
    whole = source_digest(ast.parse(repr(sorted(parts.items()))))
    return f"{function.__qualname__} {whole}"


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
