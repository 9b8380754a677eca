"""Questions of an addition table for models that train at once: which are learnt, which asked."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Pairs = NDArray[np.int64]
"""First and second symbol of every question, shape (n, 2)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """What one model learns, and what it is asked."""

    trained: Pairs
    labels: NDArray[np.int64]
    """Answer that is taught for every question that is trained."""
    tested: Pairs
    expected: NDArray[np.int64]
    """Right answer of every question that is asked."""


@dataclass(frozen=True, slots=True)
class Questions:
    """Questions of all runs, filled up to one length, shape (runs, n, ..)."""

    pairs: Tensor
    answers: Tensor
    counted: Tensor
    """1 for a question of the run, 0 for one that only fills its row."""

    def to(self, device: torch.device) -> "Questions":
        """The same on a device."""
        return Questions(self.pairs.to(device), self.answers.to(device), self.counted.to(device))

    def of(self, runs: Sequence[int]) -> "Questions":
        """The questions of some runs, no longer than the longest of them."""
        index = torch.tensor(runs, device=self.counted.device)
        counted = self.counted[index]
        longest = int(counted.sum(dim=1).max())
        return Questions(
            self.pairs[index, :longest], self.answers[index, :longest], counted[:, :longest]
        )


def stacked(pairs: Sequence[Pairs], answers: Sequence[NDArray[np.int64]]) -> Questions:
    """Questions of several runs in one tensor; shorter ones are filled with the pair (0, 0).

    Args:
        pairs: Questions of every run.
        answers: Answers of every run.
    """
    longest = max(map(len, pairs))
    asked = torch.zeros(len(pairs), longest, 2, dtype=torch.long)
    said = torch.zeros(len(pairs), longest, dtype=torch.long)
    counted = torch.zeros(len(pairs), longest)
    for run, (mine, right) in enumerate(zip(pairs, answers, strict=True)):
        asked[run, : len(mine)] = torch.from_numpy(mine)
        said[run, : len(mine)] = torch.from_numpy(right)
        counted[run, : len(mine)] = 1
    return Questions(asked, said, counted)


def has_mirror(task: Task) -> NDArray[np.bool_]:
    """Of every question that is asked, whether its mirror image (b, a) is among those trained."""
    trained = set(map(tuple, task.trained.tolist()))
    return np.array([(b, a) in trained for a, b in task.tested.tolist()], dtype=bool)
