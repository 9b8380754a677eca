"""What must be there before a claim can say that it is lost or kept."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from benchmarks.families.story_style.model.statistics import value
from benchmarks.families.story_style.record import StoryRecord
from benchmarks.paper.evidence import Data


@dataclass(frozen=True, slots=True)
class ThereToLose:
    """The need of a rule that the system without the loss has what the loss may take.

    Where representations hold hardly any content, none of it can be lost, and a test that none was
    lost would pass for nothing. It looks at the system that is compared with, and at no difference.
    """

    measure: str
    """Key of the measure."""
    least: float
    """Least mean over the seeds."""
    compared: int = 1
    """Place of the system that is compared with among those of the rule."""

    @property
    def words(self) -> str:
        """What the other system must have, in words."""
        whose = "the other system" if self.compared else "the first system"
        return f"{whose} has a mean `{self.measure}` of at least {self.least:g}"

    @property
    def data(self) -> Data:
        """The measure, how much of it, and whose."""
        return {"need": "there to lose", **asdict(self)}

    def missing(self, chosen: Sequence[Sequence[StoryRecord]]) -> str:
        """How much is there, in words, if it is less; empty otherwise."""
        found = float(np.mean([value(records[self.compared], self.measure) for records in chosen]))
        if found >= self.least:
            return ""
        arm = chosen[0][self.compared].arm
        return (
            f"`{arm}` has a mean `{self.measure}` of {found:.3f}, less than {self.least:g}: no test"
        )


@dataclass(frozen=True, slots=True)
class Alike:
    """The need of a rule that two systems are about equal in one measure, where another decides.

    Style and content trade: a system that changes less keeps more, whatever else it does.
    """

    measure: str
    """Key of the measure in which they are to be equal."""
    most: float
    """Greatest distance of their means over the seeds."""

    @property
    def words(self) -> str:
        """How near they must be, in words."""
        return f"both systems have a mean `{self.measure}` at most {self.most:g} apart"

    @property
    def data(self) -> Data:
        """The measure, and how near."""
        return {"need": "alike", **asdict(self)}

    def missing(self, chosen: Sequence[Sequence[StoryRecord]]) -> str:
        """How far they are apart, in words, if it is more; empty otherwise."""
        one, other = (
            float(np.mean([value(records[place], self.measure) for records in chosen]))
            for place in (0, 1)
        )
        if abs(one - other) <= self.most:
            return ""
        return (
            f"mean `{self.measure}` of {one:.3f} and {other:.3f}, more than {self.most:g} apart: "
            "no test"
        )
