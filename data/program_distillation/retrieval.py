"""The floor under every student: the solution of the nearest solved question, numbers re-bound.

The nearest question is that of largest cosine between vectors of words weighed by their rarity
(tf-idf); numbers count as one word. Its numbers are bound to those of the new question in their
order, and its solution is copied with them: nothing is understood, and nothing is computed but what
the copied program says.
"""

import re
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from data.measures.ngrams import split_words
from data.program_distillation.programs import (
    NUMBER,
    numbers_in_text,
    reassigned,
    to_number,
    ungrouped,
)

_ANY_NUMBER = " number "
_AT_ONCE = 200
"""Questions that are compared with all solved ones at once."""


class Neighbours:
    """Solved questions, in which the nearest one is looked for.

    Args:
        questions: The solved questions.
    """

    def __init__(self, questions: Sequence[str]) -> None:
        words = [_words(question) for question in questions]
        known = sorted({word for one in words for word in one})
        self._place = {word: place for place, word in enumerate(known)}
        counts = self._counts(words)
        documents = np.asarray((counts > 0).sum(axis=0)).ravel()
        self._rarity: NDArray[np.float64] = np.log(len(words) / documents)
        self._solved = self._weighed(counts)

    def nearest(self, questions: Sequence[str]) -> list[int]:
        """The place of the nearest solved question of each; of equally near ones the first."""
        asked = self._weighed(self._counts([_words(question) for question in questions]))
        found: list[int] = []
        for start in range(0, len(questions), _AT_ONCE):
            likeness = (asked[start : start + _AT_ONCE] @ self._solved.T).toarray()
            found += [int(place) for place in likeness.argmax(axis=1)]
        return found

    def _counts(self, words: Sequence[Sequence[str]]) -> sparse.csr_array:
        pairs = [
            (row, self._place[word])
            for row, one in enumerate(words)
            for word in one
            if word in self._place
        ]
        rows, columns = zip(*pairs, strict=True) if pairs else ((), ())
        shape = (len(words), len(self._place))
        return sparse.csr_array((np.ones(len(pairs)), (rows, columns)), shape=shape)

    def _weighed(self, counts: sparse.csr_array) -> sparse.csr_array:
        """Rows of length 1, or 0 where no word is known."""
        weighed = sparse.csr_array(counts * self._rarity[np.newaxis, :])
        length = np.sqrt((weighed * weighed).sum(axis=1))
        return sparse.csr_array(sparse.diags_array(1 / np.where(length > 0, length, 1)) @ weighed)


def _words(question: str) -> list[str]:
    return split_words(NUMBER.sub(_ANY_NUMBER, ungrouped(question)).lower())


def binding(solved: str, asked: str) -> dict[Fraction, Fraction]:
    """Numbers of the new question by those of the solved one, in the order of both."""
    pairs = zip(
        dict.fromkeys(numbers_in_text(solved)), dict.fromkeys(numbers_in_text(asked)), strict=False
    )
    return dict(pairs)


def copied_program(program: str, bound: dict[Fraction, Fraction]) -> str:
    """The program of the solved question with the numbers of the new one."""
    return reassigned(program, bound)


def copied_text(text: str, bound: dict[Fraction, Fraction]) -> str:
    """The words of the solved question with the numbers of the new one."""

    def other(match: re.Match[str]) -> str:
        number = to_number(match[0])
        return str(bound.get(number, match[0]))

    return NUMBER.sub(other, ungrouped(text))
