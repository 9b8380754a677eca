"""n-gram language models over a small vocabulary: fit, score, sample and edit in milliseconds.

A family of language models between the linear models of the theory and transformers: 100 chains of
50 generations take about a minute. P(token | last tokens) is interpolated over orders, each shrunk
towards the order below (a Dirichlet prior, MacKay and Peto 1995), the lowest towards uniform.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from data.editing import EditRule, Edits, resample, with_threshold
from data.errors import BadInput
from data.measures.ngrams import split_words

Tokens = NDArray[np.int64]
Floats = NDArray[np.float64]

END = 0
"""Token id that stands before every document and after the last."""
OTHER = 1
"""Token id of every word outside the vocabulary."""


@dataclass(frozen=True)
class Vocabulary:
    """The most frequent words of a text."""

    words: tuple[str, ...]

    @classmethod
    def of(cls, texts: Iterable[str], size: int) -> "Vocabulary":
        """The `size` - 2 most frequent words, after END and OTHER."""
        counts = Counter(word for text in texts for word in split_words(text))
        frequent = sorted(counts, key=lambda word: (-counts[word], word))[: size - 2]
        return cls(("<end>", "<other>", *frequent))

    def encode(self, texts: Iterable[str]) -> Tokens:
        """One stream `END document END document ... END`, shape (tokens,)."""
        number = {word: index for index, word in enumerate(self.words)}
        ids = [END]
        for text in texts:
            ids += [number.get(word, OTHER) for word in split_words(text)]
            ids.append(END)
        return np.array(ids, dtype=np.int64)

    def decode(self, tokens: Tokens) -> list[str]:
        """The documents of a stream, words joined by spaces."""
        return [" ".join(self.words[t] for t in document) for document in documents(tokens)]


def documents(tokens: Tokens) -> list[Tokens]:
    """The documents of a stream, without their ends."""
    ends = np.flatnonzero(tokens == END)
    return [tokens[a + 1 : b] for a, b in pairwise(ends)]


@dataclass(frozen=True)
class NgramModel:
    """Probabilities of the next token after every context of order - 1 tokens."""

    order: int
    probability: Floats
    """Probability of each token after each context, shape (vocabulary ** (order - 1), vocabulary);
    rows sum to 1."""

    @property
    def size(self) -> int:
        """Number of tokens in the vocabulary."""
        return int(self.probability.shape[1])


def contexts(tokens: Tokens, order: int, size: int) -> NDArray[np.int64]:
    """The context of each token after the first as one integer, shape (tokens - 1,).

    A context never looks beyond the END before its document.
    """
    padded = np.concatenate([np.full(order - 1, END, dtype=np.int64), tokens])
    row = np.zeros(len(tokens) - 1, dtype=np.int64)
    started = np.zeros(len(tokens) - 1, dtype=bool)
    for back in range(1, order):
        token = np.where(started, END, padded[order - back : -back])
        row += token * size ** (back - 1)
        started |= token == END
    return row


def fit_ngrams(
    streams: Sequence[Tokens],
    size: int,
    *,
    order: int = 2,
    strength: float = 4.0,
    counted: Sequence[NDArray[np.bool_]] | None = None,
) -> NgramModel:
    """Count the n-grams of streams, and smooth each order with the one below it.

    Args:
        streams: Streams as `Vocabulary.encode` gives them, each of shape (tokens,).
        size: Number of tokens in the vocabulary.
        order: Number of tokens of an n-gram, at least 1.
        strength: Weight of the order below, in observations.
        counted: Which tokens after the first of each stream count, each of shape (tokens - 1,);
            all by default.

    Raises:
        BadInput: The table of this order would have more than 100 million numbers.
    """
    if size**order > 100_000_000:
        raise BadInput(
            f"an order {order} model of {size:,} words needs {size**order:,} numbers; take a "
            "smaller vocabulary or order"
        )
    seen = counted or [np.ones(len(tokens) - 1, dtype=bool) for tokens in streams]
    lower = np.full((1, size), 1 / size)
    for n in range(1, order + 1):
        keys = np.concatenate(
            [
                (contexts(tokens, n, size) * size + tokens[1:])[mask]
                for tokens, mask in zip(streams, seen, strict=True)
            ]
        )
        counts = np.bincount(keys, minlength=size**n).reshape(-1, size).astype(np.float64)
        below = np.tile(lower, (size, 1)) if n > 1 else lower
        total = counts.sum(axis=1, keepdims=True)
        lower = (counts + strength * below) / (total + strength)
    return NgramModel(order, lower)


def log_probabilities(model: NgramModel, tokens: Tokens) -> Floats:
    """Natural log of P(token | tokens before it) after the first, shape (tokens - 1,)."""
    return np.asarray(
        np.log(model.probability[contexts(tokens, model.order, model.size), tokens[1:]])
    )


def sample_ngrams(
    model: NgramModel,
    n_tokens: int,
    *,
    rng: np.random.Generator,
    mean_length: float = 10.0,
    max_tokens: int = 400,
) -> Tokens:
    """Write a stream of at least `n_tokens` tokens, ends not counted; many documents at a time.

    Args:
        model: Model that writes the stream.
        n_tokens: Tokens wanted; the last document stays whole.
        rng: Source of all draws.
        mean_length: Expected number of tokens of a document: how many are begun at once.
        max_tokens: Number of tokens after which a document is cut off.
    """
    cumulative = np.cumsum(model.probability, axis=1)
    cumulative /= cumulative[:, -1:]
    flat = (cumulative + np.arange(len(cumulative))[:, None]).ravel()
    stream: list[Tokens] = [np.array([END], dtype=np.int64)]
    written = 0
    while written < n_tokens:
        n_documents = int(1.1 * (n_tokens - written) / max(mean_length, 1.0)) + 8
        for document in _write(model, flat, n_documents, max_tokens, rng):
            if written < n_tokens:
                stream += [document, np.array([END], dtype=np.int64)]
                written += len(document)
    return np.concatenate(stream)


def _write(
    model: NgramModel, flat: Floats, n_documents: int, max_tokens: int, rng: np.random.Generator
) -> list[Tokens]:
    size, rows = model.size, len(model.probability)
    written = np.full((n_documents, max_tokens), END, dtype=np.int64)
    going = np.arange(n_documents)
    context = np.zeros(n_documents, dtype=np.int64)
    for position in range(max_tokens):
        draw = rng.random(len(going)) + context[going]
        token = np.minimum(
            np.searchsorted(flat, draw, side="right") - context[going] * size, size - 1
        )
        written[going, position] = token
        context[going] = (context[going] * size + token) % rows if rows > 1 else 0
        going = going[token != END]
        if len(going) == 0:
            break
    stops = np.where((written == END).any(axis=1), (written == END).argmax(axis=1), max_tokens)
    return [row[:stop] for row, stop in zip(written, stops, strict=True)]


def edit_ngrams(
    model: NgramModel,
    tokens: Tokens,
    rule: EditRule,
    *,
    rng: np.random.Generator,
    observed_wins: bool = False,
) -> tuple[Tokens, Edits]:
    """Token-edit a stream by `data.editing.resample`; ends and first words of documents stay.

    Args:
        model: Model that gives the probabilities.
        tokens: A stream, shape (tokens,).
        rule: Edit rule that says which tokens are drawn anew, and from what.
        rng: Source of all draws.
        observed_wins: Whether every flagged token is written anew as what it was.

    Returns:
        The edited stream, and the outcome for its editable tokens.
    """
    rows = contexts(tokens, model.order, model.size)
    top = min(rule.top_k, model.size - 1)
    scores = model.probability.copy()
    scores[:, END] = 0.0  # an edit neither begins nor ends a document
    candidates = np.argpartition(-scores, top - 1, axis=1)[:, :top]
    place = np.flatnonzero((tokens[1:] != END) & (tokens[:-1] != END))
    probability = model.probability[rows[place], tokens[1:][place]]
    chosen = candidates[rows[place]]
    mass = np.take_along_axis(scores[rows[place]], chosen, axis=1)
    order = np.argsort(-mass, axis=1, kind="stable")
    fixed = with_threshold(rule, probability)
    edits = resample(
        tokens[1:][place],
        probability,
        np.take_along_axis(chosen, order, axis=1),
        np.take_along_axis(mass, order, axis=1),
        rng.random((len(place), fixed.n_uniforms)),
        fixed,
    )
    edited = tokens.copy()
    edited[place + 1] = np.where(observed_wins, tokens[place + 1], edits.drawn)
    return edited, edits
