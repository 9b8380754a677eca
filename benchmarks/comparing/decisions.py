"""Decisions from replicates: superiority, non-inferiority, equivalence, and Holm's correction.

A claim says in which *region* a mean over replicates lies: above 0 (superiority), not below minus a
margin (non-inferiority), between two margins (equivalence). Whether it lies inside, and whether it
lies outside, are separate one-sided t tests (Schuirmann 1987 for two ends); neither being shown
leaves the question open. Holm's method (1979) holds the chance of any wrong decision among many
tests to `LEVEL`, however they depend on each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from benchmarks.comparing.differences import p_above
from data.errors import BadInput

LEVEL = 0.05
"""Chance of any wrong decision that all tests of one ledger may have together."""

Place = Literal["inside", "outside", "open"]
"""Where a mean was shown to lie; `open` where neither was shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """Values of a mean for which a claim about it is true; its ends do not belong to it."""

    above: float | None = None
    """Lower end; None for no lower end."""
    below: float | None = None
    """Upper end; None for no upper end."""

    def __post_init__(self) -> None:
        """Refuse a region without an end, or an empty one.

        Raises:
            BadInput: It has no end, or its ends do not leave anything between them.
        """
        if self.above is None and self.below is None:
            raise BadInput("a region needs an end; give above or below")
        if self.above is not None and self.below is not None and self.above >= self.below:
            raise BadInput(f"no number lies above {self.above:g} and below {self.below:g}")

    def holds(self, value: float) -> bool:
        """Whether a value lies inside."""
        return (self.above is None or value > self.above) and (
            self.below is None or value < self.below
        )

    @property
    def words(self) -> str:
        """Where a number inside lies: `above 0`, `between -0.01 and 0.01`."""
        if self.above is None:
            return f"below {self.below:g}"
        return (
            f"above {self.above:g}"
            if self.below is None
            else f"between {self.above:g} and {self.below:g}"
        )

    @property
    def other(self) -> str:
        """Where a number outside lies: `below 0`, `wholly outside`."""
        if self.above is not None and self.below is not None:
            return "wholly outside"
        return f"below {self.above:g}" if self.above is not None else f"above {self.below:g}"


ABOVE_0 = Region(above=0.0)
BELOW_0 = Region(below=0.0)


@dataclass(frozen=True, slots=True)
class Sides:
    """The p values of the tests that decide where one mean lies."""

    inside: float
    """P value against a mean that is not inside: the larger one of the two ends."""
    outside: tuple[float, ...]
    """P values against a mean that is inside, one for each end of the region."""

    @property
    def tests(self) -> tuple[float, ...]:
        """The p values of all tests, that for inside first."""
        return self.inside, *self.outside

    @property
    def place(self) -> Place:
        """What the tests show by themselves, each at half of `LEVEL`.

        That is where the interval of confidence 1 - `LEVEL` lies.
        """
        return _place(self.inside <= LEVEL / 2, min(self.outside) <= LEVEL / 2)

    @property
    def is_decidable(self) -> bool:
        """Whether every p value is a number; where one is not, no test says anything."""
        return not np.isnan(self.tests).any()


def sides(values: NDArray[np.float64], region: Region) -> Sides:
    """Test where the mean of replicates lies.

    The tests suppose normal replicates; three cannot check that. Replicates that are all equal
    weigh as in a sign test (`differences.p_above`); where one is no number every p value is NaN.

    Args:
        values: One number per replicate, shape (replicates,).
        region: Where the claim says that the mean lies.

    Raises:
        BadInput: There are fewer than two replicates.
    """
    if len(values) < 2:
        raise BadInput("one replicate has no spread; a test needs two")
    ends = [
        sign * (values - end)
        for sign, end in ((1, region.above), (-1, region.below))
        if end is not None
    ]
    above = [p_above(end) for end in ends]
    return Sides(max(above), tuple(p_above(-end) for end in ends))


def sides_of_known(value: float, region: Region) -> Sides:
    """The tests of a number that is known without error, such as 0 between a chain and itself."""
    inside = 0.0 if region.holds(value) else 1.0
    ends = ((1, region.above), (-1, region.below))
    beyond = [sign * (value - end) < 0 for sign, end in ends if end is not None]
    return Sides(inside, tuple(0.0 if is_beyond else 1.0 for is_beyond in beyond))


def normal_sides(z: float) -> Sides:
    """The tests of a number in known standard errors against 0, claimed to lie above it."""
    return Sides(float(stats.norm.sf(z)), (float(stats.norm.cdf(z)),))


@dataclass(frozen=True, slots=True)
class Decision:
    """What is decided of one mean once all tests beside it are allowed for."""

    place: Place
    p: float
    """Twice the smallest p value of its tests: that of the claim alone, held against `LEVEL`; NaN
    where it is not decidable."""
    adjusted_p: float
    """Smallest p value of its tests after Holm's correction, held against `LEVEL`."""


def holm(p_values: Sequence[float]) -> list[float]:
    """P values after Holm's correction, in the order given.

    Rejecting where they are at most some level holds the chance of any wrong rejection to that
    level, whatever the dependence (Holm 1979). A p value that is NaN stays so, rejects nothing, and
    counts among the tests like one of 1: the others are corrected as if it had been decidable.
    """
    counted = [1.0 if np.isnan(p) else p for p in p_values]
    order = sorted(range(len(counted)), key=lambda i: counted[i])
    scaled = [(len(order) - rank) * counted[i] for rank, i in enumerate(order)]
    raised = accumulate(scaled, max)
    adjusted = dict(zip(order, raised, strict=True))
    return [p if np.isnan(p) else min(1.0, adjusted[i]) for i, p in enumerate(p_values)]


def decide_all(found: Sequence[Sides]) -> list[Decision]:
    """Decide several means at once, with at most `LEVEL` chance of any wrong decision.

    Every end of every region counts as a test, in both directions, so that no supposition about
    directions is needed. A mean that is not decidable stays open and counts as well.
    """
    adjusted = iter(holm([p for one in found for p in one.tests]))
    decisions = []
    for one in found:
        inside, *outside = [next(adjusted) for _ in one.tests]
        if one.is_decidable:
            place = _place(inside <= LEVEL, min(outside) <= LEVEL)
            smallest = min(1.0, 2 * min(one.tests)), min(inside, *outside)
            decisions.append(Decision(place, *smallest))
        else:
            decisions.append(Decision("open", float("nan"), float("nan")))
    return decisions


def _place(is_inside: bool, is_outside: bool) -> Place:
    if is_inside:
        return "inside"
    return "outside" if is_outside else "open"
