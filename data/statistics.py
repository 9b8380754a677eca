"""What a body of text looks like: distinct n-grams and how much of the human tail it still covers.

A word is a maximal run of letters, digits or underscores, lower-cased. Counts depend on sample
size: compare only samples of the same number of words, and beside the human-human floor.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

_WORD = re.compile(r"\w+")

Bigram = tuple[str, str]


def words(texts: Iterable[str], limit: int | None = None) -> list[list[str]]:
    """Words of each text, cut after `limit` words in all."""
    documents: list[list[str]] = []
    left = limit
    for text in texts:
        found = _WORD.findall(text.lower())
        documents.append(found if left is None else found[:left])
        if left is not None:
            left -= len(documents[-1])
            if left == 0:
                break
    return documents


def bigrams(documents: Iterable[Sequence[str]]) -> Iterator[Bigram]:
    """Neighbouring words, never across documents."""
    for document in documents:
        yield from pairwise(document)


def distinct_2(documents: Iterable[Sequence[str]]) -> float:
    """Different bigrams over all bigrams (Li et al. 2016); 0 for a text without any."""
    counts = Counter(bigrams(documents))
    return len(counts) / counts.total() if counts else 0.0


def rare_bigrams(documents: Iterable[Sequence[str]], max_count: int) -> frozenset[Bigram]:
    """The tail of a human text: bigrams that occur, but at most `max_count` times."""
    counts = Counter(bigrams(documents))
    return frozenset(bigram for bigram, count in counts.items() if count <= max_count)


def coverage(documents: Iterable[Sequence[str]], tail: frozenset[Bigram]) -> float:
    """Share of the tail that the documents contain.

    Raises:
        ValueError: The tail is empty.
    """
    if not tail:
        raise ValueError("the held-out text has no rare bigram: give more held-out text")
    return len(tail & set(bigrams(documents))) / len(tail)
