import json
from pathlib import Path
from typing import Any

import pytest

from data.errors import BadInput
from data.executing.execute import Executor
from data.program_distillation.taught.rounds import (
    DUPLICATE,
    UNKNOWN,
    Synthesised,
    merge,
    read_rounds,
    without_docstrings,
)
from data.program_distillation.taught.solved import Solved

_QUESTION = "Ann has 3 apples and buys 4. How many has she?"
_PROBLEMS = {_QUESTION: Solved(_QUESTION, "v1 = 3+4", "3 + 4 = 7 #### 7", "7")}


def _written(program: str, number: int = 1, question: str = _QUESTION) -> Synthesised:
    return Synthesised(question, program, number, "a teacher")


def _as_function(body: str, docstring: str = "") -> str:
    said = f'    """{docstring}"""\n' if docstring else ""
    return f"def solution():\n{said}    {body}\n    return r\n"


def test_rounds_are_merged_and_a_program_of_a_question_counts_once() -> None:
    other = "Another question?"
    written = [
        _written("v1 = 4+3", 2),
        _written(_as_function("r = 3 + 4", "Ann has 3 apples."), 1),
        _written(_as_function("r = 3+4"), 8),
        _written("v1 = 3*4", 3),
        _written("v1 = 3*4", 4),
        _written("v1 = (", 4),
        _written("v1 = 7", 5, other),
    ]

    found = merge(written, _PROBLEMS, Executor())

    assert [one.program for one in found.kept] == [
        "def solution():\n    r = 3 + 4\n    return r",
        "v1 = 4 + 3",
    ]
    assert found.classes == {
        "right": 2, DUPLICATE: 2, "wrong value": 1, "syntax": 1, UNKNOWN: 1
    }  # fmt: skip
    assert (found.questions, found.copied) == (1, 0)
    assert found.kept[0].kind == "a teacher"


def test_a_program_that_copies_its_answer_from_the_question_is_counted() -> None:
    question = "Ann has 7 apples, gives 2 away and gets 2. How many has she?"
    problems = {question: Solved(question, "v1 = 7", "", "7")}

    found = merge([_written("v1 = 7", 1, question), _written("v1 = 7-2+2", 1, question)], problems,
                  Executor())  # fmt: skip

    assert (len(found.kept), found.copied) == (2, 2)


@pytest.mark.parametrize(
    ("written", "counts"),
    [
        ([_written("v1 = 3"), _written("v1 = 1/0")], "0 of 2 programs (1 wrong value, 1 zero div"),
        ([], "0 of 0 programs (the rounds are empty)"),
    ],
)
def test_where_nothing_is_kept_training_stops_with_the_counts(
    written: list[Synthesised], counts: str
) -> None:
    with pytest.raises(BadInput) as refused:
        merge(written, _PROBLEMS, Executor())

    assert counts in str(refused.value)
    assert "nothing to train on" in str(refused.value)


def test_a_function_of_a_docstring_alone_still_parses() -> None:
    assert without_docstrings('def f():\n    """Nothing."""') == "def f():\n    pass"
    assert without_docstrings("v1 = (") == "v1 = ("


def test_a_file_of_rounds_is_read(tmp_path: Path) -> None:
    path = tmp_path / "rounds.jsonl"
    row = {"question": _QUESTION, "program": "v1 = 3+4", "round": 3, "model": "a teacher"}
    path.write_text(f"{json.dumps(row)}\n\n")

    assert read_rounds(path) == [_written("v1 = 3+4", 3)]


@pytest.mark.parametrize(
    "changes", [{"round": 0}, {"round": "1"}, {"model": ""}, {"program": 7}, {"teacher": "b"}]
)
def test_a_line_without_its_teacher_or_round_is_refused(
    changes: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "rounds.jsonl"
    row = {"question": "Q?", "program": "v1 = 3", "round": 1, "model": "a teacher"}
    path.write_text(f"{json.dumps(row)}\n{json.dumps(row | changes)}\n")

    with pytest.raises(BadInput, match=r"rounds\.jsonl:2: "):
        read_rounds(path)
