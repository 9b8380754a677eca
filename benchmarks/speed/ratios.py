"""A measured ratio: two ways to one result, in one process."""

from dataclasses import dataclass

from theory.speed import Ratio


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """Two ways to one result; larger numbers are faster."""

    name: str
    """Name of what is compared, with its sizes."""
    ours: float
    baseline: float
    unit: str
    goal: float | None = None
    """Ratio that the project aims at; printed beside the ratio and never enforced."""

    @property
    def ratio(self) -> float:
        """How many times faster our way is than the baseline."""
        return self.ours / self.baseline

    @classmethod
    def of(cls, ratio: Ratio) -> "Row":
        """A ratio of seconds as runs per second."""
        return cls(name=ratio.name, ours=1 / ratio.fast, baseline=1 / ratio.slow, unit="runs/s")
