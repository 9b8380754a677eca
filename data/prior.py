"""A prior: any causal language model whose token probabilities steer editing, or judge a text.

Scoring never holds a full-vocabulary tensor for a whole batch: the output layer runs over a chunk
of positions at a time, and only the observed probability and, where a rule asks for them, the
likeliest candidates are kept.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from data.attention import one_text_per_row
from data.checkpoints.files import refuse_damaged
from data.checkpoints.loading import load_model
from data.errors import BadInput
from data.llama import is_plain_llama, llama_states
from data.output_layer import Later, Part, in_cache, in_flight, is_worth_a_kernel, logits_of
from data.text.tokens import load_tokenizer

_LONGEST_BY_DEFAULT = 2048


@dataclass(frozen=True)
class Prior:
    """A causal language model with its tokenizer."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerFast
    context: int
    """Longest window that is scored at once, in tokens."""
    prefix: int | None
    """Token that stands before every document in training, if there is one."""


def load_prior(
    name: str | Path,
    *,
    context: int | None,
    prefix: bool | None,
    dtype: torch.dtype = torch.float32,
) -> Prior:
    """Load a checkpoint from a folder, or by its hub name, in safetensors only.

    Args:
        name: Folder of the checkpoint, or its hub name.
        context: Longest window to score; at most what the model was built for, which is also what
            None means, up to 2048.
        prefix: Whether the model saw its end-of-text token before every document; None puts there
            what the tokenizer itself puts before a text, if anything.
        dtype: Type of the weights. Probabilities are fp32, from logits that the head gives in this
            type: in bfloat16 a logit of 16 to 32 is rounded by up to 1/16, which moves a
            probability of 0.99 within 0.9894 and 0.9906.

    Raises:
        BadInput: There is no such model, tokenizer and model do not match, or the context is too
            long for the model.
    """
    if Path(name).is_dir():
        refuse_damaged(Path(name))
    tokenizer = load_tokenizer(name)
    model = load_model(name, dtype=dtype)
    vocabulary = model.get_output_embeddings().weight.shape[0]
    if len(tokenizer) > vocabulary:
        raise BadInput(
            f"{name}: the tokenizer has {len(tokenizer):,} tokens, the model {vocabulary:,}; "
            "they do not belong together"
        )
    longest = getattr(model.config, "max_position_embeddings", None)
    if context is not None and context < 2:
        raise BadInput(f"{name}: a window of {context} tokens; the least is 2")
    if prefix and tokenizer.eos_token_id is None:
        raise BadInput(f"{name}: has no end-of-text token to put first; use --no-prefix")
    if context is None:
        context = min(longest or _LONGEST_BY_DEFAULT, _LONGEST_BY_DEFAULT)
    if longest is not None and context > longest:
        raise BadInput(f"{name}: context is {context}, the model was built for {longest}")
    before = _own_prefix(tokenizer) if prefix is None else tokenizer.eos_token_id
    return Prior(model, tokenizer, context, None if prefix is False else before)


def _own_prefix(tokenizer: PreTrainedTokenizerFast) -> int | None:
    """The token that a tokenizer puts before a text."""
    with_special, without = (
        tokenizer("a", add_special_tokens=yes).input_ids for yes in (True, False)
    )
    begins_alike = with_special[: len(without)] == without
    return None if begins_alike else int(with_special[0])


