"""Rules that remove a document, and how they are chosen: recall on planted edits, false removals.

The published rule (UltraMedical, arXiv 2406.03949) removes what lies within an L2 distance of .05
and differs in length by at most a fifth. Distances are those of an encoder, so that a threshold of
one says nothing of another: the chosen one is measured with the encoder at hand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.decontaminating.likeness import EmbeddingIndex, WordIndex
from benchmarks.decontaminating.planted import KINDS, Kind, planted, vocabulary
from data.errors import BadInput, between
from data.measures.ngrams import ngrams, split_words
from data.randomness import stream
from data.sources.evaluation_sets import Question, identifying_runs

Floats = NDArray[np.float64]
PUBLISHED_DISTANCE = 0.05
"""L2 distance up to which the published rule removes."""
PUBLISHED_LENGTH = 0.2
"""Share by which the lengths may differ at most in the published rule."""
_PURPOSE = "decontaminating/halves"
_FOR_ONE = 25
"""Questions for each one, up to two, that may be removed whatever the share."""
_LEAST_QUESTIONS = 8
"""Questions that a threshold is chosen by at least: half of them choose, half measure."""


@dataclass(frozen=True)
class Seen:
    """What the measures say of one kind of text, one number for each question."""

    distance: Floats
    """L2 distance to the question; of unrelated text to the nearest one. NaN without an
    encoder."""
    share: Floats
    """Share of the question's runs of words that the text holds."""
    length_fits: NDArray[np.bool_]
    """Whether text and question differ in length by at most a fifth."""
    gated: NDArray[np.bool_]
    """Whether the suite's gate finds the question: thirteen words in a row, or all of a short
    one."""


@dataclass(frozen=True)
class Thresholds:
    """What removes a document: a distance up to it, or a share from it on."""

    distance: float | None
    """L2 distance up to which a document is removed; None without an encoder."""
    share: float
    """Share of a question's runs of three words from which a document is removed."""

    def removes(self, distance: Floats, share: Floats) -> NDArray[np.bool_]:
        """Which texts are removed by either measure, shape (texts,)."""
        by_words = np.asarray(share >= self.share)
        if self.distance is None:
            return by_words
        return np.asarray(by_words | (distance <= self.distance))


@dataclass(frozen=True)
class Measured:
    """Recall of every rule on planted edits, and what it removes that is nobody's copy."""

    thresholds: Thresholds
    planted: Mapping[Kind, Seen]
    """Of the questions that measure; others chose the thresholds."""
    unrelated: Seen
    """Every such question held against all others: text of the same kind that is no copy."""
    nearest_unrelated: float
    """Smallest distance of two questions; NaN without an encoder."""

    @property
    def n(self) -> int:
        """Questions that every rate rests on."""
        return len(self.unrelated.share)


def published(seen: Seen) -> NDArray[np.bool_]:
    """What the published rule removes."""
    return np.asarray((seen.distance <= PUBLISHED_DISTANCE) & seen.length_fits)


