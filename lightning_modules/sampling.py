"""A trained model writes documents, as a `Trainer.predict` run with a key-value cache."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch
from torch import Tensor
from torch.utils.data import DataLoader
from transformers import PreTrainedModel
from transformers.cache_utils import Cache, DynamicLayer

from data.prior import Prior
from data.randomness import Purpose, uniforms

_MAX_EMPTY = 1000
_SURPLUS = 1.15
"""More documents than needed are begun at once: a second round would wait for its longest."""
_COMPACT_BELOW = 0.85
"""Share of rows still writing below which the others leave the batch: leaving copies the cache."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SamplingRule:
    """How a document is written, from nothing but the end-of-text token before it."""

    temperature: float = 1.0
    top_k: int | None = None
    """Keep the k likeliest tokens."""
    top_p: float | None = None
    """Keep the smallest set of likeliest tokens whose probability reaches this."""
    max_tokens: int = 512
    """A document is cut off here; the share that is cut off is on record."""
    documents_per_batch: int = 256

    def __post_init__(self) -> None:
        if self.temperature <= 0:
            raise ValueError(f"temperature is {self.temperature}; it must be above 0")
        if self.top_k is not None and self.top_k < 1:
            raise ValueError(f"top_k is {self.top_k}; it must be 1 or more")
        if self.top_p is not None and not 0 < self.top_p <= 1:
            raise ValueError(f"top_p is {self.top_p}; it must lie in (0, 1]")


@dataclass(frozen=True, slots=True)
class SampledDocuments:
    """Documents in the order of their index."""

    tokens: list[list[int]]
    """Without the end-of-text tokens around them."""
    cut_off: int
    """How many reached `max_tokens` without an end."""


def truncate(probability: Tensor, rule: SamplingRule) -> Tensor:
    """Set what top-k and top-p leave out to 0; shape (batch, vocabulary), not normalised."""
    if rule.top_k is not None and rule.top_k < probability.shape[-1]:
        least = probability.topk(rule.top_k, dim=-1).values[:, -1:]
        probability = probability.where(probability >= least, 0.0)
    if rule.top_p is not None and rule.top_p < 1:
        ranked, order = probability.sort(dim=-1, descending=True)
        before = ranked.cumsum(dim=-1) - ranked
        ranked = ranked.where(before < rule.top_p * ranked.sum(dim=-1, keepdim=True), 0.0)
        probability = torch.zeros_like(probability).scatter(-1, order, ranked)
    return probability


def draw(logits: Tensor, uniform: Tensor, rule: SamplingRule) -> Tensor:
    """One token per row by inverse CDF.

    Args:
        logits: Shape (batch, vocabulary).
        uniform: One number in [0, 1) per row, shape (batch,).
        rule: Temperature and truncation.

    Returns:
        Token ids, shape (batch,).
    """
    probability = truncate((logits.float() / rule.temperature).softmax(dim=-1), rule)
    cumulative = probability.double().cumsum(dim=-1)
    target = uniform[:, None] * cumulative[:, -1:]
    drawn = torch.searchsorted(cumulative, target, right=True)[:, 0]
    return drawn.clamp(max=logits.shape[-1] - 1)


