"""Rules that judge by runs: a statistic of records of equal seed, the best supported of several."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from benchmarks.chains.record import Record
from benchmarks.comparing.decisions import LEVEL, Region, sides, sides_of_known
from benchmarks.comparing.differences import paired
from benchmarks.comparing.identities import refuse_conflicts
from benchmarks.paper.evidence import (
    MIN_SEEDS,
    TIERS,
    VERDICT_OF,
    Data,
    Evidence,
    Judgement,
    Rule,
    Verdict,
    code_of,
    in_words,
)
from benchmarks.running.study import FamilyRecipe


class Need(Protocol):
    """What records must show before a test of them says anything; it never looks at outcomes."""

    @property
    def words(self) -> str:
        """What must be so, in words."""

    @property
    def data(self) -> Data:
        """What must be so, as plain values."""

    def missing(self, chosen: Sequence[Sequence[Any]]) -> str:
        """What is missing in the records of each seed, in words; empty where nothing is."""


Statistic = Callable[[Sequence[Any]], float]
"""Computes a number from one record per named arm, all of one seed."""


def words_of(region: Region) -> str:
    """What an interval must be for a claim that its number lies in a region."""
    return (
        f"reproduced if the {1 - LEVEL:.0%} interval over at least {MIN_SEEDS} seeds lies "
        f"{region.words}, not if {region.other}"
    ).replace("%", " %", 1)


class _Made(NamedTuple):
    """What a rule needs of a recipe."""

    name: str
    digest: str
    tier: str
    generations: int


@cache
def _made(make: Callable[[], FamilyRecipe]) -> _Made:
    """A recipe is a function without arguments: it is made once."""
    recipe = make()
    generations = getattr(recipe, "generations", 0)
    return _Made(recipe.name, recipe.digest, recipe.tier, generations)


@dataclass(frozen=True, slots=True)
class FromRuns:
    """Judges by a statistic of runs of equal seed.

    The words follow from the region that decides, so that neither can say what the other does not.
    """

    runs: tuple[tuple[Callable[[], FamilyRecipe], str], ...]
    """Recipe and arm of each record that the statistic needs, in its order."""
    statistic: Statistic
    region: Region
    """Where the claim says that the number lies."""
    need: Need | None = None
    """What the records must show before the test says anything; None for nothing."""

    @property
    def words(self) -> str:
        """Words that say where the interval must lie."""
        also = f"; undecided unless {self.need.words}" if self.need else ""
        return words_of(self.region) + also

    @property
    def data(self) -> Data:
        """Runs, statistic and its code, region, level, seeds and needs."""
        return {
            "rule": "runs",
            "runs": [[_made(make).name, arm] for make, arm in self.runs],
            "statistic": code_of(self.statistic),
            "region": asdict(self.region),
            "level": LEVEL,
            "seeds": MIN_SEEDS,
            **({"need": self.need.data} if self.need else {}),
        }

    @property
    def by_runs(self) -> bool:
        """Runs decide it."""
        return True

    @property
    def can_say(self) -> frozenset[Verdict]:
        """Either way, or undecided."""
        return frozenset({*VERDICT_OF.values(), "not attempted"})

    def judge(self, evidence: Evidence) -> Judgement:
        """Judge by the interval of the statistic over seeds."""
        found = [evidence.of_digest(_made(make).digest, arm) for make, arm in self.runs]
        seeds = sorted(set.intersection(*(set(by_seed) for by_seed in found)))
        if not seeds:
            return Judgement("not attempted", "")
        chosen = [[by_seed[seed] for by_seed in found] for seed in seeds]
        flat = [record for records in chosen for record in records]
        refuse_conflicts([record for record in flat if isinstance(record, Record)])
        untested = Judgement(
            "undecided",
            "",
            _made(self.runs[0][0]).tier,
            tuple(record.name for record in flat),
            len(seeds),
            started=tuple(record.started for record in flat),
            generations=_made(self.runs[0][0]).generations,
        )
        if self.need and (missing := self.need.missing(chosen)):
            return replace(untested, reason=missing)
        values = np.array([self.statistic(records) for records in chosen], dtype=np.float64)
        return self._tested(untested, values, is_known=not values.any() and _are_same(chosen))

    def _tested(
        self, untested: Judgement, values: NDArray[np.float64], *, is_known: bool
    ) -> Judgement:
        estimate = paired(values)
        shown = replace(untested, observed=in_words(estimate), estimate=estimate)
        if len(values) < MIN_SEEDS:
            return replace(shown, reason=f"fewer than {MIN_SEEDS} seeds")
        tests = sides_of_known(0.0, self.region) if is_known else sides(values, self.region)
        if not tests.is_decidable:
            wrong = int(np.sum(~np.isfinite(values)))
            reason = f"not decidable: the statistic is no number in {wrong} of {len(values)} seeds"
            return replace(shown, reason=reason, sides=tests)
        return replace(shown, verdict=VERDICT_OF[tests.place], sides=tests)


def _are_same(chosen: Sequence[Sequence[Any]]) -> bool:
    """Whether the two arms are one chain in every seed: they learned and measured the same.

    A number that is 0 between a chain and itself has no error. Numbers that merely happen to be
    equal, such as counts, show no spread, which is no certainty.
    """
    return all(
        len(records) == 2
        and all(isinstance(record, Record) for record in records)
        and records[0].digest == records[1].digest
        and _learned(records[0]) == _learned(records[1])
        for records in chosen
    )


def _learned(chain: Record) -> list[tuple[str, float, Any]]:
    return [(g.corpus.fingerprint, g.final_loss, g.metrics) for g in chain.generations]


def from_arms(
    recipe: Callable[[], FamilyRecipe],
    arms: Sequence[str],
    statistic: Statistic,
    region: Region,
    need: Need | None = None,
) -> FromRuns:
    """Judge by a statistic of several arms of one recipe."""
    return FromRuns(tuple((recipe, arm) for arm in arms), statistic, region, need)


@dataclass(frozen=True, slots=True)
class BestSupported:
    """The judgement of the records that can support most; of equal ones the first.

    A test counts before none, and printed numbers that contradict each other before runs without a
    test; then the larger tier, more seeds, more generations. The choice among runs never looks at
    an outcome, and what the others found is said beside it.
    """

    rules: tuple[Rule, ...]

    @property
    def words(self) -> str:
        """Words of the rules, that of runs first, and how one is chosen."""
        different = tuple(dict.fromkeys(rule.words for rule in reversed(self.rules)))
        if len(different) > 1:
            return "; without records, ".join(different)
        return f"{different[0]}; the records of the largest tier, then of most seeds, decide"

    @property
    def data(self) -> Data:
        """The data of every rule, in order."""
        return {"rule": "best supported", "of": [rule.data for rule in self.rules]}

    @property
    def by_runs(self) -> bool:
        """Whether runs decide one of the rules."""
        return any(rule.by_runs for rule in self.rules)

    @property
    def can_say(self) -> frozenset[Verdict]:
        """All that one of the rules can say."""
        return frozenset[Verdict]().union(*(rule.can_say for rule in self.rules))

    def judge(self, evidence: Evidence) -> Judgement:
        """Judge by the records that can support most."""
        found = [rule.judge(evidence) for rule in self.rules]
        best = max(found, key=_support)
        others = [one for one in found if one is not best and (one.seeds or _contradicts(one))]
        return replace(best, also=tuple(map(_beside, others)))


def _support(one: Judgement) -> tuple[bool, bool, bool, int, int, int]:
    tier, has_test = TIERS.index(one.tier), one.sides is not None
    is_said = has_test or _contradicts(one)
    return has_test, is_said, one.seeds > 0, tier, one.seeds, one.generations


def _contradicts(one: Judgement) -> bool:
    """Whether printed numbers contradict each other, which needs no run."""
    return one.verdict == "inconsistent as printed"


def _beside(one: Judgement) -> str:
    """What less supported records found: `smoke`: +0.0366 [+0.0269, +0.0464], 3 seeds."""
    if _contradicts(one):
        return f"{one.verdict}: {one.observed}"
    folder, _, _ = one.records[0].partition("/")
    return f"`{folder.rpartition('-')[0]}`: {one.observed or one.reason}"