def measure_rules(
    questions: Sequence[str],
    by_words: WordIndex,
    by_embedding: EmbeddingIndex | None,
    *,
    seed: int,
    false_removals: float,
    thresholds: Thresholds | None = None,
    kinds: Sequence[Kind] = KINDS,
) -> Measured:
    """Choose thresholds on half of the questions, and measure them on the other half.

    The thresholds are the widest at which each measure removes at most a given share of questions
    for being like another one. Those are of one exam and its style: honest text of other kinds is
    further away, so that the share is an upper bound for it.

    Args:
        questions: The questions that documents are held against.
        by_words: Index of the same questions.
        by_embedding: The same; None without an encoder.
        seed: Replicate; it draws the halves and the edits.
        false_removals: Share of unrelated questions that each measure may remove.
        thresholds: Thresholds that are given; None chooses them.
        kinds: Kinds of edits that are planted.

    Raises:
        BadInput: There are too few questions to choose by, or the share is none.
    """
    between(0, 1, {"false_removals": false_removals})
    if len(questions) < _LEAST_QUESTIONS:
        raise BadInput(
            f"{len(questions)} questions of four words and more; a threshold is chosen by at "
            f"least {_LEAST_QUESTIONS}, name more with --against"
        )
    order = stream(seed, _PURPOSE).permutation(len(questions))
    choose, measure = np.sort(order[: len(order) // 2]), np.sort(order[len(order) // 2 :])
    apart = _unrelated(questions, by_words, by_embedding)
    if thresholds is None:
        distance = None if by_embedding is None else widest(apart.distance[choose], false_removals)
        share = 1 - widest(1 - apart.share[choose], false_removals)
        thresholds = Thresholds(distance, share)
    words = vocabulary(questions) or [word for one in questions for word in one.split()]
    found = {
        kind: _seen(
            [planted(questions[i], kind, words, seed=seed, name=str(i)) for i in measure],
            [questions[i] for i in measure],
            measure,
            by_embedding,
        )
        for kind in kinds
    }
    closest = float("nan") if by_embedding is None else float(apart.distance.min())
    return Measured(thresholds, found, _part(apart, measure), closest)


def widest(values: Floats, share: float) -> float:
    """The largest value at which at most a share of all are as small.

    Of fifty and more two are allowed in any case, for an exam may hold a question twice, which
    would else decide alone. The value lies in the middle between the last one that is removed and
    the next, so that it is no accident of one question; just below the smallest where none may be.

    Args:
        values: One number for each question, shape (questions,).
        share: The share.
    """
    ordered = np.sort(values)
    n_removed = max(min(2, len(ordered) // _FOR_ONE), int(np.floor(share * len(ordered))))
    if n_removed == 0:
        return float(np.nextafter(ordered[0], -np.inf))
    after = ordered[min(n_removed, len(ordered) - 1)]
    return float(min((ordered[n_removed - 1] + after) / 2, np.nextafter(after, -np.inf)))


def _unrelated(
    questions: Sequence[str], by_words: WordIndex, by_embedding: EmbeddingIndex | None
) -> Seen:
    """Every question held against all others."""
    n = len(questions)
    shares = np.array([by_words.best(one, without=i)[1] for i, one in enumerate(questions)])
    lengths = np.array([max(len(one), 1) for one in questions], np.float64)
    distance, fits = np.full(n, np.nan), np.zeros(n, bool)
    if by_embedding is not None:
        distances = by_embedding.distances(by_embedding.points)
        np.fill_diagonal(distances, np.inf)
        nearest = distances.argmin(axis=1)
        distance = distances[np.arange(n), nearest]
        fits = _fits(lengths, lengths[nearest])
    return Seen(distance, shares, fits, np.zeros(n, bool))


def _seen(
    texts: Sequence[str],
    questions: Sequence[str],
    places: NDArray[np.int64],
    by_embedding: EmbeddingIndex | None,
) -> Seen:
    distance = np.full(len(texts), np.nan)
    if by_embedding is not None:
        points = by_embedding.encoded(texts)
        own = by_embedding.points[places]
        distance = np.sqrt(np.clip(2 - 2 * np.sum(points * own, axis=1), 0, None))
    pairs = list(zip(texts, questions, strict=True))
    return Seen(
        distance,
        np.array([share_of(question, text) for text, question in pairs]),
        _fits(
            np.array([len(text) for text in texts], np.float64),
            np.array([max(len(one), 1) for one in questions], np.float64),
        ),
        np.array([is_gated(question, text) for text, question in pairs]),
    )


def share_of(question: str, text: str) -> float:
    """Share of a question's runs of three words that a text holds."""
    return WordIndex([question]).best(text)[1]


def is_gated(question: str, text: str) -> bool:
    """Whether the suite's own gate, which stays as it is, finds a question in a text."""
    runs = identifying_runs(Question("", question, ("",), 0))
    words = split_words(text)
    return any(not runs.isdisjoint(ngrams([words], length)) for length in {len(r) for r in runs})


def _fits(lengths: Floats, of_questions: Floats) -> NDArray[np.bool_]:
    return np.asarray(np.abs(lengths - of_questions) <= PUBLISHED_LENGTH * of_questions)


def _part(seen: Seen, places: NDArray[np.int64]) -> Seen:
    return Seen(
        seen.distance[places], seen.share[places], seen.length_fits[places], seen.gated[places]
    )
