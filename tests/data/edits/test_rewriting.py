"""Content words stay whatever is written between them."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.edits.function_words import content_spans
from data.edits.rewriting import (
    Rewritten,
    as_ledger,
    count_content_words,
    find_sentences,
    forbidden,
    how_many,
    rewritten,
)
from data.ledger import changes_in, edited_texts
from data.text.token_text import Located, Pieces, locate
from data.text.tokens import train_tokenizer

_TEXTS = [
    "And God said, Let there be light: and there was light. And the evening was.",
    'He (the king) said unto them, "Go not!" Then all of it was done; by-and-by.',
    "Caf\u00e9s, na\u00efve words and 3 numbers were there. Of it.",
]


@cache
def _pieces() -> Pieces:
    return Pieces(train_tokenizer([*_TEXTS, "andlight soGod he them ly s"] * 3, 330))


@cache
def _located() -> Located:
    return locate(_TEXTS, _pieces())


def _written(seed: int, *, careful: bool = True) -> list[Rewritten]:
    """Every sentence with tokens drawn evenly from all that may stand there."""
    rng, banned = np.random.default_rng(seed), forbidden(_pieces())
    if not careful:
        banned = np.broadcast_to(~_pieces().is_text, banned.shape)
    found = []
    for one in find_sentences(_TEXTS, _located(), np.array([True] * len(_TEXTS))):
        drawn = [int(rng.choice(np.flatnonzero(~banned[edge]))) for edge in one.edges]
        found.append(rewritten(one, np.where(one.kept, one.tokens, drawn), _pieces()))
    return found


def _kept(written: list[Rewritten]) -> tuple[int, int, list[str]]:
    unknown = [np.zeros(len(one.drawn), dtype=np.float32) for one in written]
    ids = [str(n) for n in range(len(_TEXTS))]
    ledger = as_ledger(written, ids, _located(), _pieces(), unknown, unknown)
    changes = list(changes_in([ledger]))
    after = list(edited_texts(_TEXTS, changes))
    words = count_content_words(written, _located(), changes, _TEXTS, after)
    return words.before, words.kept, after


def test_sentences_keep_content_words_and_the_mark_at_the_end() -> None:
    first, *_ = find_sentences(_TEXTS, _located(), np.array([False, True, True]))
    kept = "".join(
        (_pieces().text(token) or "") if stays else "_"
        for token, stays in zip(first.tokens.tolist(), first.kept.tolist(), strict=True)
    )

    assert kept.replace("_", "") == "And God said Let light light."
    assert kept.endswith("_ light.")


def test_a_sentence_without_a_content_word_is_none() -> None:
    found = find_sentences(_TEXTS, _located(), np.array([True, True, True]))

    assert [one.document for one in found] == [0, 0, 1, 2]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_every_content_word_stands_at_its_place_whatever_is_written(seed: int) -> None:
    before, kept, after = _kept(_written(seed))

    assert kept == before == sum(len(content_spans(text)) for text in _TEXTS)
    assert after != _TEXTS


def test_without_care_at_the_edges_words_are_lost_and_that_is_counted() -> None:
    found = [_kept(_written(seed, careful=False))[:2] for seed in range(5)]

    assert all(kept < before for before, kept in found)


@pytest.mark.parametrize(
    ("wanted", "expected"), [(0, 0), (3, 1), (5, 1), (6, 2), (7, 2), (9, 2), (10, 3), (11, 3)]
)
def test_as_many_sentences_as_come_nearest(wanted: int, expected: int) -> None:
    """They change 4, 4 and 3 tokens, so that one to three change 4, 8 and 11."""
    assert how_many(np.array([4, 4, 3]), wanted) == expected


def test_too_few_changes_are_told() -> None:
    assert how_many(np.array([4, 4, 3]), 12) is None
    assert how_many(np.array([], dtype=np.int64), 1) is None
