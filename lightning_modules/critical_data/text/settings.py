"""What is said of encoders of text that train at once; loads without torch."""

from dataclasses import dataclass
from typing import Annotated

from data.errors import BadInput, Count, Positive, Range, in_range

_Decay = Annotated[float, Range(least=0, below=1)]
"""The share of a running mean that stays at a step."""
FILL, UNKNOWN, FIRST_WORD = 0, 1, 2
"""Tokens: what fills up a short text and is never read, a word outside the vocabulary, and the
first one of the vocabulary."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EncoderShape:
    """Size of an encoder of one layer whose first token, the reader, says the class of a text.

    It has learnt positions, no layer norm and ReLU, as the models of modular addition here have.
    """

    tokens: Annotated[int, Range(least=FIRST_WORD)]
    """Size of the vocabulary, with the two tokens that are no words."""
    context: Count
    """Words of a text that are read at most."""
    width: Count
    heads: Count
    feed_forward: Count
    classes: Annotated[int, Range(least=2)] = 2

    def __post_init__(self) -> None:
        in_range(self, "shape.")
        if self.width % self.heads:
            raise BadInput(f"width {self.width} is not a multiple of heads {self.heads}")

    @property
    def parts(self) -> dict[str, tuple[int, ...]]:
        """Shape of each weight of one model, by name, in the order in which they are stored."""
        width, inner = self.width, self.feed_forward
        return {
            "token": (self.tokens, width),
            "position": (self.context, width),
            "reader": (width,),
            "query": (width, width),
            "key": (width, width),
            "value": (width, width),
            "output": (width, width),
            "up": (width, inner),
            "up_bias": (inner,),
            "down": (inner, width),
            "down_bias": (width,),
            "answer": (width, self.classes),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class TextSettings:
    """How long encoders train that train at once, and when they are looked at."""

    steps: Count
    """Number of optimiser steps: the budget without which no critical size means anything."""
    batch: Count = 128
    """Texts of a step; of a smaller set some come up more than once in it."""
    stretch: Count = 25
    """Steps between which a run can be interrupted, and that the first looks are apart."""
    spacing: Annotated[float, Range(above=1)] = 1.2
    """Ratio of the steps of later looks: accuracies are read at steps that are evenly spread in
    their logarithm, and at the last step."""
    betas: tuple[_Decay, _Decay] = (0.9, 0.999)
    epsilon: Positive = 1e-8

    def __post_init__(self) -> None:
        in_range(self)
        if self.steps % self.stretch:
            raise BadInput(
                f"steps is {self.steps}, which is no multiple of stretch = {self.stretch}; a look "
                "at the end would be missing"
            )

    @property
    def looks(self) -> tuple[int, ...]:
        """Steps at which accuracies are read, from 0 to the last one."""
        found, step = [0], self.stretch
        while step < self.steps:
            found.append(step)
            apart = max(1, round(step * (self.spacing - 1) / self.stretch))
            step += apart * self.stretch
        return (*found, self.steps)
