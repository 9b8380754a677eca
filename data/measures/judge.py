"""A fixed judge of texts: a byte-level n-gram model of human text, without tokenizer or training.

P(byte | last bytes) is interpolated over orders, each shrunk towards the order below (a Dirichlet
prior, MacKay and Peto 1995), and the lowest towards the uniform distribution, so that every text
has a finite number of bits.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.errors import BadInput

Floats = NDArray[np.float64]
_Keys = NDArray[np.uint64]

ORDER = 5
"""Number of bytes of an n-gram: four of context and the one that is predicted."""
_STRENGTH = 4.0
"""Weight of the lower order, in observations."""
_BYTES = 256
_BATCH = 50_000
"""Number of bytes of text that are looked up at a time."""
_START = b"\n" * (ORDER - 1)
"""Bytes that stand before every text, as context of its first ones."""


@dataclass(frozen=True)
class _Counts:
    """n-grams of one order that occur, and how often."""

    keys: _Keys
    counts: Floats

    @classmethod
    def of(cls, keys: _Keys) -> "_Counts":
        found, counts = np.unique(keys, return_counts=True)
        return cls(found, counts.astype(np.float64))

    def look_up(self, keys: _Keys) -> Floats:
        place = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[place] == keys, self.counts[place], 0.0)


@dataclass(frozen=True)
class Judge:
    """Counts of n-grams, from the shortest to the longest."""

    ngrams: tuple[_Counts, ...]
    contexts: tuple[_Counts, ...]

    def bits(self, text: str) -> float:
        """Bits of the text under the model; 0 for an empty text."""
        return next(self.bits_of([text]))

    def bits_of(self, texts: Iterable[str]) -> Iterator[float]:
        """Bits of each text under the model; short texts are looked up many at a time."""
        remaining = map(str.encode, texts)
        while batch := list(_batch(remaining)):
            ends = np.cumsum([len(_START) + len(text) for text in batch])
            surprise = -np.log2(self._probability(_joined(batch)))
            for text, end in zip(batch, ends - len(_START), strict=True):
                yield float(surprise[end - len(text) : end].sum())

    def _probability(self, data: NDArray[np.uint8]) -> Floats:
        """Of each byte after the first start, given those before it, shape (bytes,)."""
        probability = np.full(len(data) - len(_START), 1 / _BYTES)
        for n, (ngrams, contexts) in enumerate(
            zip(self.ngrams, self.contexts, strict=True), start=1
        ):
            keys = _keys(data, n)
            seen, total = ngrams.look_up(keys), contexts.look_up(keys >> np.uint64(8))
            probability = (seen + _STRENGTH * probability) / (total + _STRENGTH)
        return probability

    def bits_per_byte(self, texts: Iterable[str]) -> Floats:
        """Bits per byte of each text, shape (texts,); empty texts have none and are left out."""
        there = [text for text in texts if text]
        sizes = [len(text.encode()) for text in there]
        return np.array([b / n for b, n in zip(self.bits_of(there), sizes, strict=True)])


def _batch(texts: Iterator[bytes]) -> Iterator[bytes]:
    """The next texts, until they have `_BATCH` bytes or more."""
    size = 0
    while size < _BATCH and (text := next(texts, None)) is not None:
        size += len(text)
        yield text


def fit_judge(texts: Iterable[str], max_bytes: int = 300_000) -> Judge:
    """Count the n-grams of texts, up to `max_bytes` bytes of them.

    Raises:
        BadInput: There is no text.
    """
    data = _as_bytes(texts)[:max_bytes]
    if len(data) <= len(_START):
        raise BadInput("a judge needs text to be fitted on; give some human text")
    orders = [_keys(data, n) for n in range(1, ORDER + 1)]
    return Judge(
        tuple(_Counts.of(keys) for keys in orders),
        tuple(_Counts.of(keys >> np.uint64(8)) for keys in orders),
    )


def _as_bytes(texts: Iterable[str]) -> NDArray[np.uint8]:
    return _joined(text.encode() for text in texts)


def _joined(texts: Iterable[bytes]) -> NDArray[np.uint8]:
    return np.frombuffer(b"".join(_START + text for text in texts), dtype=np.uint8)


def _keys(data: NDArray[np.uint8], n: int) -> _Keys:
    """The n-gram that ends at each byte after the first start, as one integer."""
    stop = len(data)
    keys = np.zeros(max(stop - len(_START), 0), dtype=np.uint64)
    for back in range(n - 1, -1, -1):
        keys = (keys << np.uint64(8)) | data[len(_START) - back : stop - back].astype(np.uint64)
    return keys
