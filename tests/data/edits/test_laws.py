from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from data.edits.laws import NONE, TokenLaw, follower, unigram

_WORDS = 5
_IS_TEXT = np.array([True] * (_WORDS - 1) + [False])
_DOCUMENTS = st.lists(
    st.lists(st.integers(0, _WORDS - 1), max_size=12).map(lambda d: np.array(d, dtype=np.int64)),
    max_size=4,
)


@given(_DOCUMENTS, st.integers(0, _WORDS - 1), st.integers(0, _WORDS - 1))
@settings(max_examples=60, deadline=None)
def test_every_other_token_is_drawn_as_often_as_it_is_counted(
    documents: list[np.ndarray], before: int, observed: int
) -> None:
    """Evenly spaced draws meet each token just as often as it was counted."""
    pairs = [(a, b) for d in documents for a, b in pairwise(d)]
    assume(any(b < _WORDS - 1 for _, b in pairs))  # human text has tokens that can be written
    counted = {
        unigram: [b for d in documents for b in d],
        follower: [b for a, b in pairs if a == before],
    }
    for make, tokens in counted.items():
        wanted = np.bincount(np.array(tokens, dtype=np.int64), minlength=_WORDS)
        wanted[[observed, _WORDS - 1]] = 0
        n = max(int(wanted.sum()), 1)
        law = make(documents, _IS_TEXT)

        drawn = _drawn(law, before, observed, (np.arange(n) + 0.5) / n)

        if wanted.sum() == 0:
            assert (drawn == NONE).all()
        else:
            assert np.bincount(drawn, minlength=_WORDS).tolist() == wanted.tolist()
        states = law.states(np.array([before]))
        rows = law.rows(states, np.array([observed]))
        assert rows[0] == pytest.approx(wanted / n)


def _drawn(law: TokenLaw, before: int, observed: int, uniform: np.ndarray) -> np.ndarray:
    states = law.states(np.full(len(uniform), before))
    return law.draw(states, np.full(len(uniform), observed), uniform)


def test_the_least_and_the_greatest_draw_are_tokens() -> None:
    law = unigram([np.array([0, 0, 1, 2, 3, 3])], _IS_TEXT)

    assert _drawn(law, 0, 0, np.array([0.0, np.nextafter(1.0, 0.0)])).tolist() == [1, 3]
    assert _drawn(law, 0, 3, np.array([0.0, np.nextafter(1.0, 0.0)])).tolist() == [0, 2]
