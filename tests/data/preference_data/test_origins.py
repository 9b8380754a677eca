"""Instructions with their origin: what a model wrote is cleaned, and unusable ones are named."""

from dataclasses import replace
from pathlib import Path

import pytest

from data.errors import BadInput
from data.preference_data.exams import Exam
from data.preference_data.instructions import (
    Instruction,
    cleaned,
    fault,
    of_exam,
    read_instructions,
    write_instructions,
)
from data.sources.evaluation_sets import Question

_ASKED = Instruction(
    id="exam:0",
    kind="exam",
    question="Which vitamin is lacking in scurvy?",
    options=("A", "Vitamin C", "K"),
    gold=1,
    source="exam:0",
    licence="MIT",
)


@pytest.mark.parametrize(
    ("written", "question"),
    [
        ("Question: Which one?\nIt is B.", "Which one?"),
        ('\n\n  "Which   one?" ', "Which one?"),
        ("**Rewritten question:** Which one?", "Which one?"),
        ("Which question: this one?", "Which question: this one?"),
        (" \n", ""),
    ],
)
def test_the_question_is_taken_out_of_what_was_written(written: str, question: str) -> None:
    assert cleaned(written) == question


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("A sailor bleeds. Which vitamin does he lack?", ""),
        ("Which one?", "too short"),
        ("In scurvy, which vitamin is lacking?", "a copy"),
        ("A sailor bleeds. Is it vitamin C that he lacks?", "says the answer"),
    ],
)
def test_what_no_rewritten_question_is_has_a_reason(question: str, reason: str) -> None:
    assert fault(question, _ASKED) == reason


def test_an_answer_that_the_question_itself_says_is_no_fault() -> None:
    original = replace(_ASKED, question="Vitamin C is lacking in which disease?")

    assert fault("A man gets no vitamin C at sea. What will he get?", original) == ""
    assert fault("Does it help them to read?") == ""


def test_instructions_come_back_with_all_that_is_known_of_them(tmp_path: Path) -> None:
    exam = Exam("exam", "MIT", (Question("", "Which of both?", ("one", "two"), 1),), (7,), 0)
    written = [*of_exam(exam, [0]), replace(_ASKED, id="other", options=(), gold=None)]

    write_instructions(tmp_path / "rows.jsonl", written)

    assert read_instructions(tmp_path / "rows.jsonl") == written
    assert written[0].source == "exam:7"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"question": " "}, "asks nothing"),
        ({"source": ""}, "does not say where it is from"),
        ({"gold": None}, "none of its options is right"),
        ({"gold": 3}, "none of its options is right"),
        ({"options": ("A", "a ", "K")}, "two of its options are equal"),
    ],
)
def test_what_cannot_be_answered_is_named(
    changed: dict[str, object], message: str, tmp_path: Path
) -> None:
    write_instructions(tmp_path / "rows.jsonl", [replace(_ASKED, **changed)])  # type: ignore[arg-type]

    with pytest.raises(BadInput, match=message):
        read_instructions(tmp_path / "rows.jsonl")


def test_files_without_usable_rows_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    for content, message in (
        ("", "no instruction"),
        ("{\n", "write it again"),
        ('{"id": "a", "kind": "song"}\n', "write it again"),
    ):
        path.write_text(content)
        with pytest.raises(BadInput, match=message):
            read_instructions(path)
    write_instructions(path, [_ASKED, _ASKED])
    with pytest.raises(BadInput, match="stands there twice"):
        read_instructions(path)
    with pytest.raises(BadInput, match="has no options"):
        replace(_ASKED, options=(), gold=None).as_question()
