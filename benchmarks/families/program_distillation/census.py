"""A rule for numbers of a whole data set, which no seed changes and no error surrounds."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from benchmarks.comparing.decisions import Region, sides_of_known
from benchmarks.comparing.differences import is_level
from benchmarks.paper.evidence import (
    VERDICT_OF,
    Code,
    Data,
    Evidence,
    Judgement,
    Plan,
    Verdict,
    bare,
    name_of,
)
from benchmarks.paper.rules import FIRST_THREE, Statistic, seed_words
from benchmarks.running.study import FamilyRecipe


@dataclass(frozen=True, slots=True)
class FromCensus:
    """Judges by a number that was counted over a whole data set.

    Every row was looked at, and nothing was drawn: the number is known without error, and holds of
    this data set alone. Seeds are there to show that they change nothing.
    """

    recipe: Callable[[], FamilyRecipe]
    arm: str
    statistic: Statistic
    region: Region
    """Where the claim says that the number lies."""
    seeds: tuple[int, ...] = field(default=FIRST_THREE)

    @property
    def words(self) -> str:
        """Words that say where the number must lie."""
        return (
            f"counted over every row, so without error: reproduced if the number lies "
            f"{self.region.words}, not if it does not; undecided if a seed changes it"
        )

    @property
    def data(self) -> Data:
        """Recipe and arm, statistic and region."""
        return {
            "rule": "census",
            "runs": [[self.recipe().name, self.arm]],
            "statistic": name_of(self.statistic),
            "region": asdict(self.region),
        }

    @property
    def plans(self) -> tuple[Plan, ...]:
        """The planned seeds of the arm."""
        made = self.recipe()
        return (Plan(made.name, made.digest, (self.arm,), self.seeds),)

    @property
    def code(self) -> Code:
        """What judges, and the statistic."""
        return (FromCensus.judge, bare(self.statistic))

    @property
    def by_runs(self) -> bool:
        """Runs decide it."""
        return True

    @property
    def can_say(self) -> frozenset[Verdict]:
        """Either way, or undecided."""
        return frozenset({*VERDICT_OF.values(), "not attempted"})

    def judge(self, evidence: Evidence) -> Judgement:
        """Judge by the number that all planned seeds have."""
        made = self.recipe()
        by_seed = evidence.of_digest(made.digest, self.arm)
        planned = [by_seed[seed] for seed in self.seeds if seed in by_seed]
        if not planned:
            return Judgement("not attempted", "")
        values = [self.statistic([record]) for record in planned]
        shown = Judgement(
            "undecided", f"{values[0]:.6g}", made.tier, len(planned), judged=tuple(planned)
        )
        return _decided(shown, values, self._missing(by_seed), self.region)

    def _missing(self, by_seed: dict[int, Any]) -> str:
        missing = [seed for seed in self.seeds if seed not in by_seed]
        return f"no count: seeds {seed_words(missing)} missing" if missing else ""


def _decided(shown: Judgement, values: Sequence[float], missing: str, region: Region) -> Judgement:
    """The judgement once nothing is missing and no seed changes the number."""
    if missing:
        return replace(shown, reason=missing)
    if not is_level(np.array(values)):
        return replace(shown, reason="seeds change the number, which is counted over all rows")
    tests = sides_of_known(values[0], region)
    return replace(shown, verdict=VERDICT_OF[tests.place], sides=tests)
