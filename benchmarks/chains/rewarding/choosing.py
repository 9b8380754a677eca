"""One document of every group: which one is kept, and what it was chosen from."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lightning_modules.rewarding.scoring import Floats


class Candidate(NamedTuple):
    """A document that was written, and what the reward model thinks of it."""

    tokens: list[int]
    text: str
    is_whole: bool
    """Whether the model ended it, and no limit cut it off."""
    reward: float


def places_kept(rewards: Floats, rng: np.random.Generator | None) -> NDArray[np.int64]:
    """Which document of every group is kept, shape (groups,): the first of the highest reward.

    Args:
        rewards: Rewards by group, shape (groups, documents of a group).
        rng: Draws any of a group in place of the best; None takes the best.
    """
    groups, group = rewards.shape
    chosen = rewards.argmax(axis=1) if rng is None else rng.integers(group, size=groups)
    return np.asarray(chosen, dtype=np.int64)


@dataclass
class Choice:
    """What was kept so far of groups of candidates, and what was written for it."""

    n_tokens: int
    """Tokens wanted; the last document stays whole."""
    kept: list[Candidate] = field(default_factory=list)
    candidates: int = 0
    tokens: int = 0
    """Tokens of the kept documents."""
    candidate_tokens: int = 0
    candidate_reward: float = 0.0
    """Sum over all candidates."""

    @property
    def is_filled(self) -> bool:
        """Whether nothing more is wanted."""
        return self.tokens >= self.n_tokens

    def take(self, groups: Sequence[Sequence[Candidate]], rng: np.random.Generator | None) -> None:
        """Keep one of every group, until the size is filled; groups after that are not counted.

        Args:
            groups: Candidates by group, all groups of one size.
            rng: Draws any of a group in place of the best.
        """
        rewards = np.array([[one.reward for one in group] for group in groups])
        for group, place in zip(groups, places_kept(rewards, rng), strict=True):
            if self.is_filled:
                return
            self.kept.append(group[int(place)])
            self.tokens += len(self.kept[-1].tokens)
            self.candidates += len(group)
            self.candidate_tokens += sum(len(one.tokens) for one in group)
            self.candidate_reward += sum(one.reward for one in group)

    @property
    def facts(self) -> dict[str, Any]:
        """What goes on record of the choice."""
        return {
            "candidates": self.candidates,
            "candidate_tokens": self.candidate_tokens,
            "kept": len(self.kept),
            "candidate_reward": self.candidate_reward / self.candidates,
            "kept_reward": sum(one.reward for one in self.kept) / len(self.kept),
        }
