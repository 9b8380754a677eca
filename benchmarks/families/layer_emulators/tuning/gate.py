"""The gate: without layers that matter, nothing is said of which of them to keep."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.paper.evidence import Data

LEAST = 0.05
"""Rise of the loss without a middle layer, in nats per token, from which tuning claims are made."""
KEY = "gate/middle_skip_cost"


@dataclass(frozen=True, slots=True)
class Gate:
    """The need of a rule about emulators: that leaving out a middle layer costs something.

    It looks at the model on general text, before anything is tuned.
    """

    least: float = LEAST
    """Smallest median over the middle layers of the rise of the loss without one, in every seed."""

    @property
    def words(self) -> str:
        """What the model must be, in words."""
        return (
            f"skipping a middle layer of the model costs {self.least:g} nats per token at least, "
            "in the median"
        )

    @property
    def data(self) -> Data:
        """The least cost."""
        return {"need": "gate", **asdict(self)}

    def missing(self, chosen: Sequence[Sequence[Any]]) -> str:
        """The seeds whose model does not pass, in words; empty where all do."""
        for records in chosen:
            cost = records[0].metrics[KEY].value
            if cost < self.least:
                return (
                    f"gate: skipping a middle layer costs {cost:.3f} in seed {records[0].seed}, "
                    f"below {self.least:g}: not attempted"
                )
        return ""
