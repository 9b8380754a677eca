"""What a linear kernel makes of the same texts: the baseline that has no transition to grok.

Ridge regression of the class, as -1 and 1, on which words and pairs of neighbouring words a text
has, in its dual form. Every text's vector has length 1 and the penalty is 1, so that nothing is
chosen on any text.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

_PENALTY = 1.0


def linear_share(
    learnt: Sequence[Sequence[str]],
    labels: NDArray[np.int64],
    asked: Sequence[Sequence[str]],
    expected: NDArray[np.int64],
) -> float:
    """Share of texts whose class the baseline knows; a tie counts as the class that is met more.

    Args:
        learnt: Words of the texts that are learnt.
        labels: Their classes, 0 or 1.
        asked: Words of the texts that are asked.
        expected: Their classes.
    """
    places: dict[tuple[str, ...], int] = {}
    for words in learnt:
        for one in _features(words):
            places.setdefault(one, len(places))
    x, other = (_matrix(texts, places) for texts in (learnt, asked))
    y = 2.0 * labels - 1
    middle = float(y.mean())
    kernel = (x @ x.T).toarray()
    kernel[np.diag_indices_from(kernel)] += _PENALTY
    weights = linalg.solve(kernel, y - middle, assume_a="pos")
    scores = other @ (x.T @ weights) + middle
    return float(((scores > 0) == (expected > 0)).mean())


def _features(words: Sequence[str]) -> list[tuple[str, ...]]:
    """The words and pairs of neighbours that a text has, in an order that every process has."""
    return sorted({(word,) for word in words} | set(pairwise(words)))


def _matrix(texts: Sequence[Sequence[str]], places: dict[tuple[str, ...], int]) -> sparse.csr_array:
    """The features of texts, shape (texts, features), each row of length 1 or 0."""
    rows, columns = [], []
    for row, words in enumerate(texts):
        known = [places[one] for one in _features(words) if one in places]
        rows += [row] * len(known)
        columns += sorted(known)
    found = sparse.csr_array(
        (np.ones(len(rows)), (rows, columns)), shape=(len(texts), max(len(places), 1))
    )
    lengths = np.sqrt(found.sum(axis=1))
    scale = np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    return sparse.csr_array(sparse.diags_array(scale) @ found)
