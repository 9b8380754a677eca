"""What one pass over texts tells of every layer: pooled states, and how little a layer changes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from transformers import PreTrainedModel

from data.errors import BadInput
from lightning_modules.layers.blocks import blocks
from lightning_modules.layers.selection.passes import batched, inputs_of, last_states

Pooling = Literal["weighted", "mean", "last", "maximum"]
"""How the states of a text's tokens become one: by weights that grow with the position, which are
its number over the sum of all numbers (Muennighoff 2022); as their mean; the last; the largest of
each feature."""
POOLINGS: tuple[Pooling, ...] = get_args(Pooling)


@dataclass(frozen=True)
class Readings:
    """States and influence of the layers of one model on the same texts."""

    states: NDArray[np.float32]
    """Pooled state that enters each layer, and that which leaves the last, shape (layers + 1,
    texts, width)."""
    influence: NDArray[np.float64]
    """1 less the cosine of what enters and what leaves a layer, mean over tokens, shape (layers,):
    block influence (Men et al. 2024, arXiv 2403.03853)."""

    @property
    def outputs(self) -> NDArray[np.float32]:
        """Pooled state that leaves each layer, shape (layers, texts, width)."""
        return self.states[1:]


@torch.inference_mode()
def read_layers(
    model: PreTrainedModel,
    texts: Sequence[Sequence[int]],
    *,
    pooling: Pooling = "weighted",
    rows: int = 64,
) -> Readings:
    """Read every layer of a model in one pass over texts.

    Args:
        model: Any decoder-only model; it stays as it is.
        texts: Token ids of each text; a text is one row, and never cut.
        pooling: How the states of a text's tokens become one.
        rows: Number of texts that go through the model at once.

    Raises:
        BadInput: The model has no list of layers, a text has fewer than two tokens, or the pooling
            is unknown.
    """
    if pooling not in _POOL:
        raise BadInput(f"unknown pooling {pooling!r}; use one of {', '.join(POOLINGS)}")
    layers = blocks(model)
    pooled: list[Tensor] = []
    apart, n_tokens = torch.zeros(len(layers), dtype=torch.float64), 0
    for batch in batched(texts, rows):
        with inputs_of(layers) as states:
            last_states(model, batch)
        is_token = batch.is_token.to(states[0].device)
        pooled.append(torch.stack([_POOL[pooling](s.float(), is_token) for s in states]).cpu())
        apart += torch.stack(
            [
                (1 - functional.cosine_similarity(before.float(), after.float(), dim=-1))[is_token]
                .double()
                .sum()
                for before, after in pairwise(states)
            ]
        ).cpu()
        n_tokens += batch.n_tokens
    return Readings(torch.cat(pooled, dim=1).numpy(), (apart / n_tokens).numpy())


def _weighted(states: Tensor, is_token: Tensor) -> Tensor:
    weights = is_token.cumsum(dim=1) * is_token
    return _average(states, weights)


def _mean(states: Tensor, is_token: Tensor) -> Tensor:
    return _average(states, is_token)


def _average(states: Tensor, weights: Tensor) -> Tensor:
    shares = weights / weights.sum(dim=1, keepdim=True)
    return torch.einsum("nt,ntw->nw", shares.to(states.dtype), states)


def _last(states: Tensor, is_token: Tensor) -> Tensor:
    last = is_token.sum(dim=1) - 1
    return states[torch.arange(len(states), device=states.device), last]


def _maximum(states: Tensor, is_token: Tensor) -> Tensor:
    return states.masked_fill(~is_token[..., None], -torch.inf).amax(dim=1)


_POOL: Mapping[Pooling, Callable[[Tensor, Tensor], Tensor]] = {
    "weighted": _weighted,
    "mean": _mean,
    "last": _last,
    "maximum": _maximum,
}
