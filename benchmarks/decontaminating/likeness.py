"""How near a document is to the questions of an exam: by words that it holds, and by embedding.

Two measures, each a metric of its own. *Words*: the share of a question's runs of three words that
a document holds. *Embedding*: the L2 distance of two texts as points of unit length, by any encoder
of sentences; documents much longer than a question are read in pieces.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from data.errors import BadInput
from data.measures.ngrams import Ngram, ngrams, split_words

Floats = NDArray[np.float64]
Encode = Callable[[Sequence[str]], Floats]
"""Encodes texts as points of unit length, shape (texts, width)."""
RUN = 3
"""Words in a row of which the share is counted."""
FEWEST_WORDS = 4
"""Words that a question needs to be looked for."""
_PIECE = 1.5
"""Lengths of the longest of the questions' middle half that a piece of a document has."""
_AT_ONCE = 256
"""Texts that are encoded before progress is told."""


@dataclass(frozen=True)
class Found:
    """The nearest question of one document by each measure."""

    by_words: int
    """Index of the question with the largest share; -1 where none shares a run."""
    share: float
    """Share of that question's runs that the document holds, 0 to 1."""
    by_embedding: int = -1
    """Index of the nearest question; -1 without an encoder."""
    distance: float = 2.0
    """L2 distance of the nearest piece to it, 0 to 2."""
    piece_words: int = 0
    """Words of that piece."""


class WordIndex:
    """Finds the question of whose runs of words a text holds the largest share.

    Args:
        questions: The questions; one of fewer than `FEWEST_WORDS` words is never found.
    """

    def __init__(self, questions: Sequence[str]) -> None:
        self._holders: dict[Ngram, list[int]] = defaultdict(list)
        self._sizes = np.ones(len(questions))
        self.n_searched = 0
        """Questions that are long enough to be looked for."""
        for place, question in enumerate(questions):
            words = split_words(question)
            if len(words) < FEWEST_WORDS:
                continue
            self.n_searched += 1
            runs = set(ngrams([words], RUN))
            self._sizes[place] = len(runs)
            for run in runs:
                self._holders[run].append(place)

    def best(self, text: str, without: int = -1) -> tuple[int, float]:
        """Index of the question and the share of its runs; -1 and 0 where nothing is shared.

        Args:
            text: The text.
            without: Index of a question that does not count.
        """
        counts: dict[int, int] = defaultdict(int)
        for run in set(ngrams([split_words(text)], RUN)):
            for place in self._holders.get(run, ()):
                counts[place] += 1
        counts.pop(without, None)
        if not counts:
            return -1, 0.0
        place = max(counts, key=lambda one: (counts[one] / self._sizes[one], -one))
        return place, float(counts[place] / self._sizes[place])


class EmbeddingIndex:
    """Finds the question that is nearest to a text, or to a piece of it, as points.

    Args:
        questions: The questions.
        encode: Encoder of sentences.
        advance: Told how many more texts were encoded.

    Raises:
        BadInput: There is no question.
    """

    def __init__(
        self, questions: Sequence[str], encode: Encode, advance: Callable[[int], None]
    ) -> None:
        if not questions:
            raise BadInput("no text to encode; give at least one")
        self.encode, self.advance = encode, advance
        self.n_words = np.array([len(split_words(one)) for one in questions])
        self.piece = max(int(_PIECE * np.quantile(self.n_words, 0.75)), FEWEST_WORDS)
        """Words of a piece of a document; shorter documents are read whole."""
        self.points = self.encoded(questions)

    def encoded(self, texts: Sequence[str], *, told: bool = True) -> Floats:
        """Texts as points, the shortest first, so that few are filled up; shape (texts, width).

        Args:
            texts: The texts.
            told: Whether `advance` is told of them.
        """
        order = np.argsort([len(one) for one in texts], kind="stable")
        parts = []
        for start in range(0, len(order), _AT_ONCE):
            places = order[start : start + _AT_ONCE]
            parts.append(self.encode([texts[place] for place in places]))
            if told:
                self.advance(len(places))
        points: Floats = np.concatenate(parts)[np.argsort(order, kind="stable")]
        return points

    def distances(self, points: Floats) -> Floats:
        """L2 distances to all questions, shape (texts, questions).

        Raises:
            BadInput: The points have another width than the questions'.
        """
        if points.shape[1] != self.points.shape[1]:
            raise BadInput(
                f"points have {points.shape[1]} numbers, those of the questions "
                f"{self.points.shape[1]}; encode both with one model"
            )
        found: Floats = np.sqrt(np.clip(2 - 2 * points @ self.points.T, 0, None))
        return found

    def nearest(self, texts: Sequence[str]) -> list[tuple[int, float, int]]:
        """Of every text: index of the nearest question, distance, and words of the piece."""
        pieces = [list(pieces_of(text, self.piece)) for text in texts]
        flat = [piece for some in pieces for piece in some]
        distances = self.distances(self.encoded(flat, told=False))
        at = np.cumsum([0, *map(len, pieces)])
        found = []
        for start, stop in pairwise(at.tolist()):
            row, question = np.unravel_index(
                int(distances[start:stop].argmin()), (stop - start, distances.shape[1])
            )
            words = len(split_words(flat[start + int(row)]))
            found.append((int(question), float(distances[start + row, question]), words))
        return found


def pieces_of(text: str, n_words: int) -> Iterator[str]:
    """A text whole, or, if it has more than twice the words of a piece, in pieces.

    Pieces overlap by half, so that whatever is half as long as a piece stands whole in one.
    """
    words = text.split()
    if len(words) <= 2 * n_words:
        yield text
        return
    step = max(n_words // 2, 1)
    for start in range(0, len(words) - n_words + step, step):
        yield " ".join(words[start : start + n_words])


def find_nearest(
    texts: Sequence[str], by_words: WordIndex, by_embedding: EmbeddingIndex | None
) -> list[Found]:
    """The nearest question of every text by each measure that there is."""
    shares = [by_words.best(text) for text in texts]
    if by_embedding is None:
        return [Found(*share) for share in shares]
    nearest = by_embedding.nearest(texts)
    return [
        Found(place, share, question, distance, words)
        for (place, share), (question, distance, words) in zip(shares, nearest, strict=True)
    ]
