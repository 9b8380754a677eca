import re
from dataclasses import replace

import pytest

from data.errors import BadInput
from data.preference_data.exams import Exam, check_questions, leaks
from data.preference_data.pairs import Pair, check_pairs, make_pairs, of_kind, strangers
from data.sources.evaluation_sets import Question

QUESTIONS = (
    Question("", "Which bone is in the ear?", ("Femur", "Stapes", "The longest bone"), 1),
    Question("", "Which vitamin prevents scurvy?", ("C", "B12", "K"), 0),
    Question("", "Where is insulin made?", ("Liver", "Kidney", "Pancreas"), 2),
)
EXAM = Exam("exam", "free", QUESTIONS, (4, 7, 9), 0)


def test_a_question_gives_an_easy_and_a_hard_pair_for_each_wrong_option() -> None:
    pairs = make_pairs(EXAM)

    assert len(of_kind(pairs, "easy")) == len(of_kind(pairs, "hard")) == 6
    assert [(one.chosen, one.rejected) for one in of_kind(pairs, "hard")][:2] == [
        ("Stapes", "Femur"),
        ("Stapes", "The longest bone"),
    ]


def test_length_pairs_are_the_hard_ones_whose_wrong_option_is_longer() -> None:
    rejected = [one.rejected for one in of_kind(make_pairs(EXAM), "length")]

    assert rejected == ["The longest bone", "B12"]


def test_a_pair_says_where_both_answers_are_from() -> None:
    hard = of_kind(make_pairs(EXAM), "hard")[0]
    easy = of_kind(make_pairs(EXAM), "easy")[0]

    assert (hard.source, hard.rejected_source, hard.licence) == ("exam:4", "exam:4:0", "free")
    place, option = re.fullmatch(r"exam:(\d+):(\d)", easy.rejected_source).groups()  # type: ignore[union-attr]
    stranger = QUESTIONS[EXAM.places.index(int(place))]
    assert stranger.choices[int(option)] == easy.rejected
    assert int(option) == stranger.gold


def test_a_stranger_is_right_elsewhere_and_no_option_here() -> None:
    for question, others in zip(QUESTIONS, strangers(EXAM), strict=True):
        right = [QUESTIONS[other].choices[QUESTIONS[other].gold] for other in others]
        assert not set(right) & set(question.choices)
        assert len(set(right)) == len(question.choices) - 1


def test_an_exam_whose_questions_have_one_answer_has_no_strangers() -> None:
    same = replace(EXAM, questions=(QUESTIONS[1],) * 2, places=(0, 1))

    with pytest.raises(BadInput, match="too few other questions have another right option"):
        strangers(same)


def test_leaks_count_length_and_place() -> None:
    found = leaks(QUESTIONS)

    # Pancreas is the longest of its options; Stapes and C are not.
    assert found.longest == pytest.approx(1 / 3)
    assert found.positions == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    assert found.chance == pytest.approx(1 / 3)
    # Stapes > Femur, < the longest bone; C < B12, = K (half); Pancreas > both.
    assert found.longer_wins == pytest.approx((1 + 0 + 0 + 0.5 + 1 + 1) / 6)
    assert found.earlier_wins == pytest.approx((0 + 1 + 1 + 1 + 0 + 0) / 6)


@pytest.mark.parametrize(
    ("question", "fault"),
    [
        (Question("", "What?", ("a", "b"), 2), "none of its options is right"),
        (Question("", "What?", ("a", "b"), -1), "none of its options is right"),
        (Question("", "What?", ("A  b", "a B"), 0), "two of its options are equal"),
        (Question("", "What?", ("a", " "), 0), "an option is empty"),
        (Question("", "What?", ("a",), 0), "it has 1 options, and a pair needs two"),
        (Question("", "  ", ("a", "b"), 0), "it asks nothing"),
    ],
)
def test_a_question_that_makes_no_pair_is_refused(question: Question, fault: str) -> None:
    with pytest.raises(BadInput, match=f"mine, question 2: {fault}; mend it or leave it out"):
        check_questions("mine", (QUESTIONS[0], question))


def test_no_question_at_all_is_refused() -> None:
    with pytest.raises(BadInput, match="mine: no question"):
        check_questions("mine", ())


def test_pairs_that_contradict_each_other_are_refused() -> None:
    one = Pair("hard", "q", "a", "b", "exam:1", "exam:1:0", "free")

    with pytest.raises(BadInput, match="mine, exam:2: contradicts the pair of exam:1"):
        check_pairs("mine", [one, replace(one, chosen="b", rejected="a", source="exam:2")])
    with pytest.raises(BadInput, match="chosen and rejected are equal"):
        check_pairs("mine", [replace(one, rejected="a")])
    with pytest.raises(BadInput, match="mine: no pair"):
        check_pairs("mine", [])
    check_pairs("mine", [one, replace(one, source="exam:2")])
