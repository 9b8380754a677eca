"""Rules that judge by runs: a statistic of records of equal seed, the best supported of several."""

from collections.abc import Callable, Sequence, Set
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
    Code,
    Data,
    Evidence,
    Judgement,
    Plan,
    Rule,
    Verdict,
    bare,
    in_words,
    name_of,
)
from benchmarks.running.study import FamilyRecipe
from data.errors import BadInput


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


FIRST_THREE, FIRST_FIVE = tuple(range(MIN_SEEDS)), tuple(range(5))
"""Seeds that rules plan: three are the fewest, and what decides a headline has five."""
Statistic = Callable[[Sequence[Any]], float]
"""Computes a number from one record per named arm, all of one seed."""


def words_of(region: Region) -> str:
    """What an interval must be for a claim that its number lies in a region."""
    return (
        f"reproduced if the {1 - LEVEL:.0%} interval over at least {MIN_SEEDS} seeds lies "
        f"{region.words}, not if {region.other}"
    ).replace("%", " %", 1)


def seed_words(seeds: Sequence[int]) -> str:
    """Seeds as they are said: `0 to 4`, `0, 2, 5`."""
    if len(seeds) > 2 and list(seeds) == list(range(seeds[0], seeds[-1] + 1)):
        return f"{seeds[0]} to {seeds[-1]}"
    return ", ".join(map(str, seeds))


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
    seeds: tuple[int, ...] = FIRST_THREE
    """The seeds that are planned: the test is done once, when all of them are there, and others
    decide nothing. Looking again with each new seed would be wrong far more often than one look."""

    def __post_init__(self) -> None:
        """Refuse a plan that allows no test.

        Raises:
            BadInput: It has too few seeds, or one of them twice.
        """
        if len(set(self.seeds)) != len(self.seeds) or len(self.seeds) < MIN_SEEDS:
            raise BadInput(f"planned seeds are {self.seeds}; name {MIN_SEEDS} different ones")

    @property
    def words(self) -> str:
        """Words that say where the interval must lie."""
        also = f"; undecided unless {self.need.words}" if self.need else ""
        return words_of(self.region) + also

    @property
    def data(self) -> Data:
        """Recipes and arms, statistic, region, level and needs."""
        return {
            "rule": "runs",
            "runs": [[_made(make).name, arm] for make, arm in self.runs],
            "statistic": name_of(self.statistic),
            "region": asdict(self.region),
            "level": LEVEL,
            **({"need": self.need.data} if self.need else {}),
        }

    @property
    def plans(self) -> tuple[Plan, ...]:
        """The planned seeds of every arm, by recipe."""
        made = dict.fromkeys(_made(make) for make, _ in self.runs)
        return tuple(
            Plan(
                one.name,
                one.digest,
                tuple(dict.fromkeys(arm for make, arm in self.runs if _made(make) == one)),
                self.seeds,
            )
            for one in made
        )

    @property
    def code(self) -> Code:
        """What judges, the statistic, and what looks for needs."""
        looks = (type(self.need).missing,) if self.need else ()
        return (FromRuns.judge, bare(self.statistic), *looks)

    @property
    def by_runs(self) -> bool:
        """Runs decide it."""
        return True

    @property
    def can_say(self) -> frozenset[Verdict]:
        """Either way, or undecided."""
        return frozenset({*VERDICT_OF.values(), "not attempted"})

    def judge(self, evidence: Evidence) -> Judgement:
        """Judge by the interval of the statistic over the planned seeds."""
        found = [evidence.of_digest(_made(make).digest, arm) for make, arm in self.runs]
        seeds = sorted(set.intersection(*(set(by_seed) for by_seed in found)))
        if not seeds:
            return Judgement("not attempted", "")
        if len(self.plans) > 1:
            flat = [by_seed[seed] for seed in seeds for by_seed in found]
            refuse_conflicts([record for record in flat if isinstance(record, Record)])
        planned = [seed for seed in seeds if seed in self.seeds]
        judged = self._judged([[by_seed[seed] for by_seed in found] for seed in planned or seeds])
        if len(planned) in (0, len(seeds)) or judged.estimate is None:
            return judged
        values = [self.statistic([by_seed[seed] for by_seed in found]) for seed in seeds]
        also = f"all {len(seeds)} seeds, planned or not: {in_words(paired(np.array(values)))}"
        return replace(judged, also=(also,))

    def _judged(self, chosen: Sequence[Sequence[Any]]) -> Judgement:
        """The judgement of the records of each seed; a test where every planned one is there."""
        flat = tuple(record for records in chosen for record in records)
        untested = Judgement(
            "undecided",
            "",
            _made(self.runs[0][0]).tier,
            len(chosen),
            judged=flat,
            generations=_made(self.runs[0][0]).generations,
        )
        if self.need and (missing := self.need.missing(chosen)):
            return replace(untested, reason=missing)
        values = np.array([self.statistic(records) for records in chosen], dtype=np.float64)
        if missing := self._missing({records[0].seed for records in chosen}):
            estimate = paired(values)
            return replace(untested, observed=in_words(estimate), estimate=estimate, reason=missing)
        return self._tested(untested, values, is_known=not values.any() and _are_same(chosen))

    def _missing(self, seeds: Set[int]) -> str:
        """Which planned seeds are missing, in words; empty where none is."""
        missing = [seed for seed in self.seeds if seed not in seeds]
        if not missing:
            return ""
        return (
            f"no test: of the planned seeds {seed_words(self.seeds)}, {seed_words(missing)} missing"
        )

    def _tested(
        self, untested: Judgement, values: NDArray[np.float64], *, is_known: bool
    ) -> Judgement:
        estimate = paired(values)
        shown = replace(untested, observed=in_words(estimate), estimate=estimate)
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
    seeds: tuple[int, ...] = FIRST_THREE,
) -> FromRuns:
    """Judge by a statistic of several arms of one recipe."""
    return FromRuns(tuple((recipe, arm) for arm in arms), statistic, region, need, seeds)


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
    def plans(self) -> tuple[Plan, ...]:
        """The plans of every rule, in order."""
        return tuple(plan for rule in self.rules for plan in rule.plans)

    @property
    def code(self) -> Code:
        """What chooses, and the code of every rule."""
        return (BestSupported.judge, *(one for rule in self.rules for one in rule.code))

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
        return replace(best, also=(*best.also, *map(_beside, others)))


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
