"""What rows of printed accuracies say together: the mean gain over tasks and its standard error."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from benchmarks.paper.audit import binomial_stderr
from benchmarks.paper.published import Cell


@dataclass(frozen=True, slots=True)
class Gain:
    """The difference of two rows of accuracies, over the tasks that both have.

    Its error is that of two independent evaluations of one model each: items in common would make
    it smaller, seeds of training and a choice among several runs larger.
    """

    mean: float
    """Mean gain over tasks, in percentage points."""
    stderr: float | None
    """Standard error of the mean over items, in points; None where the size of an evaluation set is
    unknown."""
    up: int
    """Number of tasks on which the second row is higher."""
    tasks: int

    @property
    def z(self) -> float:
        """The mean in standard errors, where these are known."""
        assert self.stderr is not None, "the sizes of some evaluation sets are unknown"
        return self.mean / self.stderr


def gain_of(before: Sequence[Cell], after: Sequence[Cell], items: Mapping[str, int]) -> Gain:
    """The gain from one row to another, task by task.

    Args:
        before: Accuracies of the first row, in per cent.
        after: Accuracies of the second row, for the same tasks in the same order.
        items: Number of items of each evaluation set, by the name of its column.
    """
    pairs = list(zip(before, after, strict=True))
    differences = [float(b.value - a.value) for a, b in pairs]
    stderr = None
    if all(a.column in items for a, _ in pairs):
        errors = [binomial_stderr(float(c.value), items[c.column]) for pair in pairs for c in pair]
        stderr = sqrt(sum(error**2 for error in errors)) / len(pairs)
    return Gain(sum(differences) / len(pairs), stderr, sum(d > 0 for d in differences), len(pairs))
