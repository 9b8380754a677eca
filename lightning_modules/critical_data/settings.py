"""What is said of many small models that train at once; loads without torch."""

from dataclasses import dataclass
from typing import Annotated

from data.errors import BadInput, Count, NotNegative, Positive, Range, in_range

_Decay = Annotated[float, Range(least=0, below=1)]
"""The share of a running mean that stays at a step."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OneLayerShape:
    """Size of a decoder of one layer that reads two symbols and answers with a third.

    It has learnt positions, no layer norm, ReLU, and its loss stands at the last token alone, as
    the models do that grokking is mostly studied with.
    """

    symbols: Count
    """Number of symbols: the modulus p of an addition table."""
    width: Count
    heads: Count
    feed_forward: Count
    constants: Count = 1
    """Number of tokens in the prompt that never change: 1 is `a b =`, 4 is `a + b % p =`."""

    def __post_init__(self) -> None:
        in_range(self, "shape.")
        if self.width % self.heads:
            raise BadInput(f"width {self.width} is not a multiple of heads {self.heads}")

    @property
    def parts(self) -> dict[str, tuple[int, ...]]:
        """Shape of each weight of one model, by name, in the order in which they are stored."""
        p, width, inner = self.symbols, self.width, self.feed_forward
        return {
            "symbol": (p, width),
            "constant": (self.constants, width),
            "position": (2 + self.constants, width),
            "query": (width, width),
            "key": (width, width),
            "value": (width, width),
            "output": (width, width),
            "up": (width, inner),
            "up_bias": (inner,),
            "down": (inner, width),
            "down_bias": (width,),
            "answer": (width, p),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class RunSettings:
    """What may differ between models that train in one step."""

    seed: int
    learning_rate: Positive
    weight_decay: NotNegative
    scale: Positive = 1.0
    """Factor alpha that all initial weights are multiplied by once."""
    name: str = ""
    """What keys the model's random streams beside its seed; models of equal name begin alike."""
    steps: Count | None = None
    """Budget of this model, where it is less than that of the others: it is done at the first look
    after it."""

    def __post_init__(self) -> None:
        in_range(self)


@dataclass(frozen=True, kw_only=True, slots=True)
class SweepSettings:
    """How long models train that train at once, and when one of them is done."""

    steps: Count
    """Number of optimiser steps at most: the budget without which no critical size means
    anything."""
    every: Count = 25
    """Steps between two looks at the accuracies."""
    stop_at: Annotated[float, Range(above=0)] = 0.95
    """Test accuracy at which a model stops; above 1 none does."""
    betas: tuple[_Decay, _Decay] = (0.9, 0.98)
    epsilon: Positive = 1e-8

    def __post_init__(self) -> None:
        in_range(self)
        if self.steps % self.every:
            raise BadInput(
                f"steps is {self.steps}, which is no multiple of every = {self.every}; a look at "
                "the end would be missing"
            )
