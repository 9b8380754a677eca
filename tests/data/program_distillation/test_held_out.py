import pytest

from data.errors import BadInput
from data.program_distillation.gsm8k import Problem, load_problems
from data.program_distillation.held_out import apart, refuse_test_questions

_OWN = Problem(0, "How many of 12 eggs are left once five of them have been eaten?", "7", "7")


def test_a_test_question_is_refused_in_training() -> None:
    asked = load_problems("test")[5].question

    with pytest.raises(BadInput, match="mine shares text with 1 test questions of GSM8K"):
        refuse_test_questions("mine", ["other words", f"As was said: {asked}"])


def test_other_questions_are_trained_on() -> None:
    refuse_test_questions("mine", [_OWN.question])


def test_rows_that_share_text_are_left_out() -> None:
    taken = load_problems("test")[5]

    assert apart([_OWN, taken]) == [_OWN]


def test_the_training_part_itself_shares_text_with_three_test_questions() -> None:
    train = load_problems("train")
    kept = apart(train)

    assert {p.row for p in train} - {p.row for p in kept} == {20, 406, 1314, 5162}
    with pytest.raises(BadInput, match="with 3 test questions"):
        refuse_test_questions("train", (problem.question for problem in train))
    refuse_test_questions("kept", (f"{p.question} {p.solution}" for p in kept))
