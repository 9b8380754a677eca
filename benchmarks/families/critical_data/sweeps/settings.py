"""What one arm tries: sizes, weight decays and initial scales of models of one layer."""

from dataclasses import dataclass
from typing import Annotated, Literal

from data.errors import BadInput, Count, Positive, Range, in_range

Subsets = Literal["fresh", "nested"]
"""Whether each size has a draw of its own, or the smaller set lies inside the larger one."""
Labels = Literal["right", "scrambled"]
"""Whether the taught answers are right, or permuted among the questions."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sweep:
    """Models that learn addition modulo p from sets of several sizes: one arm of a recipe."""

    modulus: Annotated[int, Range(least=3)]
    """The modulus p: there are p * p questions."""
    sizes: tuple[int, ...]
    """Numbers n of questions that are learnt."""
    steps: Count
    """Budget: optimiser steps of every model at most. A critical size means nothing without it."""
    pace: float | None = None
    """If given, the budget is this many times the steps that the largest size takes to generalise,
    or `steps` where that is less, so that budgets of different moduli are comparable."""
    width: Count = 64
    heads: Count = 4
    constants: Count = 1
    """Tokens of the prompt that never change: 1 is `a b =`, 4 is `a + b % p =`."""
    learning_rate: Positive = 3e-3
    decays: tuple[float, ...] = (1.0,)
    """Weight decays; each is tried with every size."""
    scales: tuple[float, ...] = (1.0,)
    """Factors of the initial weights; each is tried with every size."""
    every: Count = 25
    """Steps between two looks at the accuracies."""
    memorised_at: Annotated[float, Range(above=0, most=1)] = 0.99
    """Share of the learnt questions from which they count as memorised."""
    generalised_at: Annotated[float, Range(above=0, most=1)] = 0.95
    """Share of the other questions from which a model counts as generalising, and stops."""
    test_share: Annotated[float, Range(above=0, below=1)] = 0.25
    """Share of all questions that is set aside, the same for all sizes of a seed."""
    subsets: Subsets = "fresh"
    labels: Labels = "right"
    at_once: Count = 3
    """Models that train in one step; on a CPU three to six are best."""

    def __post_init__(self) -> None:
        """Refuse what cannot be measured.

        Raises:
            BadInput: A size leaves nothing to test, a setting is out of range, or nothing is tried.
        """
        in_range(self)
        for name in ("sizes", "decays", "scales"):
            if not getattr(self, name):
                raise BadInput(f"{name} is empty; give at least one")
        if not self.n_tested:
            raise BadInput(f"test_share {self.test_share} of {self.modulus**2} questions is none")
        most = self.modulus**2 - self.n_tested
        if wrong := [n for n in self.sizes if not 1 <= n <= most]:
            raise BadInput(
                f"size {wrong[0]} is not from 1 to {most}, the questions of modulus "
                f"{self.modulus} that are not set aside; lower it or test_share"
            )
        if self.steps % self.every:
            raise BadInput(f"steps {self.steps} is no multiple of every = {self.every}")

    @property
    def n_tested(self) -> int:
        """Number of questions that are set aside."""
        return round(self.modulus**2 * self.test_share)

    @property
    def variants(self) -> tuple[tuple[int, float, float], ...]:
        """Size, weight decay and scale of every model, in the order in which they train."""
        return tuple(
            (size, decay, scale)
            for size in self.sizes
            for decay in self.decays
            for scale in self.scales
        )
