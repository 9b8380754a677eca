"""A prior: any causal language model whose token probabilities steer editing, or judge a text.

Scoring never holds a full-vocabulary fp32 tensor for a whole batch: the output layer runs over a
few thousand positions at a time and only the observed probability and the top candidates are kept.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import AutoModelForCausalLM, PreTrainedModel, PreTrainedTokenizerFast

from data.tokens import load_tokenizer

_POSITIONS_PER_CHUNK = 2048


@dataclass(frozen=True)
class Prior:
    """A causal language model with its tokenizer."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerFast
    context: int
    """Longest window that is scored at once, in tokens."""
    prefix: int | None
    """Token that stands before every document in training, if there is one."""


def load_prior(name: str | Path, *, context: int, prefix: bool) -> Prior:
    """Load a checkpoint from a folder, or by its hub name, in safetensors only.

    Args:
        name: Folder or hub name.
        context: Longest window to score; at most what the model was built for.
        prefix: Whether the model saw its end-of-text token before every document.

    Raises:
        ValueError: Tokenizer and model do not match, or the context is too long for the model.
    """
    tokenizer = load_tokenizer(name)
    model = AutoModelForCausalLM.from_pretrained(name, dtype=torch.float32, use_safetensors=True)
    vocabulary = model.get_output_embeddings().weight.shape[0]
    if len(tokenizer) > vocabulary:
        raise ValueError(
            f"{name}: the tokenizer has {len(tokenizer):,} tokens, the model {vocabulary:,}; "
            "they do not belong together"
        )
    longest = getattr(model.config, "max_position_embeddings", None)
    if longest is not None and context > longest:
        raise ValueError(f"{name}: context is {context}, the model was built for {longest}")
    return Prior(model.eval(), tokenizer, context, tokenizer.eos_token_id if prefix else None)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of one document that is scored in one forward pass."""

    document: int
    start: int
    """First token of the window, counted in the document with its prefix."""
    stop: int
    first: int
    """First token whose probability is taken from this window; the ones before are context."""


def windows(lengths: Sequence[int], context: int) -> Iterator[Window]:
    """Cover documents with overlapping windows; every token but a document's first is scored once.

    A window after the first repeats half a context, so that every token beyond it is scored with at
    least half a context before it.

    Args:
        lengths: Tokens of each document, its prefix included.
        context: Longest window, at least 2.
    """
    stride = max(context // 2, 1)
    for document, length in enumerate(lengths):
        first, start = 1, 0
        while first < length:
            stop = min(start + context, length)
            yield Window(document, start, stop, first)
            first, start = stop, start + stride


class Scores(NamedTuple):
    """Scores of n tokens, on the host."""

    log_probability: NDArray[np.float32]
    """Natural log of P(token | text before it), shape (n,)."""
    candidates: NDArray[np.int64]
    """The prior's likeliest tokens, likeliest first, shape (n, k)."""
    candidate_log_probability: NDArray[np.float32]
    """Shape (n, k)."""


def concatenate(parts: Iterable[Scores]) -> Scores:
    """Scores of several stretches, in order."""
    return Scores(*(np.concatenate(column) for column in zip(*parts, strict=True)))


@torch.inference_mode()
def score(model: PreTrainedModel, tokens: Tensor, targets: Tensor, top_k: int) -> Scores:
    """Score chosen tokens of a right-padded batch in one forward pass of the backbone.

    Attention is causal, so padding on the right changes nothing before it and needs no mask.

    Args:
        model: The prior.
        tokens: Token ids, shape (batch, time).
        targets: Where a token is to be scored, bool of the same shape; never in column 0.
        top_k: Candidates kept per token; 0 keeps none.

    Returns:
        Scores of the tokens under `targets`, row by row.
    """
    hidden = model.base_model(input_ids=tokens, use_cache=False).last_hidden_state
    states = hidden[:, :-1][targets[:, 1:]]
    observed = tokens[:, 1:][targets[:, 1:]]
    parts = [
        _head(
            model,
            states[at : at + _POSITIONS_PER_CHUNK],
            observed[at : at + _POSITIONS_PER_CHUNK],
            top_k,
        )
        for at in range(0, len(observed), _POSITIONS_PER_CHUNK)
    ]
    return concatenate(parts)


def _head(model: PreTrainedModel, states: Tensor, observed: Tensor, top_k: int) -> Scores:
    with torch.autocast(states.device.type, enabled=False):  # probabilities need all of fp32
        logits = model.get_output_embeddings()(states.to(model.dtype)).float()
    if cap := getattr(model.config, "final_logit_softcapping", None):
        logits = torch.tanh(logits / cap) * cap
    total = logits.logsumexp(dim=-1)
    log_probability = logits.gather(1, observed[:, None])[:, 0] - total
    best = logits.topk(top_k, dim=-1)
    return Scores(
        log_probability.cpu().numpy(),
        best.indices.cpu().numpy(),
        (best.values - total[:, None]).cpu().numpy(),
    )


def check_head(model: PreTrainedModel, vocabulary_size: int) -> None:
    """Compare the chunked output layer with the model's own logits on a few tokens.

    Raises:
        ValueError: They differ: the model scales its logits in a way that is not known here.
    """
    tokens = torch.arange(8, device=model.device)[None] % vocabulary_size
    targets = torch.ones_like(tokens, dtype=torch.bool)
    targets[:, 0] = False
    ours = score(model, tokens, targets, 1).log_probability
    with torch.inference_mode():
        logits = model(input_ids=tokens, use_cache=False).logits.float().log_softmax(-1)
    theirs = logits[0, :-1].gather(1, tokens[0, 1:, None])[:, 0].cpu().numpy()
    if not np.allclose(ours, theirs, atol=1e-3):
        raise ValueError(
            f"{type(model).__name__} does not turn hidden states into logits in a known way; "
            "it cannot be a prior"
        )
