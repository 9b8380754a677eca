"""What text a token stands for, and where each token stands in a text."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding
from transformers import PreTrainedTokenizerFast

from data.text.tokens import special_tokens, whole

_REPLACEMENT_CHARACTER = "\ufffd"


class Pieces:
    """The text of every token of a vocabulary, in the middle of a document."""

    def __init__(self, tokenizer: PreTrainedTokenizerFast) -> None:
        self.backend = whole(tokenizer)
        special = special_tokens(tokenizer)
        anchor = self.backend.encode("a", add_special_tokens=False).ids[-1]
        anchor_text = self.backend.decode([anchor], skip_special_tokens=False)
        n_tokens = max(self.backend.get_vocab(with_added_tokens=True).values()) + 1
        decoded = self.backend.decode_batch(
            [[anchor, token] for token in range(n_tokens)], skip_special_tokens=False
        )
        self._texts = [text[len(anchor_text) :] for text in decoded]
        self.lengths = np.array([len(piece) for piece in self._texts], dtype=np.int64)
        """Number of characters of each token, shape (vocabulary,)."""
        self.is_text: NDArray[np.bool_] = np.array(
            [
                piece != "" and _REPLACEMENT_CHARACTER not in piece and token not in special
                for token, piece in enumerate(self._texts)
            ]
        )
        """Tokens that are whole characters: no special token, no part of a character."""

    def text(self, token: int) -> str | None:
        """The text of a token; None for a special token, a part of a character or no token."""
        if token >= len(self._texts) or not self.is_text[token]:
            return None
        return self._texts[token]


@dataclass(frozen=True, slots=True)
class Located:
    """Texts as tokens, laid end to end, with the characters that each token covers."""

    ids: NDArray[np.int64]
    starts: NDArray[np.int64]
    """First character of each token in its text, shape (tokens,)."""
    stops: NDArray[np.int64]
    offsets: NDArray[np.int64]
    """Place of each text's first token, and the end, shape (texts + 1,)."""
    writable: NDArray[np.bool_]
    """Tokens whose characters in the text are just what the token stands for."""
    not_given_back: int
    """Number of texts that decoding their tokens does not give back."""

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def tokens_of(self, index: int) -> NDArray[np.int64]:
        """Token ids of the text of this index."""
        return self.ids[self.offsets[index] : self.offsets[index + 1]]

    def text_of(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Index of the text that each of these tokens belongs to."""
        return np.asarray(np.searchsorted(self.offsets, places, side="right") - 1)


def locate(texts: Sequence[str], pieces: Pieces) -> Located:
    """Tokenize texts, without special tokens; a text never becomes a special token."""
    encodings = pieces.backend.encode_batch(list(texts), add_special_tokens=False)
    offsets = np.cumsum([0, *(len(encoding.ids) for encoding in encodings)])
    ids = np.array([token for e in encodings for token in e.ids], dtype=np.int64)
    stops = np.array([stop for e in encodings for _, stop in e.offsets], dtype=np.int64)
    starts = np.concatenate([[0], stops[:-1]]).astype(np.int64)[: len(stops)]
    starts[offsets[:-1][np.diff(offsets) > 0]] = 0
    given_back = _given_back(texts, encodings, pieces)
    writable = pieces.is_text[ids]
    # Where a text comes back and every token is as long as what it covers, it is what it covers.
    differs = writable & (pieces.lengths[ids] != stops - starts)
    sound = given_back & ~_any(differs, offsets)
    for index in np.flatnonzero(~sound).tolist():
        for place in range(offsets[index], offsets[index + 1]):
            covered = texts[index][starts[place] : stops[place]]
            writable[place] &= covered == pieces.text(int(ids[place]))
    return Located(ids, starts, stops, offsets, writable, int((~given_back).sum()))


def _any(marked: NDArray[np.bool_], offsets: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether any token of each text is marked."""
    before = np.concatenate([[0], np.cumsum(marked)])
    return np.asarray(before[offsets[1:]] > before[offsets[:-1]])


def _given_back(
    texts: Sequence[str], encodings: Sequence[Encoding], pieces: Pieces
) -> NDArray[np.bool_]:
    decoded = pieces.backend.decode_batch([e.ids for e in encodings], skip_special_tokens=False)
    return np.array([back == text for back, text in zip(decoded, texts, strict=True)], dtype=bool)


def tokenizer_digest(tokenizer: PreTrainedTokenizerFast) -> str:
    """16 hex digits that change with anything in the tokenizer."""
    return hashlib.sha256(tokenizer.backend_tokenizer.to_str().encode()).hexdigest()[:16]
