"""How an encoder with a decoder is fitted; loads without torch."""

from dataclasses import dataclass
from typing import Annotated

from data.errors import Count, Positive, Range, in_range


@dataclass(frozen=True, kw_only=True, slots=True)
class SequenceSettings:
    """A fit of pairs of source and target, as PaD (arXiv 2305.13888) publishes it by default."""

    learning_rate: Positive = 6e-5
    """Peak, from which it falls in a line to 0 at the end of the last epoch."""
    batch: Count = 8
    """Pairs of a step."""
    epochs: Count = 50
    """Epochs at most."""
    patience: Count = 3
    """Epochs in a row without a smaller validation loss after which the fit ends."""
    validation: Annotated[float, Range(above=0, below=1)] = 0.05
    """Share of the pairs that is set aside, and that decides when the fit ends and what is kept."""
    source_tokens: Count = 128
    """Tokens of a source at most; longer ones are left out and counted."""
    target_tokens: Count = 256
    """Tokens of a target at most; longer ones are left out and counted."""

    def __post_init__(self) -> None:
        in_range(self, "fit.")
