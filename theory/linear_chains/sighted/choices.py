"""Rules that choose rows by their residuals, as data that a case can carry and a refuter change.

The residual of a row is its label minus the prediction of the last fit. The label is the one that
is about to be edited: the last one of `edit_previous`, the human one of `edit_source`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

import numpy as np

from theory.linear_chains.design import Array, Mask
from theory.linear_chains.masks import Policy

Score = Literal["smallest |residual|", "largest |residual|", "largest residual"]
Rows = Literal["any", "new", "first"]

SCORES: tuple[Score, ...] = get_args(Score)
"""Rules by which rows are chosen; the first one is `confident`, what the paper does to tokens."""
ROWS: tuple[Rows, ...] = get_args(Rows)
"""Rows to choose from: all of them, those never chosen before, or the first choice for ever."""


class Chooser(Protocol):
    """Whatever chooses the rows of every edit."""

    def policy(self, sizes: Sequence[int]) -> Policy:
        """Return the rule as a policy that edits so many rows at every edit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """A rule that chooses the rows of every edit by their residuals."""

    score: Score
    """Which residuals are chosen first."""
    rows: Rows = "any"
    """Rows to choose from: `any`, `new` (disjoint masks, fewer rows when they run out), or `first`
    (one mask for ever)."""

    def describe(self) -> str:
        """Return the rule in words."""
        among = {
            "any": "of all rows",
            "new": "of rows never edited before",
            "first": "after the first fit, the same rows ever after",
        }
        return f"rows of the {self.score}, {among[self.rows]}"

    def policy(self, sizes: Sequence[int]) -> Policy:
        """Return the rule as a policy that edits so many rows at every edit.

        The policy remembers what it chose since edit 0, so that it serves one batch of chains after
        the other.
        """
        chosen: list[Mask] = []

        def choose(labels: Array, predictions: Array, edit: int, rng: np.random.Generator) -> Mask:
            del rng
            if edit == 0:
                chosen.clear()
            if self.rows == "first" and chosen:
                return chosen[0]
            ranked = self._ranks(labels - predictions)
            if self.rows == "new" and chosen:
                ranked = np.where(np.logical_or.reduce(chosen), np.inf, ranked)
            chosen.append(_smallest(ranked, sizes[edit]))
            return chosen[-1]

        return choose

    def _ranks(self, residuals: Array) -> Array:
        """Return a number a row, the smaller the sooner the row is chosen."""
        if self.score == "smallest |residual|":
            return np.abs(residuals)
        return -np.abs(residuals) if self.score == "largest |residual|" else -residuals


def _smallest(ranked: Array, size: int) -> Mask:
    """Mark the rows of the smallest finite numbers in every chain, shape (chains, T)."""
    marked = np.zeros(ranked.shape, dtype=bool)
    if size:
        rows = np.argpartition(ranked, size - 1, axis=1)[:, :size]
        np.put_along_axis(marked, rows, True, axis=1)
    return marked & np.isfinite(ranked)


def sees_labels(policy: Policy, n_samples: int, edits: int) -> bool:
    """Tell whether a policy chooses other rows for other labels, with the same random numbers.

    It is asked for the rows of two independent draws of labels, and random choices are made by two
    generators in the same state: masks that are independent of the noise come out equal.
    """
    draws = np.random.default_rng(0).standard_normal((2, 8, n_samples))
    streams = [np.random.default_rng(1), np.random.default_rng(1)]
    zero = np.zeros((8, n_samples))
    chosen = [
        [policy(labels, zero, edit, rng) for edit in range(edits)]
        for labels, rng in zip(draws, streams, strict=True)
    ]
    return any(not np.array_equal(one, other) for one, other in zip(*chosen, strict=True))
