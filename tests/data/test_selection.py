import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.selection import at_random, by_importance, by_long_tail, by_verifier, kept
from data.text.corpus import Corpus, Document

_HUMAN = ["the king saw the river in the morning", "a shepherd blessed seven lambs by the sea"] * 20
_NOISE = ["zq xv jk wq zz qx vv kj", "kk jj qq xx zz ww vv zq"] * 20


def _corpus(texts: list[str]) -> Corpus:
    return Corpus.of(Document(str(i), text, "s", "l", 0) for i, text in enumerate(texts))


def test_the_highest_scores_that_fill_the_size_are_kept_in_corpus_order() -> None:
    score = np.array([0.1, 0.9, 0.5, 0.7])

    assert kept(score, np.array([10, 10, 10, 10]), 25).tolist() == [1, 2, 3]
    assert kept(score, np.array([10, 30, 10, 10]), 25).tolist() == [1]


@given(st.lists(st.tuples(st.floats(-5, 5), st.integers(1, 9)), min_size=1, max_size=20))
def test_what_is_kept_fills_the_size_and_one_document_less_does_not(
    rows: list[tuple[float, int]],
) -> None:
    score, lengths = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    size = int(lengths.sum()) // 2 + 1

    places = kept(score, lengths, size)

    last = min(places, key=lambda place: (score[place], -place))
    assert lengths[places].sum() >= size
    assert lengths[places].sum() - lengths[last] < size


@pytest.mark.parametrize(
    ("score", "message"),
    [
        (np.zeros(3), "shape"),
        (np.array([0.0, np.nan]), "document 1 is no number"),
        (np.zeros(2), "8 tokens to choose from, 9 are"),
    ],
)
def test_a_score_that_cannot_be_used_is_refused(score: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        kept(score, np.array([4, 4]), 9)


@pytest.mark.parametrize("score", [by_importance, by_verifier])
def test_human_text_is_preferred_to_noise(score: object) -> None:
    candidates = _corpus(_HUMAN[:10] + _NOISE[:10])

    found = score(candidates, _corpus(_HUMAN), np.random.default_rng(0))  # type: ignore[operator]

    assert found[:10].min() > found[10:].max()


def test_importance_resamples_towards_the_human_share() -> None:
    """Half of the candidates are noise, a tenth of the target: weights follow the target."""
    human = _corpus(_HUMAN * 9 + _NOISE * 3)
    candidates = _corpus((_HUMAN + _NOISE) * 5)

    score = by_importance(candidates, human, np.random.default_rng(0))
    chosen = set(kept(score, np.ones(len(candidates), dtype=np.int64), 100).tolist())
    is_human = [i % 80 < 40 for i in range(len(candidates))]

    assert sum(is_human[place] for place in chosen) / len(chosen) > 0.75


def test_the_long_tail_is_what_humans_wrote_once() -> None:
    human = _corpus([*_HUMAN, "an old woman feared the stranger"])
    candidates = _corpus(["the king saw the river", "an old woman feared the harvest", ""])

    assert by_long_tail(candidates, human, np.random.default_rng(0)).tolist() == [0.0, 0.8, 0.0]


def test_subsampling_does_not_look_at_the_text() -> None:
    draws = [
        at_random(_corpus(t), _corpus(_HUMAN), np.random.default_rng(3)) for t in (_HUMAN, _NOISE)
    ]

    assert (draws[0] == draws[1]).all()
