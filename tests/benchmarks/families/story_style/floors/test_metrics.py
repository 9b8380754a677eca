import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.families.story_style.floors.judges import Judge
from benchmarks.families.story_style.floors.metrics import (
    corpus_bleu,
    dominates,
    front,
    kept_order,
    measure,
    moves_words_alone,
    released_bleu,
    tokens,
)
from data.errors import BadInput
from data.story_style.keywords import Lexicon

_SOURCE = "The cat is on the mat."


@pytest.mark.parametrize(
    ("output", "order", "expected"),
    [
        ("the the the the the the the", 1, 2 / 7),  # clipped at two, Papineni et al. 2002
        ("the cat sat on the mat", 1, 5 / 6),
        ("the cat sat on the mat", 2, (5 / 6 * 3 / 5) ** 0.5),
        ("the cat sat on the mat", 3, (5 / 6 * 3 / 5 * 1 / 4) ** (1 / 3)),
        ("the cat sat on the mat", 4, 0.0),  # no run of four is shared, and nothing is smoothed
        ("the cat", 1, np.exp(1 - 6 / 2)),  # two right ones of six
        ("the cat", 3, 0.0),  # too short for three
        ("", 1, 0.0),
        ("dog", 1, 0.0),
    ],
)
def test_the_released_bleu_by_hand(output: str, order: int, expected: float) -> None:
    source = ["the", "cat", "is", "on", "the", "mat"]
    assert released_bleu(output.split(), source, order) == pytest.approx(expected, rel=1e-12)


@given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=12))
def test_a_copy_scores_1_where_it_is_long_enough(words: list[str]) -> None:
    for order in range(1, 5):
        assert released_bleu(words, words, order) == (1.0 if len(words) >= order else 0.0)


def test_bleu_of_a_copy_is_1_and_of_other_words_near_0() -> None:
    text = "One two three four five six."
    assert corpus_bleu([text], [text], 4) == pytest.approx(1.0)
    assert corpus_bleu(["No word of it."], [text], 1) < 0.3


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("One cat. Two dogs. Red cows.", 1.0),
        ("Two dogs. One cat. Red cows.", 1 / 3),
        ("Red cows. Two dogs. One cat.", 1 / 3),
        ("Two dogs. Red cows. One cat.", 0.0),
        ("No more. One cat. Two dogs. Red cows.", 1.0),
        ("No more. At all.", 0.0),
        ("", 0.0),
    ],
)
def test_order_counts_sentences_at_their_places(output: str, expected: float) -> None:
    assert kept_order(output, "One cat. Two dogs. Red cows.") == pytest.approx(expected)


@pytest.fixture
def judge() -> Judge:
    """Hears `whale` for a and `lady` for b, and is in doubt of all else."""
    lexicon = Lexicon(specific={"a": {}, "b": {}}, names=frozenset(), known=frozenset())
    weights = np.array([[2.0, -2.0], [-2.0, 2.0]])
    columns = {"whale": 0, "lady": 1}
    return Judge("words", ("a", "b"), lexicon, columns, np.ones(2), weights, np.zeros(2))


def test_ties_do_not_count_and_both_accuracies_are_told_apart(judge: Judge) -> None:
    sources = ["A whale.", "A whale.", "A whale. A whale and a lady.", "A man."]
    outputs = ["A whale.", "A lady.", "A whale and a lady. A whale and a whale.", "A lady."]
    found = measure(outputs, sources, "b", {"one": judge})
    assert found["r-Acc/one"]["value"] == 0.5
    assert found["a-Acc/one"]["value"] == 0.5
    near = measure(["A whale, a lady."], ["A whale."], "b", {"one": judge})
    assert (near["r-Acc/one"]["value"], near["a-Acc/one"]["value"]) == (1.0, 0.0)


def test_content_is_the_cosine_and_length_a_ratio(judge: Judge) -> None:
    def encoder(texts: object) -> np.ndarray:
        return np.array([[0.6, 0.8]] if texts == ["A man and a dog."] else [[1.0, 0.0]])

    found = measure(["A man and a dog."], ["A man ran."], "b", {}, encoder)
    assert found["content"] == {"value": pytest.approx(0.6), "stderr": None, "n": 1}
    assert found["length"]["value"] == pytest.approx(5 / 3)


@pytest.mark.parametrize(("outputs", "sources"), [([], []), (["a"], ["a", "b"])])
def test_outputs_are_one_for_each_source(outputs: list[str], sources: list[str]) -> None:
    with pytest.raises(BadInput, match="one for each"):
        measure(outputs, sources, "b", {})


@pytest.mark.parametrize(
    ("seen", "unseen", "masked", "function_words", "expected"),
    [
        (0.4, 0.1, 0.1, 0.1, True),  # one judge of words is enough
        (0.05, 0.3, 0.1, 0.15, True),
        (0.4, 0.4, 0.3, 0.1, False),  # what is left without keywords has moved too
        (0.4, 0.4, 0.1, 0.3, False),
        (0.1, 0.1, 0.1, 0.1, False),  # nothing has
    ],
)
def test_what_moves_the_easiest_view_alone_is_found(
    seen: float, unseen: float, masked: float, function_words: float, expected: bool
) -> None:
    judges = ("seen", "unseen", "masked", "function_words")
    copy = {f"a-Acc/{judge}": 0.05 for judge in judges}
    own = dict(zip(copy, (seen, unseen, masked, function_words), strict=True))

    assert moves_words_alone(own, copy) is expected


def test_the_front_has_what_nothing_dominates() -> None:
    points = {"copy": (0.0, 1.0), "swap": (1.0, 0.7), "model": (0.6, 0.3), "also": (1.0, 0.7)}
    assert front(points) == ("copy", "swap", "also")
    assert dominates((1, 0.7), (0.6, 0.3))
    assert not dominates((1, 0.7), (1, 0.7))


def test_marks_are_tokens_of_their_own() -> None:
    assert tokens("Don't go, 3 men!") == ["Don't", "go", ",", "3", "men", "!"]
