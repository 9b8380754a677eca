"""A trained model writes documents, as a `Trainer.predict` run with a key-value cache."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytorch_lightning as pl
import torch
from torch import Tensor
from torch.utils.data import DataLoader
from transformers import DynamicCache, PreTrainedModel

from data.prior import Prior
from data.randomness import Purpose, uniforms

_MAX_EMPTY = 1000


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


@torch.inference_mode()
def sample_batch(
    model: PreTrainedModel,
    uniform: Tensor,
    end: int,
    context: int,
    rule: SamplingRule,
    advance: Callable[[int], None],
) -> list[list[int]]:
    """Write one document per row; a row that has ended leaves the batch.

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
    rows = torch.arange(n_documents, device=uniform.device)
    cache = DynamicCache(config=model.config)
    fresh = written[:, :1]
    for position in range(max_tokens):
        if cache.get_seq_length() + fresh.shape[1] > context:
            cache = DynamicCache(config=model.config)
            fresh = written[rows, position + 1 - max(context // 2, 1) : position + 1]
        output = model(input_ids=fresh, past_key_values=cache, use_cache=True, logits_to_keep=1)
        token = draw(output.logits[:, -1], uniform[rows, position], rule)
        written[rows, position + 1] = token
        advance(len(token))
        going = token != end
        lengths[rows[~going]] = position + 1
        if not bool(going.any()):
            break
        if not bool(going.all()):
            rows = rows[going]
            cache.batch_select_indices(going.nonzero()[:, 0])
        fresh = token[going][:, None]
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
        wanted = max(1, round((n_tokens - total) / max(mean_length, 1.0)))
        indices = torch.arange(n_written, n_written + wanted)
        outcome = trainer.predict(sampler, DataLoader(list(indices.split(size)), batch_size=None))
        for document in (document for batch in outcome or [] for document in batch):
            if total < n_tokens:
                ended = document[-1] == end
                documents.append(document[:-1] if ended else document)
                total += len(documents[-1])
                cut_off += not ended
        n_written += wanted
        if total == 0 and n_written >= _MAX_EMPTY:
            raise ValueError(f"the model wrote {n_written} empty documents: it has learnt no text")
    return SampledDocuments(documents, cut_off)
