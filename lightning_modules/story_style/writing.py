"""Writing of stories token by token, every draw keyed by the story it is for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers.cache_utils import DynamicCache, EncoderDecoderCache

from data.errors import BadInput
from data.randomness import stream
from lightning_modules.settings import SamplingRule
from lightning_modules.story_style.model import (
    Filler,
    Rewriter,
    StoryWriter,
    StyleClassifier,
    padded,
)
from lightning_modules.story_style.settings import StoryWriting
from lightning_modules.story_style.tokens import fitting_in
from lightning_modules.writing.drawing import draw

_SCORED = 64
"""Texts that a classifier reads at a time."""
Seen = Callable[[Tensor], tuple[Tensor, Tensor]]
"""States that a decoder attends to, of a batch of rows, and which of them count."""


@dataclass(frozen=True, slots=True)
class Written:
    """A text that was written."""

    tokens: tuple[int, ...]
    """Its tokens, without the end."""
    is_cut: bool
    """Whether it was cut off before it ended."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Draws:
    """What the draws of texts are keyed by."""

    seed: int
    purpose: str
    """What the texts are for, which begins with the family's name."""


def rewrite(
    model: Rewriter,
    stories: Sequence[Sequence[Sequence[int]]],
    style: int,
    rule: StoryWriting,
    draws: Draws,
    device: str,
) -> list[Written]:
    """Rewrite stories in one style.

    Args:
        model: The rewriter.
        stories: Tokens of the sentences of each story.
        style: The style.
        rule: How tokens are drawn.
        draws: Keys of the draws; the n-th story has a stream of its own.
        device: Kind of device as PyTorch names it.

    Raises:
        BadInput: A story is longer than the model's context, or it knows no such style.
    """
    known = model.style.num_embeddings
    if not 0 <= style < known:
        raise BadInput(f"style is {style}; this rewriter knows the styles 0 to {known - 1}")
    rows = [model.tokens.marked_sentences(one) for one in stories]

    def seen(some: Tensor) -> tuple[Tensor, Tensor]:
        styles = torch.full((len(some),), style, device=some.device)
        states = model.fused(model.represent(some), styles)
        return states, states.new_ones(states.shape[:2])

    return _written(model, rows, seen, rule, draws, device)


def fill(
    model: Filler,
    rows: Sequence[Sequence[int]],
    rule: StoryWriting,
    draws: Draws,
    device: str,
) -> list[Written]:
    """Fill the masks of texts.

    Args:
        model: The filler.
        rows: Tokens of each text with its keywords behind it.
        rule: How tokens are drawn.
        draws: Keys of the draws; the n-th text has a stream of its own.
        device: Kind of device as PyTorch names it.

    Raises:
        BadInput: A text is longer than the model's context.
    """

    def seen(some: Tensor) -> tuple[Tensor, Tensor]:
        return model.encode(some), (some != model.pad).float()

    return _written(model, rows, seen, rule, draws, device)


@torch.inference_mode()
def _written(
    model: StoryWriter,
    rows: Sequence[Sequence[int]],
    seen: Seen,
    rule: StoryWriting,
    draws: Draws,
    device: str,
) -> list[Written]:
    fitting_in("the longest text", max(map(len, rows), default=0), model.context)
    model.eval().to(device)
    # Texts of like length are written together: a batch goes on as long as its longest one.
    order = sorted(range(len(rows)), key=lambda at: len(rows[at]))
    found: list[Written | None] = [None] * len(rows)
    for start in range(0, len(order), rule.stories_at_once):
        places = order[start : start + rule.stories_at_once]
        lengths = np.array([len(rows[at]) for at in places])
        limits = np.minimum((lengths * (1 + rule.longer)).astype(np.int64), model.context)
        uniforms = np.stack(
            [stream(draws.seed, draws.purpose, at).random(int(limits.max())) for at in places]
        )
        batch = padded([rows[at] for at in places], model.pad).to(device)
        states, is_seen = seen(batch)
        texts = _rows(model, states, is_seen, uniforms, limits, rule)
        for at, one in zip(places, texts, strict=True):
            found[at] = one
    return [one for one in found if one is not None]


