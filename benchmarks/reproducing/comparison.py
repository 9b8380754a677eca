"""Runs beside the committed chains of their recipe: inside the reference band or outside.

There are two bands. Where the seed is on record, the run should find its chain again, and the band
is what another machine, thread count or version adds to one seed: measured by reruns. Where it is
not, the run is one more chain of its kind, and the band is a prediction interval from the seeds
that are on record. Both are so wide that one honest run in 20 leaves them anywhere, in whatever
number of chains, generations and measures it has.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean

from benchmarks.reproducing.quantities import (
    EDIT,
    Number,
    Place,
    facts,
    facts_of_seed,
    first_text,
    is_loss,
    numbers,
)
from benchmarks.reproducing.spread import Cell, Spread, Unit, Variance, spread
from benchmarks.reproducing.surroundings import differing_surroundings
from benchmarks.running.record import Envelope
from data.workflow import label

ERROR = 0.05
"""Probability that an honest run of a whole recipe and seed leaves the band anywhere."""
ROUNDING = 1e-6
"""Relative difference that is always allowed, for sums in another order."""

Values = dict[str, dict[Cell, dict[Unit, float]]]
"""Values by measure, cell and unit."""


@dataclass(frozen=True)
class Reruns:
    """Differences between two honest runs of one recipe and seed in other surroundings."""

    digest: str
    """Digest of the recipe that was run again."""
    differences: Values
    """Differences by measure, cell and rerun."""
    seeds: Mapping[str, Spread]
    """What another seed adds to each measure of that recipe."""

    @cached_property
    def spreads(self) -> dict[str, Spread]:
        """What other surroundings add to each measure: those that move it the most.

        Another instruction set or version of Python moves numbers less than another thread count,
        and says nothing of how far that does.
        """
        return {name: _largest_spread(cells) for name, cells in self.differences.items()}

    def relative(self, name: str) -> float:
        """Variance that other surroundings add, per variance that another seed adds.

        2 where one of the two was not measured, or is 0: two runs of two seeds differ by that.
        """
        here, there = self.spreads.get(name), self.seeds.get(name)
        if here is None or there is None or not there.common.value:
            return 2.0
        return here.common.value / there.common.value


@dataclass(frozen=True)
class Difference:
    """One number of a run beside what the committed chains make one expect."""

    place: Place
    found: float
    expected: float
    band: float
    """How far the number may be from what is expected, in its own unit."""

    @property
    def amount(self) -> float:
        """How far the number is above what is expected."""
        return self.found - self.expected

    @property
    def inside(self) -> bool:
        """Whether the number lies within the band."""
        return abs(self.amount) <= self.band

    @property
    def equal(self) -> bool:
        """Whether the number is what is expected, but for sums in another order."""
        return abs(self.amount) <= ROUNDING * max(abs(self.found), abs(self.expected))


@dataclass(frozen=True)
class Comparison:
    """One run beside the committed runs of its arm."""

    name: str
    """Name of the run within its recipe, such as `replace-seed0`."""
    seeds: tuple[int, ...]
    """Seeds on record that it is held against: its own, or all others."""
    same_seed: bool
    differences: tuple[Difference, ...]
    wrong_facts: tuple[tuple[Place, str], ...]
    """Facts that are not as they should be, with what is wrong in words."""
    unjudged: int
    """Numbers for which there is no band, because only one seed is on record."""
    surroundings: tuple[str, ...]
    """What differs in version, threads, precision, lock or code from the committed run."""

    @property
    def outside(self) -> tuple[Difference, ...]:
        """The numbers that lie outside the band."""
        return tuple(one for one in self.differences if not one.inside)

    @property
    def reproduced(self) -> bool:
        """Whether every number lies in the band, and every fact is as it should be."""
        return not self.outside and not self.wrong_facts

    @property
    def exact(self) -> bool:
        """Whether the run found every number of its seed again, but for sums in another order."""
        return self.same_seed and all(one.equal for one in self.differences)

    @property
    def left_at(self) -> int | None:
        """The first generation that is not as it should be; None where all are."""
        places = [one.place for one in self.outside] + [place for place, _ in self.wrong_facts]
        return min((place.generation for place in places), default=None)

    @property
    def losses(self) -> tuple[Difference, ...]:
        """The losses in bits per byte, by generation; of a study every number."""
        found = tuple(one for one in self.differences if is_loss(one.place.name))
        return found or self.differences


@dataclass(frozen=True)
class Reproduction:
    """The runs of one recipe beside what is on record."""

    comparisons: tuple[Comparison, ...]
    without: tuple[str, ...]
    """Names of runs with nothing on record to compare them with."""

    @property
    def verdict(self) -> bool | None:
        """Whether all runs reproduce what is on record; None where nothing could be compared."""
        return all(one.reproduced for one in self.comparisons) if self.comparisons else None


def compare(
    found: Sequence[Envelope], committed: Sequence[Envelope], reruns: Reruns
) -> Reproduction:
    """Hold the runs of one recipe against the committed ones.

    Args:
        found: Runs of one recipe.
        committed: Records of the same recipe; several seeds of one arm make a band for new seeds.
        reruns: What other surroundings add to one seed.
    """
    by_arm: dict[str, list[Envelope]] = defaultdict(list)
    for record in committed:
        by_arm[record.arm].append(record)
    bands = _Bands(committed, reruns)
    shares = _shares(committed)
    comparisons, without = [], []
    for record in found:
        mine = [one for one in by_arm[record.arm] if one.seed == record.seed]
        name = f"{label(record.arm)}-seed{record.seed}"
        if mine or len(by_arm[record.arm]) > 1:
            comparisons.append(_compare_one(name, record, mine, by_arm[record.arm], bands, shares))
        else:
            without.append(name)
    return Reproduction(tuple(comparisons), tuple(without))


def _compare_one(
    name: str,
    record: Envelope,
    mine: Sequence[Envelope],
    others: Sequence[Envelope],
    bands: "_Bands",
    shares: Mapping[str, float],
) -> Comparison:
    references = mine or others
    values = [numbers(one) for one in references]
    differences, unjudged = [], 0
    for place, number in numbers(record).items():
        expected = [one[place].value for one in values if place in one]
        error = shares.get(_group(place), ERROR)
        half = bands.half_width(record.arm, place, number, error, 0 if mine else len(expected))
        if not expected or half is None:
            unjudged += 1
            continue
        middle = fmean(expected)
        half = max(half, ROUNDING * max(abs(middle), abs(number.value)))
        differences.append(Difference(place, number.value, middle, half))
    return Comparison(
        name=name,
        seeds=tuple(sorted(one.seed for one in references)),
        same_seed=bool(mine),
        differences=tuple(differences),
        wrong_facts=tuple(_wrong(record, references, same_seed=bool(mine))),
        unjudged=unjudged,
        surroundings=differing_surroundings(record, references[0]) if mine else (),
    )


class _Bands:
    """Variances of what committed chains and reruns make one expect."""

    def __init__(self, committed: Sequence[Envelope], reruns: Reruns) -> None:
        self.reruns = reruns
        self.seeds = seed_spreads(committed)
        self.is_measured = any(record.digest == reruns.digest for record in committed)

    def half_width(
        self, arm: str, place: Place, number: Number, error: float, n: int
    ) -> float | None:
        """Half the width of the band of a number of a new run; None where nothing says it.

        It is no smaller than what the draw of the measure itself makes.

        Args:
            arm: Arm of the run.
            place: Where the number stands.
            number: The number.
            error: Probability that an honest number lies outside.
            n: Number of other seeds that the run is held against; 0 where its own is on record.
        """
        found = self._of_one_seed(arm, place) if n == 0 else self._of_other_seeds(arm, place)
        widths = [
            Variance(max(one.value, number.drawn**2), one.dof).half_width(error, n or math.inf)
            for one in found
        ]
        return min(widths, default=None)

    def _of_other_seeds(self, arm: str, place: Place) -> list[Variance]:
        """Variance between seeds."""
        of_seeds = self.seeds.get(place.measure)
        return [] if of_seeds is None else [of_seeds.at((arm, place.generation))]

    def _of_one_seed(self, arm: str, place: Place) -> list[Variance]:
        """Variances that each bound that of the difference between two runs of one seed.

        What surroundings move, another seed moves too, and a difference of two runs has twice the
        variance of one: so much at most is sure. Reruns say it directly for the recipe that was run
        again; for others the same part of their own seeds' variance is assumed.
        """
        cell = (arm, place.generation)
        of_seeds = self.seeds.get(place.measure)
        of_reruns = self.reruns.spreads.get(place.measure)
        found = []
        if of_seeds is not None:
            seed = of_seeds.at(cell)
            found.append(Variance(2 * seed.value, seed.dof))
        if of_reruns is not None and (self.is_measured or of_seeds is None):
            found.append(of_reruns.at(cell))
        elif of_reruns is not None and of_seeds is not None:
            value = of_seeds.at(cell).value * self.reruns.relative(place.measure)
            found.append(Variance(value, min(of_seeds.at(cell).dof, of_reruns.common.dof)))
        return found


def seed_spreads(committed: Iterable[Envelope]) -> dict[str, Spread]:
    """What another seed adds to each measure of a recipe; measures of one seed are left out."""
    values: Values = defaultdict(lambda: defaultdict(dict))
    for record in committed:
        for place, number in numbers(record).items():
            cell = (record.arm, place.generation)
            values[place.measure][cell]["", record.seed] = number.value
    several = {
        name: {cell: units for cell, units in cells.items() if len(units) > 1}
        for name, cells in values.items()
    }
    return {name: spread(cells) for name, cells in several.items() if cells}


def _largest_spread(cells: Mapping[Cell, Mapping[Unit, float]]) -> Spread:
    """The spread of the reruns in one kind of surroundings, that with the largest variance."""
    by_kind: dict[str, dict[Cell, dict[Unit, float]]] = defaultdict(lambda: defaultdict(dict))
    for cell, units in cells.items():
        for unit, value in units.items():
            by_kind[unit[0]][cell][unit] = value
    spreads = [spread(one, centre=0.0) for _, one in sorted(by_kind.items())]
    return max(spreads, key=lambda one: one.common.value)


def _group(place: Place) -> str:
    """Numbers that share a quarter of the error: first losses, rises of losses, edits, others."""
    if is_loss(place.name):
        return "rises" if place.generation else "first"
    return "edits" if place.name.startswith(EDIT) else "others"


def _shares(committed: Sequence[Envelope]) -> dict[str, float]:
    """The error that each number may have, by its group (Bonferroni's correction).

    All numbers of one seed on record count, whichever of its chains are run, so that a band does
    not depend on that. Those that are the same in several arms, as in generation 0, count once.
    """
    counted: dict[str, set[tuple[Place, float]]] = defaultdict(set)
    for record in committed:
        if record.seed == committed[0].seed:
            for place, number in numbers(record).items():
                counted[_group(place)].add((place, number.value))
    return {group: ERROR / len(counted) / len(one) for group, one in counted.items()}


def _wrong(
    record: Envelope, references: Sequence[Envelope], *, same_seed: bool
) -> Iterable[tuple[Place, str]]:
    """Facts that are another one than that of the references."""
    kinds = (facts, facts_of_seed) if same_seed else (facts,)
    for kind in kinds:
        mine = kind(record)
        wanted = kind(references[0])
        for place in sorted(mine.keys() & wanted.keys()):
            if mine[place] != wanted[place]:
                should = f"{_short(mine[place])}, not {_short(wanted[place])}"
                yield place, f"{place.name}: {should}"
    text = first_text(record)
    for one in () if same_seed or text is None else references:
        if first_text(one) == text:
            yield Place(0, "corpus fingerprint"), f"the first corpus is that of seed {one.seed}"


def _short(value: object) -> str:
    if isinstance(value, tuple):
        return f"{len(value)} measures"
    return f"{value:,}" if isinstance(value, int) else str(value)
