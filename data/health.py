"""Health of a corpus before a generation trains on it: numbers that unmask a faked collapse."""

import hashlib
from dataclasses import dataclass

from data.corpus import Corpus


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """Shares are of documents."""

    documents: int
    empty: float
    """Without any character but spaces."""
    duplicate: float
    """Exact copies of an earlier document."""
    mean_bytes: float
    """UTF-8 bytes per document."""


def examine(corpus: Corpus) -> Health:
    """Read a corpus once.

    Raises:
        ValueError: It has no document.
    """
    if len(corpus) == 0:
        raise ValueError("the corpus is empty: nothing to train on")
    seen: set[bytes] = set()
    empty = duplicates = total = 0
    for text in corpus.texts():
        content = text.encode()
        digest = hashlib.blake2b(content, digest_size=16).digest()
        duplicates += digest in seen
        seen.add(digest)
        empty += not text.strip()
        total += len(content)
    n = len(corpus)
    return Health(documents=n, empty=empty / n, duplicate=duplicates / n, mean_bytes=total / n)
