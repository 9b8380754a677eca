"""What a recipe says of a model, its training and its writing; loads without torch."""

from dataclasses import dataclass
from typing import Annotated

from data.errors import (
    BadInput,
    Count,
    CountOrNone,
    Mass,
    NotNegative,
    Positive,
    Range,
    in_range,
)

_Decay = Annotated[float, Range(least=0, below=1)]
"""The share of a running mean that stays at a step."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelShape:
    """Size of a Llama-style model (Touvron et al. 2023) with tied embeddings."""

    layers: Count
    width: Count
    heads: Count
    feed_forward: Count
    context: Count
    """Number of tokens per window, in training, scoring and sampling."""
    vocabulary_size: Count

    def __post_init__(self) -> None:
        in_range(self, "model.")
        if self.width % self.heads:
            raise BadInput(f"width {self.width} is not a multiple of heads {self.heads}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Lora:
    """Low-rank adapters in place of full training (Hu et al. 2022); see `fitting.adapters`.

    A chosen matrix W becomes W + (alpha / rank) B A, where only A and B are trained.
    """

    rank: Count
    alpha: Positive
    targets: tuple[str, ...] = (
        "q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj",
    )  # fmt: skip
    """Names of the linear layers that get adapters; by default all of a Llama-style layer."""

    def __post_init__(self) -> None:
        if not self.targets:
            raise BadInput("lora.targets is empty; name the layers that get adapters")
        in_range(self, "lora.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Optimization:
    """How a model is fitted: AdamW with its schedule, and the size of a step."""

    learning_rate: NotNegative
    warmup_steps: CountOrNone
    windows_per_step: Count
    windows_at_once: Count | None = None
    """Number of windows of a forward pass; gradients of several passes add up to one step. None
    takes all of a step."""
    weight_decay: NotNegative = 0.1
    betas: tuple[_Decay, _Decay] = (0.9, 0.95)
    gradient_clip: NotNegative = 1.0
    z_loss: NotNegative = 0.0
    """Weight of the squared log-normaliser (Chowdhery et al. 2022, Section 5); off at 0."""
    lora: Lora | None = None
    """Adapters that are trained instead of all weights; None trains all weights."""

    def __post_init__(self) -> None:
        in_range(self)
        if self.windows_at_once is not None and self.windows_per_step % self.windows_at_once:
            raise BadInput(
                f"windows_at_once is {self.windows_at_once}; it must divide windows_per_step, "
                f"{self.windows_per_step}"
            )

    def check_sharding(self) -> None:
        """Refuse to divide a fit of adapters over processes.

        Raises:
            BadInput: Adapters are trained; they are too few to be divided.
        """
        if self.lora is not None:
            raise BadInput("a fit of adapters alone is not sharded; leave out --sharded")

    @property
    def parts_per_step(self) -> int:
        """Forward passes whose gradients make one step."""
        return self.windows_per_step // (self.windows_at_once or self.windows_per_step)


@dataclass(frozen=True, kw_only=True, slots=True)
class SamplingRule:
    """How a document is written: from the end-of-text token before it, or from a human beginning.

    A document stops at the end-of-text token that the model draws, or at `max_tokens`.
    """

    temperature: Positive = 1.0
    top_k: Count | None = None
    """Number of likeliest tokens that a draw chooses from; None takes all."""
    top_p: Mass | None = None
    """Probability that the candidates of a draw reach together, as the fewest likeliest tokens that
    do; None takes all."""
    max_tokens: Count = 512
    """Number of tokens at which a document is cut off; the share that is cut off is on record."""
    min_tokens: CountOrNone = 0
    """Number of tokens that a document has before the end-of-text token may be drawn."""
    prompt_tokens: CountOrNone = 0
    """Number of tokens of a human document that each document continues; they are no part of it."""
    documents_per_batch: Count = 256
    """Number of documents that are written at a time; one that is complete makes room for the
    next."""

    def __post_init__(self) -> None:
        in_range(self)
        if self.min_tokens > self.max_tokens:
            raise BadInput(f"min_tokens is {self.min_tokens}, above max_tokens")
