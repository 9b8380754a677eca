"""Larger numbers than those that were learnt, and programs whose names say nothing."""

import ast

import pytest

from benchmarks.families.program_distillation.students import teaching
from data.errors import BadInput
from data.executing.answers import read_answer
from data.program_distillation.programs import numbers_in_text, plainly_named
from data.program_distillation.running import value_of
from data.program_distillation.taught.solved import Solved
from data.program_distillation.templates import chosen
from data.program_distillation.templates.outside import (
    _FIRST,
    harder,
    largest_numbers,
    problems_outside,
)
from data.program_distillation.templates.problems import draw_problem

_GENERATOR = """
def generate_{number}(rng, difficulty=1.0):
    def generate_from_variables(eggs, price):
        total = eggs * price
        return {{"question": f"{{eggs}} eggs at {{price}}?", "answer": f"{{total}}",
                 "answer_value": total, "answer_cot": f"{{eggs}} * {{price}} = {{total}}"}}

    def generate_example(rng, difficulty=1.0):
        most = int(20 * {factor})
        found = generate_from_variables(rng.randint(2, most), rng.randint(2, 9))
        return {{"question": found["question"], "answer": found["answer"],
                 "metadata": {{"answer_cot": found["answer_cot"]}}}}

    return generate_example(rng, difficulty)
"""


def _tree(number: int, factor: str) -> ast.FunctionDef:
    (node,) = ast.parse(_GENERATOR.format(number=number, factor=factor)).body
    assert isinstance(node, ast.FunctionDef)
    return node


_TREES = {7: _tree(7, "difficulty"), 8: _tree(8, "1")}
"""The ranges of the first grow with the difficulty, those of the second do not."""
_LEARNT = [Solved("3 eggs at 20?", "answer = 60", "", "60", kind) for kind in ("7", "8")]


def test_a_harder_generator_draws_from_wider_ranges_and_is_a_copy() -> None:
    before = ast.dump(_TREES[7])
    drawn = [draw_problem(7, harder(_TREES[7], 5.0), draw, 0) for draw in range(40)]

    assert max(max(numbers_in_text(one.question)) for one in drawn) > 20
    assert ast.dump(_TREES[7]) == before
    plain = [draw_problem(7, _TREES[7], draw, 0) for draw in range(40)]
    assert max(max(numbers_in_text(one.question)) for one in plain) <= 20


def test_every_problem_has_a_number_beyond_all_learnt_ones() -> None:
    largest = largest_numbers(_LEARNT)
    found = problems_outside(_TREES, largest, 0, each=6, difficulty=4.0)

    assert largest == {"7": 20, "8": 20}
    assert [one.template for one in found] == [7] * 6
    assert len({one.question for one in found}) == 6
    for one in found:
        assert max(numbers_in_text(one.question)) > 20
        assert value_of(one.program) == read_answer(one.answer)


def test_ranges_that_do_not_grow_are_refused() -> None:
    with pytest.raises(BadInput, match="no template gives 6 problems with larger numbers"):
        problems_outside({8: _TREES[8]}, {"8": largest_numbers(_LEARNT)["8"]}, 0, each=6,
                         difficulty=4.0)  # fmt: skip


def test_its_draws_are_those_of_no_other_part() -> None:
    assert _FIRST >= (teaching._RESERVE + 1) * chosen._PART


@pytest.mark.parametrize(
    ("program", "plain"),
    [
        ("eggs = 3\nprice = 4\nanswer = eggs*price", "v1 = 3\nv2 = 4\nv3 = v1*v2"),
        ("n = 3\nn = n+1\nanswer = int(n/2)", "v1 = 3\nv1 = v1+1\nv2 = int(v1/2)"),
        ("v2 = 3\nv1 = v2-1", "v1 = 3\nv2 = v1-1"),
    ],
)
def test_plain_names_change_no_value(program: str, plain: str) -> None:
    assert plainly_named(program) == plain
    assert value_of(plain) == value_of(program)
