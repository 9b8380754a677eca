"""Words, n-grams and hashed n-grams of texts: what statistics and selection count.

A word is a maximal run of letters, digits or underscores, lower-cased.
"""

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

BUCKETS = 10_000
"""Number of buckets of hashed n-grams, as in DSIR (Xie et al., NeurIPS 2023)."""

_WORD = re.compile(r"\w+")

Ngram = tuple[str, ...]
Floats = NDArray[np.float64]


def split_words(text: str) -> list[str]:
    """The words of one text, lower-cased."""
    return _WORD.findall(text.lower())


def ngrams(documents: Iterable[Sequence[str]], n: int) -> Iterator[Ngram]:
    """Runs of n neighbouring words, never across documents."""
    for document in documents:
        yield from zip(*(document[start:] for start in range(n)), strict=False)


def rare_bigrams(documents: Iterable[Sequence[str]], max_count: int) -> frozenset[Ngram]:
    """The tail of a human text: bigrams that occur, but at most `max_count` times."""
    counts = Counter(ngrams(documents, 2))
    return frozenset(bigram for bigram, count in counts.items() if count <= max_count)


@lru_cache(maxsize=20_000)
def hash_places(document: tuple[str, ...]) -> NDArray[np.int64]:
    """Bucket of each word and then of each bigram of a document."""
    keys = [*document, *(" ".join(pair) for pair in ngrams([document], 2))]
    return np.array([zlib.crc32(key.encode()) % BUCKETS for key in keys], dtype=np.int64)


def hashed(document: Sequence[str], buckets: int = BUCKETS) -> Floats:
    """Counts of a document's words and bigrams by hash, shape (buckets,)."""
    counts = np.bincount(hash_places(tuple(document)) % buckets, minlength=buckets)
    return counts.astype(np.float64)


def hashed_sum(documents: Iterable[Sequence[str]]) -> Floats:
    """Hashed counts of all documents together, shape (BUCKETS,)."""
    places = [hash_places(tuple(document)) for document in documents]
    if not places:
        return np.zeros(BUCKETS)
    return np.bincount(np.concatenate(places), minlength=BUCKETS).astype(np.float64)
