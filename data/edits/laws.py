"""Laws that replacements are drawn from, other than a prior's: tokens as human text has them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Integers = NDArray[np.int64]
NONE = -1
"""Stands for a token where a law has none to draw."""


@dataclass(frozen=True)
class TokenLaw:
    """Tokens by their number, one distribution for each state.

    The state of a unigram law is always 0; that of a follower law is the token before.
    """

    counts: sparse.csr_matrix
    """Number of each token in each state, shape (states, vocabulary), indices sorted."""
    by_token_before: bool
    """Whether the state is the token before."""

    def states(self, before: Integers) -> Integers:
        """The state of each place, shape (n,).

        Args:
            before: The token before each place, shape (n,).
        """
        return before if self.by_token_before else np.zeros_like(before)

    def draw(self, states: Integers, observed: Integers, uniform: NDArray[np.float64]) -> Integers:
        """A token for each place that is not the observed one, or NONE, shape (n,).

        Args:
            states: State of each place, shape (n,).
            observed: Token that stands there, shape (n,).
            uniform: Draws in [0, 1), shape (n,).
        """
        before = np.concatenate([[0], np.cumsum(self.counts.data)])
        first = before[self.counts.indptr[states]]
        total = before[self.counts.indptr[states + 1]] - first
        at, own = self._own(states, observed)
        target = np.floor(uniform * (total - own)).astype(np.int64) + first
        target += np.where(target >= before[at], own, 0)  # step over the observed token
        place = np.searchsorted(before, target, side="right") - 1
        drawn = self.counts.indices[np.minimum(place, len(self.counts.indices) - 1)]
        return np.where(total > own, drawn, NONE).astype(np.int64)

    def rows(self, states: Integers, observed: Integers) -> NDArray[np.float64]:
        """Probabilities that `draw` draws with, shape (n, vocabulary); rows of 0 draw nothing."""
        rows = self.counts[states].toarray().astype(np.float64)
        rows[np.arange(len(rows)), observed] = 0.0
        return np.asarray(rows / np.maximum(rows.sum(axis=1, keepdims=True), 1.0))

    def _own(self, states: Integers, observed: Integers) -> tuple[Integers, Integers]:
        """Where the observed token stands among all counts, or would stand, and its number."""
        n_tokens = self.counts.shape[1]
        row = np.repeat(np.arange(self.counts.shape[0]), np.diff(self.counts.indptr))
        key = row * n_tokens + self.counts.indices
        wanted = states * n_tokens + observed
        at = np.searchsorted(key, wanted)
        inside = np.minimum(at, len(key) - 1)
        own = np.where((at < len(key)) & (key[inside] == wanted), self.counts.data[inside], 0)
        return at, own


def unigram(documents: Sequence[Integers], is_text: NDArray[np.bool_]) -> TokenLaw:
    """Tokens by their number in human text.

    Args:
        documents: The text as tokens, document by document.
        is_text: Whether each token of the vocabulary is whole characters and may be drawn, shape
            (vocabulary,).
    """
    tokens = np.concatenate([*documents, np.array([], dtype=np.int64)])
    return TokenLaw(_counted(np.zeros_like(tokens), tokens, 1, is_text), by_token_before=False)


def follower(documents: Sequence[Integers], is_text: NDArray[np.bool_]) -> TokenLaw:
    """Tokens by their number after the same token in human text; arguments as of `unigram`."""
    before = [document[:-1] for document in documents]
    after = [document[1:] for document in documents]
    nothing = [np.array([], dtype=np.int64)]
    return TokenLaw(
        _counted(
            np.concatenate(before + nothing), np.concatenate(after + nothing), len(is_text), is_text
        ),
        by_token_before=True,
    )


def _counted(
    states: Integers, tokens: Integers, n_states: int, is_text: NDArray[np.bool_]
) -> sparse.csr_matrix:
    drawn = is_text[tokens]
    pairs = (states[drawn], tokens[drawn])
    ones = np.ones(len(pairs[0]), dtype=np.int64)
    counts = sparse.coo_matrix((ones, pairs), shape=(n_states, len(is_text))).tocsr()
    counts.sum_duplicates()
    return counts
