"""Odd answers and odd programs, as students and teachers write them, and what becomes of each."""

import pytest

from data.executing.execute import Executor
from data.program_distillation.taught.judging import judge
from data.program_distillation.taught.repair import message_of
from data.program_distillation.taught.rounds import Synthesised, merge
from data.program_distillation.taught.solved import Solved

_LARGE = 2**512


@pytest.mark.parametrize(
    ("program", "answer", "kind"),
    [
        ("v1 = 1234", "1,234", "right"),
        ("v1 = 1234567.5", "1,234,567.50", "right"),
        ("v1 = 3-5", "-2", "right"),
        ("v1 = 3-5", "\u22122", "right"),
        ("v1 = 5-3", "-2", "wrong value"),
        ("v1 = 3/4", "3/4", "right"),
        ("v1 = 7/4", "1 3/4", "right"),
        ("v1 = 1/3", "0.3333", "wrong value"),
        ("v1 = 0*(0-1)", "-0", "right"),
        ("v1 = -0.0", "0", "right"),
        ("v1 = 18", "$18", "right"),
        ("v1 = \u09ea", "4", "syntax"),
        ("def solution():\n    v1 = 7", "7", "wrong value"),
        ("def solution():\n    v1 = 7\n    return v1", "7", "right"),
        ("sum = 3\nv1 = sum + 4", "7", "right"),
        ("sum = 3\nv1 = sum([3, 4])", "7", "other error"),
        ("round = 2.5\nv1 = round*2", "5", "right"),
        ("print(7)\nprint(7)", "7", "wrong value"),
        ("print(7)\nv1 = 8", "7", "right"),
        (f"v1 = {_LARGE}+1-1", str(_LARGE), "right"),
        ("v1 = 2**512", str(_LARGE + 1), "wrong value"),
        ("v1 = 2**512", f"{_LARGE:,}", "right"),
        ("", "7", "wrong value"),
    ],
)
def test_a_program_is_judged_by_its_exact_value(program: str, answer: str, kind: str) -> None:
    assert judge(program, "program", answer).kind == kind


@pytest.mark.parametrize("answer", ["\u09ea", "4\u09ea", "four", "", "1,23", "1/0", "--4"])
def test_an_answer_that_says_no_number_is_refused(answer: str) -> None:
    with pytest.raises(ValueError, match=r"digits other than|says no number|fraction over zero"):
        judge("v1 = 4", "program", answer)


@pytest.mark.parametrize(
    "program",
    [
        "def solution():\n    v1 = 7",
        "print(7)\nprint(7)",
        "sum = 3\nv1 = sum([3, 4])",
        "v1 = \u09ea",
    ],
)
def test_what_comes_to_no_value_is_said_to_whoever_repairs_it(program: str) -> None:
    assert message_of(program)


def test_an_answer_of_many_digits_is_found_among_rounds() -> None:
    question = f"What is half of {2 * _LARGE:,}, and {_LARGE} less 0?"
    problems = {question: Solved(question, "", "", str(_LARGE))}
    written = [Synthesised(question, f"v1 = {2 * _LARGE}/2", 1, "a teacher")]

    found = merge(written, problems, Executor())

    assert (len(found.kept), found.copied) == (1, 1)