def weights_digest(model: PreTrainedModel) -> str:
    """16 hex digits that change with any weight, its name or its type."""
    digest = hashlib.sha256()
    for name, weight in sorted(model.state_dict().items()):
        digest.update(f"{name} {weight.dtype} {tuple(weight.shape)}".encode())
        digest.update(weight.detach().cpu().reshape(-1).view(torch.uint8).numpy())
    return digest.hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of one document that is scored in one forward pass."""

    document: int
    start: int
    """First token of the window, counted in the document with its prefix."""
    stop: int
    first: int
    """First token whose probability is taken from this window; the ones before are context."""


def windows(
    lengths: Sequence[int], context: int, begins: Sequence[int] | None = None
) -> Iterator[Window]:
    """Cover documents with overlapping windows; every token to score is scored once.

    A window that does not begin with its document repeats half a context, so that every token
    is scored with at least half a context before it, or with all there is. A prefix stands in the
    window that begins with the document, and in no other.

    Args:
        lengths: Tokens of each document, with all that stands before it.
        context: Longest window, at least 2.
        begins: First token to score of each document, 1 or more; 1 by default.
    """
    overlap = context - max(context // 2, 1)
    for document, length in enumerate(lengths):
        first = 1 if begins is None else begins[document]
        start = max(0, min(length, first + context - overlap) - context)
        while first < length:
            stop = min(start + context, length)
            yield Window(document, start, stop, first)
            first, start = stop, stop - overlap


class Scores(NamedTuple):
    """Scores of n tokens, on the host."""

    log_probability: NDArray[np.float32]
    """Natural log of P(token | text before it), shape (n,)."""
    rows: NDArray[np.int64]
    """Places of those of the n tokens that have candidates, ascending, shape (m,)."""
    candidates: NDArray[np.int64]
    """Likeliest tokens of the prior, likeliest first, shape (m, k)."""
    candidate_probability: NDArray[np.float32]
    """Probabilities of the candidates, shape (m, k)."""


EVERY_TOKEN = (0.0, 1.0)
"""Range of probability with which candidates are kept for every token, however likely it is."""
NO_TOKEN = (2.0, 2.0)
"""Range of probability with which candidates are kept for no token."""


@torch.inference_mode()
def score(
    model: PreTrainedModel,
    tokens: Tensor,
    targets: Tensor,
    top_k: int,
    between: tuple[float, float] = EVERY_TOKEN,
) -> Scores:
    """Score chosen tokens of a right-padded batch in one forward pass of the backbone.

    Attention is causal, so padding on the right changes nothing before it and needs no mask.

    Args:
        model: Language model of the prior.
        tokens: Token ids, shape (batch, time).
        targets: Bool of the same shape, true where a token is to be scored; never in column 0.
        top_k: Number of candidates kept per token, the whole vocabulary at most.
        between: Candidates are kept for tokens whose probability lies between these two, both
            included, give or take the rounding of fp32.

    Returns:
        Scores of the tokens under `targets`, row by row.
    """
    return score_later(model, tokens, targets, top_k, between).scores()


@torch.inference_mode()
def score_later(
    model: PreTrainedModel,
    tokens: Tensor,
    targets: Tensor,
    top_k: int,
    between: tuple[float, float] = EVERY_TOKEN,
) -> "ScoresLater":
    """Let a GPU score, and go on; see `score`.

    The targets may stay on the host, which then need not wait to learn how many they are.
    """
    hidden = _states(model, tokens)
    places = _there(targets.flatten().nonzero()[:, 0], tokens.device)
    states = hidden.flatten(0, 1).index_select(0, places - 1)
    observed = tokens.flatten().index_select(0, places)
    vocabulary = model.get_output_embeddings().weight.shape[0]
    head = logits_of(model)
    with torch.autocast(states.device.type, enabled=False):  # probabilities need all of fp32
        pieces = _chunks(vocabulary, states, observed)
        if states.is_cuda:
            compiled = is_worth_a_kernel(len(states) * vocabulary)
            parts = in_flight(head, pieces, top_k, between, compiled=compiled)
        else:
            parts = in_cache(head, pieces, top_k, between)
    return ScoresLater(parts, model.name_or_path or type(model).__name__)


@torch.inference_mode()
def log_probabilities(model: PreTrainedModel, tokens: Tensor, targets: Tensor) -> Tensor:
    """Natural log of P(every token | text before it) in a few places, in fp32.

    Args:
        model: Language model of the prior.
        tokens: Token ids of a right-padded batch, shape (batch, time).
        targets: Bool of the same shape, true for the places asked for; never in column 0. The
            whole distribution of each is held at once.

    Returns:
        Shape (places, vocabulary), row by row.
    """
    places = _there(targets.flatten().nonzero()[:, 0], tokens.device)
    states = _states(model, tokens).flatten(0, 1).index_select(0, places - 1)
    with torch.autocast(states.device.type, enabled=False):
        return logits_of(model)(states).float().log_softmax(-1)


def _states(model: PreTrainedModel, tokens: Tensor) -> Tensor:
    if tokens.is_cuda and is_plain_llama(model):
        return llama_states(model, tokens)
    with one_text_per_row(model):
        hidden: Tensor = model.base_model(input_ids=tokens, use_cache=False).last_hidden_state
    return hidden


def _there(places: Tensor, device: torch.device) -> Tensor:
    if places.device == device:
        return places
    return places.pin_memory().to(device, non_blocking=True)


_LOGITS_PER_CHUNK = {"cpu": 2**22, "cuda": 2**27}
"""Number of logits at a time, by kind of device: 16 MiB of fp32 stay in a CPU's cache, and half a
GiB keeps a GPU busy, which holds two of that size."""


def _chunks(vocabulary: int, states: Tensor, observed: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    size = max(_LOGITS_PER_CHUNK.get(states.device.type, 2**22) // vocabulary, 1)
    return zip(states.split(size), observed.split(size), strict=True)


class BrokenScores(BadInput):
    """A model gives scores that are NaN or infinite: it is broken, and the token is not unscored.

    A token that is not scored has no place among scores. What takes NaN for *not scored* outside a
    model (a first token without a prefix) can therefore trust that no model has said it.
    """

    def __init__(self, model: str, places: NDArray[np.int64]) -> None:
        super().__init__(
            f"{model}: gives scores that are NaN or infinite, to {len(places):,} tokens of a "
            "batch; the model is broken, or its numbers need another type (--dtype)"
        )
        self.places = places
        """Places of these tokens among those that were scored together, ascending."""


class ScoresLater:
    """Scores of a batch, all of its chunks, on their way to the host."""

    def __init__(self, parts: list[Part], model: str) -> None:
        self._model = model
        self.is_in_flight = parts[0].wanted.is_cuda
        self._columns = [Later(torch.cat(column)) for column in zip(*parts, strict=True)]
        self._scores: Scores | None = None

    def scores(self) -> Scores:
        """The scores, once they have arrived.

        Raises:
            BrokenScores: One is NaN or infinite.
        """
        if self._scores is None:
            log_probability, wanted, candidates, probability = (
                column.here().numpy() for column in self._columns
            )
            broken = np.flatnonzero(~np.isfinite(log_probability))
            if len(broken):
                raise BrokenScores(self._model, broken)
            rows = np.flatnonzero(wanted)
            if candidates.size == 0:  # none was asked for, or none is there
                candidates = np.zeros((len(rows), candidates.shape[1]), dtype=np.int64)
                probability = np.zeros(candidates.shape, dtype=np.float32)
            self._scores = Scores(log_probability, rows, candidates, probability)
            self._columns.clear()
            self.is_in_flight = False
        return self._scores


def check_head(model: PreTrainedModel, vocabulary_size: int) -> None:
    """Compare the chunked output layer with the model's own logits on a few tokens.

    Raises:
        BadInput: They differ: the model scales its logits in a way that is not known here.
    """
    tokens = torch.arange(8, device=model.device)[None] % vocabulary_size
    targets = torch.ones_like(tokens, dtype=torch.bool)
    targets[:, 0] = False
    ours = score(model, tokens, targets, 0, NO_TOKEN).log_probability
    with torch.inference_mode():
        logits = model(input_ids=tokens, use_cache=False).logits.float().log_softmax(-1)
    theirs = logits[0, :-1].gather(1, tokens[0, 1:, None])[:, 0].cpu().numpy()
    if not np.allclose(ours, theirs, atol=1e-3 if model.dtype == torch.float32 else 0.2):
        raise BadInput(
            f"{type(model).__name__} does not turn hidden states into logits in a known way; "
            "it cannot be a prior"
        )
