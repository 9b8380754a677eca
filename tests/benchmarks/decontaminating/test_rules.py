import numpy as np
import pytest

from benchmarks.decontaminating.likeness import EmbeddingIndex, WordIndex, find_nearest, pieces_of
from benchmarks.decontaminating.planted import KINDS, ONE_WORD, planted, vocabulary
from benchmarks.decontaminating.rules import (
    Measured,
    Thresholds,
    is_gated,
    measure_rules,
    published,
    widest,
)
from data.errors import BadInput
from data.program_distillation.faithfulness import by_words
from tests.support.exams.questions import QUESTIONS


def _ignore(n: int) -> None:
    pass


@pytest.fixture(scope="module")
def found() -> Measured:
    """By a plain encoder: the cosine says which words two texts share."""
    index = EmbeddingIndex(QUESTIONS, by_words, _ignore)
    return measure_rules(QUESTIONS, WordIndex(QUESTIONS), index, seed=0, false_removals=0.05)


def test_a_copy_is_found_by_every_rule(found: Measured) -> None:
    seen = found.planted["copy"]

    assert seen.distance == pytest.approx(0, abs=1e-6)
    assert (seen.share == 1).all()
    assert seen.length_fits.all()
    assert published(seen).all()
    assert found.thresholds.removes(seen.distance, seen.share).all()


def test_the_published_rule_misses_a_swapped_word_that_the_chosen_one_finds(
    found: Measured,
) -> None:
    seen = found.planted[ONE_WORD]

    assert published(seen).mean() == 0
    assert found.thresholds.removes(seen.distance, seen.share).mean() > 0.9


def test_the_order_of_words_is_nothing_to_this_encoder_and_all_to_runs(found: Measured) -> None:
    seen = found.planted["words shuffled"]

    assert seen.distance == pytest.approx(0, abs=1e-6)
    assert seen.share.max() < 0.6


def test_chosen_thresholds_remove_few_unrelated_questions(found: Measured) -> None:
    assert found.n == len(QUESTIONS) - len(QUESTIONS) // 2
    assert found.thresholds.distance is not None
    assert found.thresholds.distance < 1.2
    removed = found.thresholds.removes(found.unrelated.distance, found.unrelated.share)
    assert removed.mean() <= 0.2


def test_one_question_that_an_exam_holds_twice_decides_nothing_alone() -> None:
    others = np.linspace(0.8, 1.2, 58)

    assert widest(np.array([0.1, 0.1, *others]), 0.01) == pytest.approx(0.45)
    assert widest(np.array([0.1, *others[:9]]), 0.01) < 0.1
    assert np.sum(others <= widest(others, 0.1)) == 5


def test_without_an_encoder_words_alone_decide() -> None:
    found = measure_rules(QUESTIONS, WordIndex(QUESTIONS), None, seed=0, false_removals=0.05)

    assert found.thresholds.distance is None
    assert np.isnan(found.planted["copy"].distance).all()
    assert found.thresholds.removes(
        found.planted["copy"].distance, found.planted["copy"].share
    ).all()


def test_too_few_questions_choose_no_threshold() -> None:
    few = QUESTIONS[:5]

    with pytest.raises(BadInput, match="5 questions of four words and more"):
        measure_rules(few, WordIndex(few), None, seed=0, false_removals=0.05)


def test_an_encoder_of_another_width_is_refused() -> None:
    index = EmbeddingIndex(QUESTIONS, by_words, _ignore)

    with pytest.raises(BadInput, match="points have 3 numbers, those of the questions 4096"):
        index.distances(np.zeros((2, 3)))


def test_no_text_is_refused() -> None:
    with pytest.raises(BadInput, match="no text to encode"):
        EmbeddingIndex([], by_words, _ignore)


@pytest.mark.parametrize("kind", KINDS)
def test_an_edit_is_a_function_of_seed_and_name(kind: str) -> None:
    words = vocabulary(QUESTIONS)
    texts = [planted(QUESTIONS[0], kind, words, seed=s, name="q") for s in (1, 1)]  # type: ignore[arg-type]

    assert texts[0] == texts[1]
    assert texts[0].strip()


def test_one_word_is_one_word() -> None:
    words = vocabulary(QUESTIONS)
    for number, question in enumerate(QUESTIONS):
        edited = planted(question, ONE_WORD, words, seed=0, name=str(number)).split()
        before = question.split()
        assert len(edited) == len(before)
        assert sum(a != b for a, b in zip(edited, before, strict=True)) == 1


def test_half_a_question_is_its_first_half() -> None:
    assert planted("a b c d", "second half cut", ["w"], seed=0, name="") == "a b"


def test_nothing_can_be_planted_of_nothing() -> None:
    with pytest.raises(BadInput, match="no words to edit"):
        planted(" ", "copy", ["w"], seed=0, name="")


def test_the_question_with_the_largest_share_is_named() -> None:
    index = WordIndex(["one two three four five", "one two three nine ten", "a b"])

    assert index.n_searched == 2
    assert index.best("He said: one two three, four!") == (0, pytest.approx(2 / 3))
    assert index.best("one two three", without=0) == (1, pytest.approx(1 / 3))
    assert index.best("nothing at all here") == (-1, 0.0)


def test_a_long_document_is_read_in_pieces_that_overlap() -> None:
    words = [f"w{i}" for i in range(25)]

    pieces = list(pieces_of(" ".join(words), 6))

    assert pieces[0] == "w0 w1 w2 w3 w4 w5"
    assert pieces[1] == "w3 w4 w5 w6 w7 w8"
    assert {word for piece in pieces for word in piece.split()} == set(words)
    assert list(pieces_of("a b c", 6)) == ["a b c"]


def test_a_copy_inside_a_long_document_is_near() -> None:
    index = EmbeddingIndex(QUESTIONS, by_words, _ignore)
    noise = " ".join(f"filler{i}" for i in range(200))
    (found,) = find_nearest([f"{noise} {QUESTIONS[3]} {noise}"], WordIndex(QUESTIONS), index)

    assert found.by_words == found.by_embedding == 3
    assert found.share == 1
    assert found.distance < 1.2


def test_thresholds_remove_by_either_measure() -> None:
    both = Thresholds(0.5, 0.8)

    assert both.removes(np.array([0.4, 0.9, 0.9]), np.array([0.0, 0.8, 0.1])).tolist() == [
        True,
        True,
        False,
    ]


def test_the_gate_of_the_suite_is_beside_it() -> None:
    question = " ".join(f"word{i}" for i in range(20))

    assert is_gated(question, f"x {question} y")
    assert not is_gated(question, question.replace("word10", "other").replace("word5", "other"))
