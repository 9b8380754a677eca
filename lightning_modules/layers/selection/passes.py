"""Forward passes through some layers of a model, begun where they part from those of the whole."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle
from transformers import PreTrainedModel

from data.attention import one_text_per_row
from data.errors import BadInput
from data.output_layer import in_cache, logits_of
from data.prior import NO_TOKEN
from lightning_modules.layers.blocks import blocks
from lightning_modules.layers.layout import Layout, Sharing
from lightning_modules.layers.surgery import emulator_of, keep

Floats = NDArray[np.float64]
_LOGITS_AT_ONCE = 2**22
"""Number of logits that are held at a time; 16 MiB of fp32 stay in a CPU's cache."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts as rows of tokens."""

    tokens: Tensor
    """Token ids, shape (texts, time), padded on the right."""
    is_token: Tensor
    """Bool of the same shape, false where a row is padded."""

    @property
    def targets(self) -> Tensor:
        """Bool, true where a token is scored: every token but the first of each text."""
        scored = self.is_token.clone()
        scored[:, 0] = False
        return scored

    @property
    def n_tokens(self) -> int:
        """Number of tokens, padding left out."""
        return int(self.is_token.sum())


def batched(texts: Sequence[Sequence[int]], rows: int) -> Iterator[Batch]:
    """Texts in their order, some at a time.

    Args:
        texts: Token ids of each text.
        rows: Number of texts in a batch.

    Raises:
        BadInput: There is no text, or one has fewer than two tokens, so that none is scored.
    """
    if not texts:
        raise BadInput("no text to measure layers by; give at least one")
    for number, text in enumerate(texts):
        if len(text) < 2:
            raise BadInput(f"text {number} has {len(text)} tokens; give texts of two or more")
    for start in range(0, len(texts), rows):
        chosen = texts[start : start + rows]
        tokens = torch.zeros((len(chosen), max(map(len, chosen))), dtype=torch.long)
        is_token = torch.zeros(tokens.shape, dtype=torch.bool)
        for row, text in enumerate(chosen):
            tokens[row, : len(text)] = torch.tensor(text)
            is_token[row, : len(text)] = True
        yield Batch(tokens, is_token)


@contextmanager
def inputs_of(layers: nn.ModuleList) -> Iterator[list[Tensor]]:
    """Collect the state that enters each layer during a pass, and that which leaves the last."""
    found: list[Tensor] = []

    def enter(_: nn.Module, args: Any, kwargs: Any) -> None:
        found.append(args[0] if args else kwargs["hidden_states"])

    def leave(_: nn.Module, args: Any, output: Any) -> None:
        found.append(output[0] if isinstance(output, tuple) else output)

    handles: list[RemovableHandle] = [
        layer.register_forward_pre_hook(enter, with_kwargs=True) for layer in layers
    ]
    handles.append(layers[-1].register_forward_hook(leave))
    try:
        yield found
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def entered_with(layer: nn.Module, state: Tensor) -> Iterator[None]:
    """Let a state enter a layer in place of what comes to it."""

    def enter(_: nn.Module, args: Any, kwargs: Any) -> tuple[Any, Any]:
        if args:
            return (state, *args[1:]), kwargs
        return args, {**kwargs, "hidden_states": state}

    handle = layer.register_forward_pre_hook(enter, with_kwargs=True)
    try:
        yield
    finally:
        handle.remove()


class Passes:
    """Losses of emulators of one model on the same texts.

    The states between the layers of the whole model are kept, so that an emulator that has its
    first layers in their places begins behind them. Losses are those of a whole pass.

    Args:
        model: Any decoder-only model; it stays as it is.
        texts: Token ids of each text; a text is one row, and never cut.
        rows: Number of texts that go through the model at once.

    Raises:
        BadInput: The model has no list of layers, or a text has fewer than two tokens.
    """

    def __init__(
        self, model: PreTrainedModel, texts: Sequence[Sequence[int]], *, rows: int = 64
    ) -> None:
        self._model = model
        self._batches = list(batched(texts, rows))
        self._states: list[list[Tensor]] = []
        self.n_layers = len(blocks(model))
        self.n_tokens = sum(batch.n_tokens for batch in self._batches)
        self.layers_run = 0
        """Layers that the texts have gone through so far, those of the whole model included."""
        self.full = self._run_whole()
        """Mean loss of the whole model on each text, in nats per token."""

    def losses(self, kept: Sequence[int], sharing: Sharing | None = None) -> Floats:
        """Mean loss of an emulator on each text, in nats per token, shape (texts,).

        Args:
            kept: Layers that stay.
            sharing: How places that are left out are filled; None where they stay out.

        Raises:
            BadInput: See `lightning_modules.layers.layout.Layout`.
        """
        layout = Layout(n_layers=self.n_layers, kept=tuple(kept), sharing=sharing)
        sources = layout.sources
        if sources == tuple(range(self.n_layers)):
            return self.full
        in_place = next((at for at, place in enumerate(sources) if at != place), len(sources))
        start = min(in_place, len(sources) - 1)  # a model needs a layer
        emulator = emulator_of(self._model, layout).model
        rest = keep(emulator, tuple(range(start, len(sources)))).model if start else emulator
        found = []
        for batch, states in zip(self._batches, self._states, strict=True):
            with entered_with(blocks(rest)[0], states[start]):
                found.append(_losses(rest, batch))
        self.layers_run += len(sources) - start
        return np.concatenate(found)

    def _run_whole(self) -> Floats:
        found = []
        for batch in self._batches:
            with inputs_of(blocks(self._model)) as states:
                found.append(_losses(self._model, batch))
            self._states.append(states)
        self.layers_run += self.n_layers
        return np.concatenate(found)


@torch.inference_mode()
def last_states(model: PreTrainedModel, batch: Batch) -> Tensor:
    """The states that the output layer reads, shape (texts, time, width), by the model's own pass.

    Attention is causal, so that padding on the right changes nothing before it.
    """
    with one_text_per_row(model):
        passed = model.base_model(input_ids=batch.tokens.to(model.device), use_cache=False)
    states: Tensor = passed.last_hidden_state
    return states


@torch.inference_mode()
def _losses(model: PreTrainedModel, batch: Batch) -> Floats:
    """Mean loss on each text of a batch, in nats per token.

    Raises:
        BadInput: A loss is no number.
    """
    states = last_states(model, batch)[:, :-1]
    scored = batch.targets[:, 1:].to(states.device)
    observed = batch.tokens[:, 1:].to(states.device)[scored]
    size = max(_LOGITS_AT_ONCE // model.get_output_embeddings().weight.shape[0], 1)
    pieces = zip(states[scored].split(size), observed.split(size), strict=True)
    parts = in_cache(logits_of(model), pieces, 0, NO_TOKEN)
    nats = -torch.cat([part.log_probability for part in parts]).double().cpu().numpy()
    if not np.isfinite(nats).all():
        raise BadInput(f"{type(model).__name__}: a loss is no number; the model is broken")
    rows = scored.nonzero()[:, 0].cpu().numpy()
    means: Floats = np.bincount(rows, weights=nats) / np.bincount(rows)
    return means