class _Preallocated(DynamicLayer):
    """Keys and values of one layer, written in place instead of being copied at every step."""

    def __init__(self, capacity: int) -> None:
        super().__init__()
        self.capacity = capacity

    def lazy_initialization(self, key_states: Tensor, value_states: Tensor) -> None:
        """Allocate room for `capacity` positions."""
        batch, heads, _, size = key_states.shape
        self.dtype, self.device = key_states.dtype, key_states.device
        self._rooms = [
            states.new_empty(batch, heads, self.capacity, size)
            for states in (key_states, value_states)
        ]
        self._show(0)
        self.is_initialized = True

    def update(
        self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any
    ) -> tuple[Tensor, Tensor]:
        """Append positions; return all of them, as views."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        start = self.get_seq_length()
        stop = start + key_states.shape[-2]
        for room, states in zip(self._rooms, (key_states, value_states), strict=True):
            room[:, :, start:stop] = states
        return self._show(stop)

    def batch_select_indices(self, indices: Tensor) -> None:
        """Keep these rows."""
        length = self.get_seq_length()
        self._rooms = [room[indices] for room in self._rooms]
        self._show(length)

    def _show(self, length: int) -> tuple[Tensor, Tensor]:
        keys, values = (room[:, :, :length] for room in self._rooms)
        self.keys, self.values = keys, values
        return keys, values


def _empty_cache(model: PreTrainedModel, context: int) -> Cache:
    n_layers = model.config.num_hidden_layers
    return Cache(layers=[_Preallocated(context) for _ in range(n_layers)])


@torch.inference_mode()
def sample_batch(
    model: PreTrainedModel,
    uniform: Tensor,
    end: int,
    context: int,
    rule: SamplingRule,
    advance: Callable[[int], None],
) -> list[list[int]]:
    """Write one document per row; rows that have ended leave the batch.

    When the cache is full, the last half context is read again as a new beginning, as training
    windows begin in the middle of documents.

    Args:
        model: The writer.
        uniform: Draws, shape (documents, rule.max_tokens).
        end: Token before a document and after it.
        context: Tokens that the model looks back at most.
        rule: How to draw.
        advance: Told how many tokens each step wrote.

    Returns:
        Tokens of each document; the last is `end` unless the document was cut off.
    """
    n_documents, max_tokens = uniform.shape
    written = torch.full((n_documents, max_tokens + 1), end, device=uniform.device)
    lengths = torch.full((n_documents,), max_tokens, device=uniform.device)
    rows = torch.arange(n_documents, device=uniform.device)  # document of each row in the batch
    going = torch.ones_like(rows, dtype=torch.bool)
    cache = _empty_cache(model, context)
    for position in range(max_tokens):
        start = position
        if cache.get_seq_length() == context:
            cache = _empty_cache(model, context)
            start = position + 1 - max(context // 2, 1)
        fresh = written[rows, start : position + 1]
        output = model(input_ids=fresh, past_key_values=cache, use_cache=True, logits_to_keep=1)
        token = draw(output.logits[:, -1], uniform[rows, position], rule)
        written[rows, position + 1] = token
        ended = going & (token == end)
        lengths[rows[ended]] = position + 1
        going &= ~ended
        left = int(going.sum())
        advance(left)
        if left == 0:
            break
        if left < _COMPACT_BELOW * len(rows):
            cache.batch_select_indices(going.nonzero()[:, 0])
            rows, going = rows[going], going[going]
    host, stops = written.cpu().numpy(), lengths.cpu().numpy()
    return [host[i, 1 : stops[i] + 1].tolist() for i in range(n_documents)]


class DocumentSampler(pl.LightningModule):
    """Writes the documents whose indices a batch holds; a text depends on its index alone."""

    def __init__(
        self,
        prior: Prior,
        rule: SamplingRule,
        *,
        seed: int,
        purpose: Purpose,
        generation: int,
        advance: Callable[[int], None],
    ) -> None:
        super().__init__()
        self.model = prior.model
        self.prior = prior
        self.rule = rule
        self.advance = advance
        self.key = {"seed": seed, "purpose": purpose, "generation": generation}

    def predict_step(self, batch: Tensor, batch_idx: int) -> list[list[int]]:
        """Documents of one batch of indices, shape (documents,)."""
        draws = [
            uniforms(self.rule.max_tokens, document_id=str(index), **self.key)  # type: ignore[arg-type]
            for index in batch.tolist()
        ]
        uniform = torch.from_numpy(np.stack(draws)).to(self.device)
        end = self.prior.tokenizer.eos_token_id
        context = self.prior.context
        return sample_batch(self.model, uniform, end, context, self.rule, self.advance)


def sample_documents(
    sampler: DocumentSampler, n_tokens: int, mean_length: float, trainer: pl.Trainer
) -> SampledDocuments:
    """Write documents 0, 1, 2, ... until they hold `n_tokens` tokens; the last stays whole.

    What was written beyond that is dropped; no text depends on how many are written at a time.

    Args:
        sampler: The writer.
        n_tokens: Tokens wanted.
        mean_length: Expected tokens per document; decides how many are written at a time and
            changes nothing else.
        trainer: Runs the prediction.

    Raises:
        ValueError: The model writes empty documents only.
    """
    end = sampler.prior.tokenizer.eos_token_id
    size = sampler.rule.documents_per_batch
    documents: list[list[int]] = []
    total = n_written = cut_off = 0
    while total < n_tokens:
        wanted = int(_SURPLUS * (n_tokens - total) / max(mean_length, 1.0)) + 1
        indices = torch.arange(n_written, n_written + wanted)
        loader: DataLoader[Tensor] = DataLoader(indices, batch_size=size)  # type: ignore[arg-type]
        outcome = trainer.predict(sampler, loader)
        for document in (document for batch in outcome or [] for document in batch):
            if total < n_tokens:
                ended = document[-1] == end
                documents.append(document[:-1] if ended else document)
                total += len(documents[-1])
                cut_off += not ended
        n_written += wanted
        mean_length = total / len(documents)
        if total == 0 and n_written >= _MAX_EMPTY:
            raise ValueError(f"the model wrote {n_written} empty documents: it has learnt no text")
    return SampledDocuments(documents, cut_off)