def _rows(
    model: StoryWriter,
    states: Tensor,
    is_seen: Tensor,
    uniforms: NDArray[np.float64],
    limits: NDArray[np.int64],
    rule: StoryWriting,
) -> list[Written]:
    """Texts of one batch, each up to its limit."""
    cache = EncoderDecoderCache(DynamicCache(), DynamicCache())
    drawing = SamplingRule(top_p=rule.top_p)
    never = torch.tensor(model.tokens.never, device=states.device)
    given = torch.from_numpy(uniforms).to(states.device)
    last = torch.full((len(states), 1), model.begin, device=states.device)
    bounds = torch.from_numpy(limits).to(states.device)
    going = torch.ones(len(states), dtype=torch.bool, device=states.device)
    columns: list[Tensor] = []
    while len(columns) < int(limits.max()) and bool(going.any()):
        logits = model.seq2seq(
            encoder_outputs=(states,),
            attention_mask=is_seen.long(),
            decoder_input_ids=last,
            past_key_values=cache,
            use_cache=True,
        ).logits[:, -1]
        logits[:, never] = -torch.inf
        last = draw(logits, given[:, len(columns)], drawing)[:, None]
        columns.append(last[:, 0])
        going = going & (last[:, 0] != model.end) & (len(columns) < bounds)
    drawn = torch.stack(columns, dim=1).tolist()
    return [_cut(row[:limit], model.end) for row, limit in zip(drawn, limits, strict=True)]


def _cut(row: Sequence[int], end: int) -> Written:
    if end in row:
        return Written(tuple(row[: row.index(end)]), is_cut=False)
    return Written(tuple(row), is_cut=True)


@torch.inference_mode()
def representations(
    model: Rewriter, stories: Sequence[Sequence[Sequence[int]]], at_once: int, device: str
) -> NDArray[np.float64]:
    """Representations of the sentences of stories, shape (stories, sentences, width).

    Args:
        model: The rewriter.
        stories: Tokens of the sentences of each story.
        at_once: Stories that are read at a time.
        device: Kind of device as PyTorch names it.

    Raises:
        BadInput: There is no story, or one is longer than the model's context.
    """
    if not stories:
        raise BadInput("there is no story to represent; give some")
    rows = [model.tokens.marked_sentences(one) for one in stories]
    fitting_in("the longest story", max(map(len, rows)), model.context)
    model.eval().to(device)
    order = sorted(range(len(rows)), key=lambda at: len(rows[at]))
    found: dict[int, NDArray[np.float64]] = {}
    for start in range(0, len(order), at_once):
        places = order[start : start + at_once]
        batch = padded([rows[at] for at in places], model.pad).to(device)
        for at, one in zip(places, model.represent(batch).double().cpu().numpy(), strict=True):
            found[at] = one
    return np.stack([found[at] for at in range(len(rows))])


@torch.inference_mode()
def orders(
    model: Rewriter, stories: Sequence[Sequence[Sequence[int]]], at_once: int, device: str
) -> NDArray[np.int64]:
    """The order of sentences that the pointer finds, shape (stories, sentences).

    Args:
        model: The rewriter.
        stories: Tokens of the sentences of each story, in the order in which they are read.
        at_once: Stories that are read at a time.
        device: Kind of device as PyTorch names it.
    """
    read = representations(model, stories, at_once, device)
    sentences = torch.from_numpy(read).float().to(device)
    return model.pointer.points(sentences).cpu().numpy()


@torch.inference_mode()
def scored(
    model: StyleClassifier, rows: Sequence[Sequence[int]], pad: int, device: str
) -> NDArray[np.float64]:
    """Logits of styles by a classifier, shape (texts, styles).

    Args:
        model: The classifier.
        rows: Tokens of each text.
        pad: Token that fills up a short row.
        device: Kind of device as PyTorch names it.
    """
    model.eval().to(device)
    found = [
        model.of_tokens(padded(rows[start : start + _SCORED], pad).to(device)).double().cpu()
        for start in range(0, len(rows), _SCORED)
    ]
    return np.asarray(torch.cat(found).numpy())
