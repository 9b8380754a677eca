"""What a decoder would say if it ended early: predictions from the state behind each layer.

The first layers of a model with its output layer are an emulator that keeps them, so that no name
of a norm or a head need be known.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from transformers import PreTrainedModel

from lightning_modules.layers.blocks import blocks
from lightning_modules.layers.selection.passes import Batch, batched
from lightning_modules.layers.surgery import keep

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class EarlyPredictions:
    """Predictions from the state behind each layer, the last one being the model's own."""

    losses: Floats
    """Mean loss in nats per token, shape (layers,)."""
    alike: Floats
    """Share of tokens whose likeliest successor is the one that the whole model finds, shape
    (layers,); the last is 1."""


@torch.inference_mode()
def early_predictions(
    model: PreTrainedModel, texts: Sequence[Sequence[int]], *, rows: int = 8
) -> EarlyPredictions:
    """Let a model predict from the state behind each of its layers.

    Args:
        model: Any decoder-only model; it stays as it is.
        texts: Token ids of each text, of two tokens and more.
        rows: Number of texts that go through the model at once.

    Raises:
        BadInput: The model has no list of layers, or a text has fewer than two tokens.
    """
    n_layers = len(blocks(model))
    nats, alike, n_tokens = np.zeros(n_layers), np.zeros(n_layers), 0
    for batch in batched(texts, rows):
        observed, whole = _scored(batch, batch.tokens), _likeliest(_logits(model, batch))
        n_tokens += len(observed)
        for layer in range(n_layers):
            logits = _logits(keep(model, tuple(range(layer + 1))).model, batch)
            observed = observed.to(logits.device)
            nats[layer] += float(functional.cross_entropy(logits, observed, reduction="sum"))
            alike[layer] += int((_likeliest(logits) == whole).sum())
    return EarlyPredictions(nats / n_tokens, alike / n_tokens)


def _logits(model: PreTrainedModel, batch: Batch) -> Tensor:
    """Logits of every token but the first of each text, shape (tokens, vocabulary)."""
    logits: Tensor = model(input_ids=batch.tokens.to(model.device), use_cache=False).logits
    return logits[:, :-1][batch.targets[:, 1:].to(logits.device)].float()


def _scored(batch: Batch, values: Tensor) -> Tensor:
    return values[:, 1:][batch.targets[:, 1:]]


def _likeliest(logits: Tensor) -> Tensor:
    return logits.argmax(dim=-1)
