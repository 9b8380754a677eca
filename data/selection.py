"""Selection: scores for the documents of a corpus, of which the highest are kept.

A score is a function of the candidates, of human text and of a random generator; it returns one
number per document, shape (documents,). `kept` takes the highest until the size is filled.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from data.errors import BadInput
from data.measures.judge import fit_judge
from data.measures.ngrams import hash_places, hashed_sum, ngrams, rare_bigrams, split_words
from data.text.corpus import Corpus

Floats = NDArray[np.float64]
Score = Callable[[Corpus, Corpus, np.random.Generator], Floats]

_SMOOTHING = 1.0
"""Count that is added to every bucket of hashed counts."""


def kept(score: Floats, lengths: NDArray[np.int64], n_tokens: int) -> NDArray[np.int64]:
    """Places of the highest scores that together reach `n_tokens`, in corpus order.

    Args:
        score: Score of each document, shape (documents,).
        lengths: Number of tokens of each document, same shape.
        n_tokens: Tokens wanted; the last document stays whole.

    Raises:
        BadInput: Scores and documents differ in number, a score is no number, or the documents
            are too few.
    """
    if score.shape != lengths.shape:
        raise BadInput(
            f"the score has shape {score.shape} for {len(lengths)} documents; give one number each"
        )
    if np.isnan(score).any():
        raise BadInput(f"the score of document {int(np.isnan(score).argmax())} is no number")
    order = np.argsort(-score, kind="stable")
    total = np.cumsum(lengths[order])
    if len(total) == 0 or total[-1] < n_tokens:
        have = int(total[-1]) if len(total) else 0
        raise BadInput(f"{have:,} tokens to choose from, {n_tokens:,} are to be kept")
    return np.sort(order[: int(np.searchsorted(total, n_tokens)) + 1])


def at_random(candidates: Corpus, human: Corpus, rng: np.random.Generator) -> Floats:
    """A uniform draw per document: subsampling."""
    return rng.random(len(candidates))


def by_importance(candidates: Corpus, human: Corpus, rng: np.random.Generator) -> Floats:
    """DSIR (Xie et al., NeurIPS 2023): log-weight of hashed n-grams, human over candidates.

    Gumbel noise on top makes taking the highest the same as resampling without replacement.
    """
    documents = [tuple(split_words(text)) for text in candidates.texts()]
    target = _log_share(hashed_sum(map(split_words, human.texts())))
    weight = target - _log_share(hashed_sum(documents))
    score = np.array([weight[hash_places(document)].sum() for document in documents])
    return score + rng.gumbel(size=len(documents))


def _log_share(counts: Floats) -> Floats:
    smooth = counts + _SMOOTHING
    return np.asarray(np.log(smooth / smooth.sum()), dtype=np.float64)


def by_verifier(candidates: Corpus, human: Corpus, rng: np.random.Generator) -> Floats:
    """Likelihood per byte under an n-gram model of the human text; an empty document is worst."""
    judge = fit_judge(human.texts())
    return np.array(
        [-judge.bits(t) / len(t.encode()) if t else -np.inf for t in candidates.texts()]
    )


def by_long_tail(candidates: Corpus, human: Corpus, rng: np.random.Generator) -> Floats:
    """Share of a document's bigrams that occur once in the human text."""
    tail = rare_bigrams(map(split_words, human.texts()), 1)
    return np.array([_tail_share(split_words(text), tail) for text in candidates.texts()])


def _tail_share(words: list[str], tail: frozenset[tuple[str, ...]]) -> float:
    found = list(ngrams([words], 2))
    return sum(bigram in tail for bigram in found) / len(found) if found else 0.0
