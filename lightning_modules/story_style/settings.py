"""What is said of a model of stories, of its losses and of its fits; loads without torch."""

from dataclasses import dataclass
from typing import Literal

from data.errors import BadInput, Count, Mass, NotNegative, in_range
from lightning_modules.settings import Optimization

Disentangling = Literal["none", "written", "released", "mean_gap"]
"""How style is to leave the representations of sentences: not at all; by the loss as the paper
writes it; by the same number without a gradient, as it was released; by the gap of means alone."""
DISENTANGLING: tuple[Disentangling, ...] = ("none", "written", "released", "mean_gap")
StyleOf = Literal["other", "own"]
"""Of what the loss of style is: of what is written in the other style, as a transfer needs it; or
of the reconstruction in the own one, as it was released."""
STYLES_OF: tuple[StyleOf, ...] = ("other", "own")
SPECIAL_TOKENS = 5
"""Tokens of the vocabulary that are no text: the end, a mask, and the marks of sentences, of
keywords and of what fills up a short row."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StoryShape:
    """Size of an encoder-decoder of stories, with weights of its own or from a checkpoint."""

    layers: Count
    """Layers of the encoder, and of the decoder."""
    fusion_layers: Count = 2
    """Layers of the encoder that joins a style with the representations of sentences."""
    width: Count
    heads: Count
    feed_forward: Count
    context: Count
    """Tokens of a story at most, with the mark of each sentence; and of a text with its keywords
    where masks are filled."""
    vocabulary_size: Count
    """Tokens of text and special ones together."""
    start: str | None = None
    """Checkpoint that encoder and decoder begin with, a folder or a name on the hub; None draws
    all weights."""

    def __post_init__(self) -> None:
        in_range(self, "model.")
        if self.width % self.heads:
            raise BadInput(f"width {self.width} is not a multiple of heads {self.heads}")


@dataclass(frozen=True, kw_only=True, slots=True)
class StoryLosses:
    """Weights of the losses of the first stage; a weight of 0 leaves one out."""

    own: NotNegative = 0.5
    """Of the reconstruction in the own style (the paper's lambda for English)."""
    disentangling: Disentangling = "written"
    disentangling_weight: NotNegative = 1.0
    style: NotNegative = 1.0
    """Of the style of the soft output, as a frozen classifier reads it."""
    order: NotNegative = 1.0
    """Of the order of sentences, as a pointer network finds it."""
    words: NotNegative = 0.0
    """Of the tokens of each sentence in no order, as they are read off its representation alone. It
    is not among the paper's: it teaches a small base early that representations hold the text."""

    def __post_init__(self) -> None:
        in_range(self, "losses.")
        if self.disentangling not in DISENTANGLING:
            raise BadInput(
                f"losses.disentangling is {self.disentangling!r}; use one of "
                f"{', '.join(DISENTANGLING)}"
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class StoryFit:
    """How long one fit of stories is, and by which optimiser."""

    steps: Count
    fit: Optimization
    """Windows are stories, as many of each style in a step."""

    def __post_init__(self) -> None:
        in_range(self)


@dataclass(frozen=True, kw_only=True, slots=True)
class StoryWriting:
    """How a rewritten story is drawn."""

    top_p: Mass = 0.9
    """Probability that the candidates of a draw reach together."""
    stories_at_once: Count = 64
    longer: NotNegative = 0.25
    """How much longer than what is read a text may become, relative to it, and at most as long as
    the context; then it is cut off, and the share that is cut off is on record."""

    def __post_init__(self) -> None:
        in_range(self, "writing.")
