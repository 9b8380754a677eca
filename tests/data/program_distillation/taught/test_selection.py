from dataclasses import replace
from pathlib import Path

import pytest

from data.errors import BadInput
from data.program_distillation.taught.judging import judge
from data.program_distillation.taught.selection import (
    MOST_OF,
    Keep,
    accepted,
    gives_answer,
    kept_share,
    shuffled,
    topped_up,
    with_faults,
)
from data.program_distillation.taught.solved import Solved, read_solved, write_solved
from data.program_distillation.taught.tokens import train_digit_tokenizer
from data.text.tokens import encode


def _solved(number: int) -> Solved:
    total = number * 3 + 7
    return Solved(
        f"Ann has {number} boxes of 3 eggs and 7 eggs. How many?",
        f"boxes = {number}\neach = 3\nmore = 7\ntotal = boxes*each+more\nanswer = total",
        f"{number} * 3 + 7 = {total} eggs\n#### {total}",
        str(total),
        "eggs",
    )


PROBLEMS = [_solved(number) for number in range(10, 210)]


def test_problems_come_back_from_their_file(tmp_path: Path) -> None:
    problem = replace(PROBLEMS[0], question="Wie viele?\u2028Äpfel")
    write_solved(tmp_path / "problems.jsonl", [problem, PROBLEMS[1]])
    assert read_solved(tmp_path / "problems.jsonl") == [problem, PROBLEMS[1]]


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "problems.jsonl").write_text('{"question": 1, "other": 2}\n')
    with pytest.raises(BadInput, match=r"problems.jsonl: cannot be read"):
        read_solved(tmp_path / "problems.jsonl")


def test_about_the_wanted_share_gets_a_fault_and_execution_keeps_the_rest() -> None:
    faulty = with_faults(PROBLEMS, 0.3, 0)
    changed = [one for one, right in zip(faulty, PROBLEMS, strict=True) if one != right]
    assert 40 <= len(changed) <= 80
    assert {one.answer for one in faulty} == {one.answer for one in PROBLEMS}

    kept = accepted(faulty)
    assert all(map(gives_answer, kept))
    assert len(kept) + sum(not gives_answer(one) for one in changed) == len(PROBLEMS)


def test_a_fault_does_not_depend_on_the_other_problems() -> None:
    assert with_faults(PROBLEMS, 0.5, 3)[50:60] == with_faults(PROBLEMS[50:60], 0.5, 3)


def test_an_empty_filtered_set_is_an_error_with_its_counts() -> None:
    wrong = [replace(one, answer="-1") for one in PROBLEMS[:5]]
    with pytest.raises(BadInput, match="keeps 0 of 5 programs"):
        accepted(wrong)


def test_a_set_is_topped_up_in_the_order_of_the_reserve() -> None:
    assert topped_up(PROBLEMS[:3], PROBLEMS[10:], 5) == [*PROBLEMS[:3], *PROBLEMS[10:12]]
    with pytest.raises(BadInput, match="reserve of 1"):
        topped_up(PROBLEMS[:3], PROBLEMS[:1], 5)


def test_shuffled_programs_are_all_there_and_none_is_at_home() -> None:
    mixed = shuffled(PROBLEMS, 0)
    assert sorted(one.program for one in mixed) == sorted(one.program for one in PROBLEMS)
    assert not any(map(gives_answer, mixed))
    with pytest.raises(BadInput, match="no other program"):
        shuffled(PROBLEMS[:1], 0)


@pytest.mark.parametrize("by", [*MOST_OF, "random"])
def test_a_kept_share_has_its_size_and_a_smaller_one_is_part_of_it(by: Keep) -> None:
    larger, smaller = (kept_share(PROBLEMS, share, by, 0) for share in (0.35, 0.1))
    assert (len(larger), len(smaller)) == (70, 20)
    assert set(smaller) <= set(larger)


def test_the_longest_programs_are_kept() -> None:
    longer = [replace(one, program=f"spare = 1\n{one.program}") for one in PROBLEMS[:10]]
    assert kept_share([*PROBLEMS[10:], *longer], 10 / 200, "length", 0) == longer


def test_the_program_that_is_unlike_the_others_has_most_entropy() -> None:
    odd = replace(PROBLEMS[0], program="q7 = 99*88//77\nzz = q7-5\nanswer = zz")
    assert kept_share([*PROBLEMS, odd], 1 / 201, "entropy", 0) == [odd]


@pytest.mark.parametrize(
    ("text", "target", "kind", "ran"),
    [
        ("a = 6\nanswer = a*7", "program", "right", True),
        ("answer = 41", "program", "wrong value", True),
        ("answer = b", "program", "undefined name", False),
        ("6 * 7 = 42\n#### 42", "chain_of_thought", "right", True),
        ("#### 41\n#### 42.0", "chain_of_thought", "right", True),
        ("so it is 42", "chain_of_thought", "no number", False),
        ("#### many", "chain_of_thought", "no number", False),
        ("42", "answer", "right", True),
        ("42 eggs", "answer", "no number", False),
        ("24", "answer", "wrong value", True),
    ],
)
def test_a_written_solution_is_held_against_the_answer(
    text: str, target: str, kind: str, ran: bool
) -> None:
    found = judge(text, target, "42")  # type: ignore[arg-type]
    assert (found.kind, found.ran, found.is_right) == (kind, ran, kind == "right")


def test_every_digit_is_a_token_and_text_comes_back() -> None:
    texts = [one.question for one in PROBLEMS] * 3
    tokenizer = train_digit_tokenizer(texts, 300)
    (ids,) = encode(tokenizer, ["Ann has 1770 boxes, x17."])
    pieces = [str(tokenizer.decode([one])) for one in ids]
    assert "".join(pieces) == "Ann has 1770 boxes, x17."
    assert [one for one in pieces if any(map(str.isdigit, one))] == list("177017")
    assert "Ann" in pieces
