"""Prompts with their answers as training windows, for supervised fine-tuning.

A window holds whole documents side by side, `END prompt answer END` each, and padding. Every
document counts its positions from 0, by which a model tells where attention ends, so that nothing
is predicted from another document. Labels are the tokens of the answer and the end after it;
prompts and padding are read and never learnt.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerFast

from data.errors import BadInput
from data.text.corpus import Corpus
from data.text.tokens import encode

IGNORED = -100
"""Label of a token that is not learnt, as PyTorch's cross-entropy knows it."""

Integers = NDArray[np.int32]


class Piece(NamedTuple):
    """A document, or a stretch of one that is longer than a window."""

    tokens: Integers
    labels: Integers
    """The tokens that are learnt, and IGNORED elsewhere; the first is never learnt."""


def pieces(prompt: list[int], answer: list[int], end: int, context: int) -> Iterator[Piece]:
    """A document as stretches of at most context + 1 tokens; neighbours share a token.

    Every token of the answer, and the end after it, is learnt once. A stretch with nothing to learn
    is left out; one that does not begin with its document is read without what stood before it.

    Args:
        prompt: Tokens before the answer, perhaps none.
        answer: Tokens of the answer.
        end: Token before a document and after it.
        context: Tokens that a model reads at once.
    """
    tokens = np.array([end, *prompt, *answer, end], dtype=np.int32)
    labels = tokens.copy()
    labels[: len(prompt) + 1] = IGNORED
    for start in range(0, len(tokens) - 1, context):
        stretch = slice(start, start + context + 1)
        learnt = labels[stretch].copy()
        learnt[0] = IGNORED
        if (learnt != IGNORED).any():
            yield Piece(tokens[stretch], learnt)


def pack_answers(
    corpus: Corpus, tokenizer: PreTrainedTokenizerFast, path: Path, context: int
) -> Integers:
    """Write the corpus as windows, documents in order, each window filled until one does not fit.

    Returns:
        Memory-mapped, shape (windows, 3, context + 1): tokens, labels, positions.

    Raises:
        BadInput: The corpus has no document.
    """
    with path.open("wb") as file:
        for window in _windows(corpus, tokenizer, context):
            file.write(window.tobytes())
    if path.stat().st_size == 0:
        raise BadInput("the corpus is empty: there is no answer to learn")
    return open_answers(path, context)


def open_answers(path: Path, context: int) -> Integers:
    """Memory-map the windows that `pack_answers` wrote, shape (windows, 3, context + 1)."""
    return np.memmap(path, dtype=np.int32, mode="r").reshape(-1, 3, context + 1)


def _windows(
    corpus: Corpus, tokenizer: PreTrainedTokenizerFast, context: int
) -> Iterator[Integers]:
    end = int(tokenizer.eos_token_id)
    open_pieces: list[Piece] = []
    for piece in _all_pieces(corpus, tokenizer, end, context):
        if sum(len(other.tokens) for other in open_pieces) + len(piece.tokens) > context + 1:
            yield _side_by_side(open_pieces, end, context)
            open_pieces = []
        open_pieces.append(piece)
    if open_pieces:
        yield _side_by_side(open_pieces, end, context)


def _all_pieces(
    corpus: Corpus, tokenizer: PreTrainedTokenizerFast, end: int, context: int
) -> Iterator[Piece]:
    for batch in corpus.table.iter(batch_size=1000):
        prompts, answers = encode(tokenizer, batch["prompt"]), encode(tokenizer, batch["text"])
        for prompt, answer in zip(prompts, answers, strict=True):
            yield from pieces(prompt, answer, end, context)


def _side_by_side(open_pieces: list[Piece], end: int, context: int) -> Integers:
    """One window, shape (3, context + 1); a padding token is a document of its own."""
    window = np.full((3, context + 1), end, dtype=np.int32)
    window[1], window[2], start = IGNORED, 0, 0
    for piece in open_pieces:
        stop = start + len(piece.tokens)
        window[:, start:stop] = piece.tokens, piece.labels, np.arange(stop - start)
        start = stop
    return window
