"""What a fit must show before it can say anything of what was learnt."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from benchmarks.families.preference_data.reward.statistics import value
from benchmarks.paper.evidence import Data
from benchmarks.running.record import StudyRecord


@dataclass(frozen=True, slots=True)
class Learnt:
    """The need of a rule that the first arm's loss has fallen, so that something was learnt.

    It looks at the pairs that are learnt from, and at no held-out one.
    """

    measure: str
    """Key of the loss at the end of the fit, in nats."""
    most: float
    """Greatest mean over the seeds."""

    @property
    def words(self) -> str:
        """How far it must have fallen, in words."""
        return f"the first arm ends at a mean `{self.measure}` of at most {self.most:g} nats"

    @property
    def data(self) -> Data:
        """The measure, and how far."""
        return {"need": "learnt", **asdict(self)}

    def missing(self, chosen: Sequence[Sequence[StudyRecord]]) -> str:
        """Where the loss has ended, in words, if that is above; empty otherwise."""
        found = float(np.mean([value(records[:1], self.measure) for records in chosen]))
        if found <= self.most:
            return ""
        return (
            f"`{chosen[0][0].arm}` ends at a mean `{self.measure}` of {found:.3f} nats, more than "
            f"{self.most:g}: no test"
        )
