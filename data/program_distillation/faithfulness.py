"""How faithful the lines of a program are to its question: cosines with the question's sentences.

The faithfulness of lines is the mean over them of the largest cosine, scaled from -1..1 to 0..1,
between the line and a sentence of the question, by any encoder of sentences (PaD, arXiv
2305.13888, step-wise verification). Its logarithm is what a beam gains with a further line.
"""

import math
import re
import zlib
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Encode = Callable[[Sequence[str]], Floats]
"""Encodes texts as points of unit length, or as the origin where a text says nothing; shape
(texts, width)."""

_ENDS = re.compile(r"(?<=[.!?])\s+")
_WORD = re.compile(r"[a-z]+|\d+(?:\.\d+)?")
_BUCKETS = 4096
_LEAST = 1e-6
"""Faithfulness below which no line falls, so that its logarithm stays a number."""


def sentences(question: str) -> list[str]:
    """Sentences of a question; a point within a number ends none.

    Raises:
        ValueError: The question says nothing.
    """
    found = [part for part in _ENDS.split(question.strip()) if part]
    if not found:
        raise ValueError("the question is empty, and no line can be faithful to it")
    return found


def faithfulness(lines: Floats, asked: Floats) -> float:
    """Mean over lines of the largest cosine with a sentence, scaled to 0..1.

    Args:
        lines: Lines as points, shape (lines, width), at least one.
        asked: Sentences of the question as points, shape (sentences, width).
    """
    nearest = (lines @ asked.T).max(axis=1)
    return float(np.clip((1 + nearest) / 2, 0.0, 1.0).mean())


class FaithfulLines:
    """Judges lines of programs by the questions that they answer; a text is encoded once.

    Args:
        encode: Encoder of sentences and lines.
        questions: Questions by the index that lines are judged under.
    """

    def __init__(self, encode: Encode, questions: Sequence[str]) -> None:
        self._encode = encode
        self._questions = questions
        self._asked: dict[int, Floats] = {}
        self._lines: dict[str, Floats] = {}
        self.n_encoded = 0
        """Texts that were encoded: the verifier's own cost."""

    def __call__(self, written: Sequence[tuple[int, tuple[str, ...]]]) -> list[float]:
        """Natural logarithm of the faithfulness of each: of all lines, to the question.

        Args:
            written: Index of a question and the lines that answer it, at least one each.
        """
        self._learn(written)
        return [self._log(place, lines) for place, lines in written]

    def _log(self, place: int, lines: tuple[str, ...]) -> float:
        points = np.stack([self._lines[line] for line in lines])
        return math.log(max(faithfulness(points, self._asked[place]), _LEAST))

    def _learn(self, written: Sequence[tuple[int, tuple[str, ...]]]) -> None:
        """Encode all that is new at once."""
        new = {line: None for _, lines in written for line in lines if line not in self._lines}
        if new:
            self._lines |= dict(zip(new, self._points(list(new)), strict=True))
        for place in {place for place, _ in written if place not in self._asked}:
            self._asked[place] = self._points(sentences(self._questions[place]))

    def _points(self, texts: list[str]) -> Floats:
        self.n_encoded += len(texts)
        return self._encode(texts)


def by_words(texts: Sequence[str]) -> Floats:
    """Texts as counts of their words and numbers, hashed into 4,096 places, at unit length.

    The plainest encoder, which needs no model: its cosine says which share of words two texts have
    in common. A text without words is the origin, whose cosine with all is 0.
    """
    points = np.zeros((len(texts), _BUCKETS))
    for row, text in enumerate(texts):
        for word in _WORD.findall(text.lower()):
            points[row, zlib.crc32(word.encode()) % _BUCKETS] += 1
    length = np.linalg.norm(points, axis=1, keepdims=True)
    return points / np.where(length > 0, length, 1.0)
