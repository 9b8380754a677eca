from collections import Counter
from collections.abc import Sequence

import pytest

from data.program_distillation.gsm8k import load_problems
from data.program_distillation.running import value_of
from data.program_distillation.taught.repair import (
    message_of,
    redraw,
    refine,
    repair_prompt,
    repairs_of,
)
from data.program_distillation.taught.solved import Solved
from data.program_distillation.twins import twins_of

_RIGHT = "v1 = 48/2\nv2 = 48+v1"
_PROBLEMS = [Solved(question, _RIGHT, "words #### 72", "72") for question in ("A?", "B?", "C?")]


@pytest.fixture(scope="module")
def solved() -> list[Solved]:
    """Problems of the training part whose programs run."""
    twins = twins_of(load_problems("train")[:250], "train")
    return [Solved.of(twin) for twin in twins if value_of(twin.program) is not None]


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (_RIGHT, ""),
        ("v1 = 1", ""),
        ("v1 = w", "undefined name: reads w, which has no value yet"),
        ("v1 = 1/0", "zero division: "),
        ("v1 = (2", "syntax: "),
        ("import os", "refused: "),
        ("", "says no value"),
        ("print(1)\nprint(2)", "says 2 values, where one is the answer"),
    ],
)
def test_only_a_program_without_a_value_has_a_message(program: str, message: str) -> None:
    found = message_of(program)

    assert found.startswith(message)
    assert bool(found) == bool(message)
    assert "\n" not in found


def test_every_repair_is_of_a_program_that_fails(solved: list[Solved]) -> None:
    found = repairs_of(solved, 0)

    assert len(found) == len(solved)
    by_question = {one.question: one for one in solved}
    for repair in found:
        question = next(q for q in by_question if repair.prompt.startswith(f"{q}\n"))
        faulty, _, message = repair.prompt.removeprefix(f"{question}\n").rpartition("\n# ")
        assert repair.program == by_question[question].program != faulty
        assert value_of(faulty) is None
        assert repair.prompt == repair_prompt(question, faulty, message_of(faulty))
        assert message == f"{message_of(faulty)}\n"
    kinds = Counter(repair.kind for repair in found)
    assert kinds["undefined_name"] > 0.3 * len(found)
    assert {"random_character", "step_dropped", "steps_exchanged"} <= set(kinds)


def test_a_repair_depends_on_its_seed_and_on_no_other_problem(solved: list[Solved]) -> None:
    whole, part = repairs_of(solved, 1), repairs_of(solved[50:80], 1)

    assert part == whole[50:80]
    assert repairs_of(solved, 2) != whole


def test_what_fails_is_fed_back_once_and_nothing_else() -> None:
    asked: list[str] = []

    def answer(prompts: Sequence[str]) -> list[str]:
        asked.extend(prompts)
        return [_RIGHT, "v1 = w"]

    first = ["v1 = 71", "v1 = 48/", "v1 = w"]
    found = refine(_PROBLEMS, first, answer)

    assert found.places == (1, 2)
    assert found.programs == ("v1 = 71", _RIGHT, "v1 = w")
    assert asked == [
        repair_prompt(f"{q}?", p, message_of(p)) for q, p in zip("BC", first[1:], strict=True)
    ]
    assert found.prompts == tuple(asked)


def test_a_redraw_reads_the_question_alone() -> None:
    found = redraw(_PROBLEMS, [_RIGHT, "v1 = w", _RIGHT], lambda prompts: ["v1 = 3"])

    assert found.prompts == ("B?\n",)
    assert found.programs == (_RIGHT, "v1 = 3", _RIGHT)


def test_where_nothing_fails_nobody_is_asked() -> None:
    def nobody(prompts: Sequence[str]) -> list[str]:
        raise AssertionError

    assert refine(_PROBLEMS, [_RIGHT] * 3, nobody).programs == (_RIGHT,) * 3
