"""What one arm tries on text: numbers of texts, weight decays and initial scales of encoders."""

from dataclasses import dataclass
from typing import Annotated, Literal

from benchmarks.families.critical_data.sweeps.settings import Labels
from data.errors import BadInput, Count, Positive, Range, in_range

Longer = Literal["cut", "left out"]
"""What becomes of texts that have more words than are read."""
STRETCH = 25
"""Steps between which a run can be interrupted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TextSweep:
    """Encoders that learn to sort texts from sets of several sizes: one arm of a recipe."""

    source: str
    """Name of the set of labelled texts, see `data.sources.labelled`."""
    sizes: tuple[int, ...] = ()
    """Numbers n of texts that are learnt."""
    parts: tuple[float, ...] = ()
    """Instead of sizes: shares of all texts that are not set aside, for a set whose number of
    usable texts is known once it is read."""
    steps: Count
    """Budget: optimiser steps of every model. A critical size means nothing without it."""
    batch: Count = 64
    width: Count = 32
    heads: Count = 4
    inner: Count = 128
    """Width of the feed-forward layer."""
    vocabulary: Annotated[int, Range(least=1)] = 4094
    """Words that have a token of their own, the most frequent ones of the texts that are not set
    aside."""
    context: Count = 40
    """Words of a text that are read at most."""
    longer: Longer = "cut"
    """What becomes of longer texts."""
    learning_rate: Positive = 1e-3
    decays: tuple[float, ...] = (1e-2,)
    """Weight decays; each is tried with every size."""
    scales: tuple[float, ...] = (1.0,)
    """Factors of the initial weights; each is tried with every size."""
    memorised_at: Annotated[float, Range(above=0, most=1)] = 0.99
    """Share of the learnt texts from which they count as memorised."""
    generalised_at: Annotated[float, Range(above=0, most=1)] = 0.65
    """Share of the other texts from which a model counts as generalising."""
    test_share: Annotated[float, Range(above=0, below=1)] = 0.25
    """Share of all texts that is set aside, the same for all sizes of a seed."""
    labels: Labels = "right"
    linear: bool = True
    """Whether a linear kernel learns the same texts; it needs a matrix of n by n numbers."""
    at_once: Count = 4
    """Models that train in one step."""

    def __post_init__(self) -> None:
        """Refuse what cannot be measured.

        Raises:
            BadInput: A setting is out of range, nothing is tried, or the budget is less than one
                pass over the largest size.
        """
        in_range(self)
        for name in ("decays", "scales"):
            if not getattr(self, name):
                raise BadInput(f"{name} is empty; give at least one")
        if bool(self.sizes) == bool(self.parts):
            raise BadInput("give sizes or parts, and not both")
        if wrong := [part for part in self.parts if not 0 < part <= 1]:
            raise BadInput(f"part {wrong[0]} is not above 0 and at most 1")
        if self.steps % STRETCH:
            raise BadInput(f"steps {self.steps} is no multiple of {STRETCH}")
        self.check_budget(max(self.sizes, default=0))

    def check_budget(self, size: int) -> None:
        """Refuse a budget that ends before every text was seen once.

        Raises:
            BadInput: It does: none of its models can have memorised.
        """
        if self.steps * self.batch < size:
            raise BadInput(
                f"a budget of {self.steps} steps ends before {size} texts were seen once, so that "
                f"none are memorised; give {-(-size // self.batch)} steps or more"
            )

    def sizes_of(self, n_texts: int) -> tuple[int, ...]:
        """The sizes, once it is known how many texts there are.

        Args:
            n_texts: Number of usable texts of the set.

        Raises:
            BadInput: No text is set aside, or a size is more than what is left.
        """
        if not self.n_tested(n_texts):
            raise BadInput(
                f"{self.source}: test_share {self.test_share} of {n_texts} texts is none; raise it"
            )
        most = n_texts - self.n_tested(n_texts)
        sizes = self.sizes or tuple(max(round(part * most), 1) for part in self.parts)
        if wrong := [n for n in sizes if not 1 <= n <= most]:
            raise BadInput(
                f"size {wrong[0]} is not from 1 to {most}, the texts of {self.source} that are not "
                "set aside; lower it or test_share"
            )
        self.check_budget(max(sizes))
        return sizes

    def n_tested(self, n_texts: int) -> int:
        """Number of texts that are set aside of so many."""
        return round(n_texts * self.test_share)

    @property
    def n_variants(self) -> int:
        """Number of models."""
        return len(self.sizes or self.parts) * len(self.decays) * len(self.scales)

    def variants(self, sizes: tuple[int, ...]) -> tuple[tuple[int, float, float], ...]:
        """Size, weight decay and scale of every model, in the order in which they train."""
        return tuple(
            (size, decay, scale) for size in sizes for decay in self.decays for scale in self.scales
        )
