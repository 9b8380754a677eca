import ast
from dataclasses import dataclass

import pytest

from data.errors import BadInput
from data.executing.answers import read_answer
from data.program_distillation.running import value_of
from data.program_distillation.templates.machine import Unknown
from data.program_distillation.templates.problems import (
    draw_problem,
    draw_sets,
    read_templates,
)

_GENERATOR = """
def generate_{number}(rng, difficulty=1.0):

    def generate_from_variables(name, each, boxes, share):
        unused = boxes + 1
        eggs = each * boxes
        if eggs > {limit}:
            eggs -= 1
        left = eggs * (1 - share)
        question = f"{number}: {{name}} has {{boxes}} boxes of {{each:,}} eggs. How many stay?"
        return {{
            "question": question,
            "answer": format_number(left),
            "answer_value": left,
            "answer_cot": f"{{eggs}} eggs, {{left}} stay\\n#### {{left}}",
        }}

    def generate_example(rng, difficulty=1.0):
        name = rng.choice(["Ann", "Bob"])
        each, boxes = rng.sample(range(2, 400), 2)
        share = Fraction(1, 2)
        while not is_integer(each * boxes / 4) or each * boxes > 50000 or each * boxes == {limit}:
            each = rng.randint(2, int(400 * difficulty))
        result = generate_from_variables(name, each, boxes, share)
        return {{"question": result["question"], "answer": result["answer"],
                "metadata": {{"answer_cot": result["answer_cot"]}}}}

    return generate_example(rng, difficulty)
"""


@dataclass(frozen=True)
class _Files:
    """A package of one file."""

    source: str

    def read(self, name: str) -> bytes:
        return self.source.encode()

    def names(self, pattern: str) -> list[str]:
        return ["generators_00_49.py"]


def _templates(count: int, limit: int = 10**6) -> dict[int, ast.FunctionDef]:
    source = "".join(_GENERATOR.format(number=k, limit=limit) for k in range(count))
    return read_templates(_Files(source))


def _tree(body: str) -> ast.FunctionDef:
    (tree,) = ast.parse(f"def generate_0(rng, difficulty):\n    {body}").body
    assert isinstance(tree, ast.FunctionDef)
    return tree


def test_what_a_generator_assigns_is_the_program_of_its_problem() -> None:
    (tree,) = _templates(1).values()
    problem = draw_problem(0, tree, draw=0, seed=0)
    lines = problem.program.split("\n")

    assert [line.partition(" = ")[0] for line in lines] == [
        "each", "boxes", "share", "eggs", "left", "answer",
    ]  # fmt: skip
    assert lines[2:] == [
        "share = 1/2",
        "eggs = each*boxes",
        "left = eggs*(1-share)",
        "answer = left",
    ]
    assert value_of(problem.program) == read_answer(problem.answer)
    assert problem.question.startswith("0: ")


def test_the_branch_that_was_taken_is_in_the_program() -> None:
    (tree,) = _templates(1, limit=-1).values()

    assert "eggs = eggs-1" in draw_problem(0, tree, 0, 0).program


def test_a_draw_depends_on_its_number_alone() -> None:
    trees = _templates(2)

    assert draw_problem(1, trees[1], 3, 7) == draw_problem(1, trees[1], 3, 7)
    assert len({draw_problem(1, trees[1], draw, 7).question for draw in range(6)}) > 3


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("import os", "has Import"),
        ("return eval('1')", "calls eval"),
        ("return open('/etc/passwd')", "calls open"),
        ("return (1).__class__", "has Attribute"),
        ("return rng.getstate()", "calls rng.getstate"),
        ("return __builtins__", "reads __builtins__"),
        ("return {'answer': format_number(1 / 3)}", "answers 0.333"),
        ("return 9 ** 99", "has a power beyond 16"),
        ("return 'a' * 10 ** 12", "of what is no number"),
        ("return f'{1:9999999}'", "has the form"),
        ("return round(1.5, ndigits=0)", "names arguments"),
        ("while True: x = 1", "takes more than 50,000 steps"),
        ("return {'answer': 1}['answer'] @ 2", "has MatMult"),
        ("x = lambda: 1", "has Lambda"),
        ("return 1 / 0", "ends with ZeroDivisionError"),
    ],
)
def test_what_is_not_known_is_refused_and_never_run(body: str, message: str) -> None:
    with pytest.raises(Unknown, match=message):
        draw_problem(0, _tree(body), 0, 0)


def test_three_sets_share_no_question_and_unseen_templates_are_not_learnt() -> None:
    sets = draw_sets(_templates(5), seed=0, per_template=4)
    found = {name: getattr(sets, name) for name in ("train", "fresh", "unseen")}
    templates = {name: {p.template for p in problems} for name, problems in found.items()}
    questions = [p.question for problems in found.values() for p in problems]

    assert templates["train"] == templates["fresh"]
    assert templates["train"] | templates["unseen"] == set(range(5))
    assert not templates["train"] & templates["unseen"]
    assert len(questions) == len(set(questions)) >= 30


def test_too_few_templates_are_refused() -> None:
    with pytest.raises(BadInput, match="4 templates are too few; give five at least"):
        draw_sets(_templates(4), seed=0, per_template=1)


def test_a_draw_that_its_template_gives_up_is_left_out_of_the_sets() -> None:
    """A generator may raise where its numbers do not suit it."""
    source = _GENERATOR.format(number=0, limit=10**6).replace(
        "        result = generate_from_variables(name",
        "        if each % 3 == 0:\n            raise ValueError('three')\n"
        "        result = generate_from_variables(name",
    )
    templates = {**_templates(5), 0: read_templates(_Files(source))[0]}
    given_up = 0
    for draw in range(20):
        try:
            draw_problem(0, templates[0], draw, 0)
        except Unknown:
            given_up += 1

    sets = draw_sets(templates, 0, 20)

    drawn = [one for one in (*sets.train, *sets.unseen) if one.template == 0]
    assert 0 < given_up < 20
    assert {one.draw for one in drawn} <= set(range(20))
    assert 0 < len(drawn) <= 20 - given_up
