"""Problems drawn of templates: a program that gives the template's answer, or none."""

from dataclasses import dataclass

import pytest

from data.errors import BadInput
from data.executing.answers import read_answer
from data.executing.execute import executor
from data.word_problems.reader import Unreadable
from data.word_problems.templates import Problem, Templates, divided

_HEAD = "from random import Random\n\n\n"


def _template(number: int, steps: str, answer: str, draws: str = "rng.randint(2, 9)") -> str:
    """A generator of the package's form, written for this test."""
    return f"""
def generate_{number}(rng: Random, difficulty: float = 1.0):
    def generate_from_variables(name, boxes, each, share):
{steps}
        question = f"{{name}} has {{boxes}} boxes of {{each}} pens. How many pens?"
        answer_cot = f"{{boxes}} * {{each}} = {{boxes * each}}\\n#### {{boxes * each}}"
        return {{
            "question": question,
            "answer": format_number({answer}),
            "answer_cot": answer_cot,
            "answer_value": {answer},
        }}

    def generate_example(rng, difficulty=1.0):
        name = rng.choice(["Ann", "Bob"])
        boxes, each = {draws}, rng.randint(3, 40)
        result = generate_from_variables(name, boxes, each, 0.25)
        return {{
            "question": result["question"],
            "answer": result["answer"],
            "metadata": {{"answer_cot": result["answer_cot"]}},
        }}

    return generate_example(rng, difficulty)
"""


_PLAIN = """
        unused = boxes + 1
        pens = boxes * each
        kind = "pens"
        rest = int(pens * share * 4)
"""
_BRANCH = """
        pens = boxes * each
        if pens > 3:
            pens = 1
"""
_ODD = """
        pens = boxes * each
        wrong = pens if boxes < 5 else pens
"""


@dataclass(frozen=True)
class _Files:
    """Two files in the place of the package's."""

    text: str

    def read(self, name: str) -> bytes:
        return (_HEAD + (self.text if "00_49" in name else "")).encode()

    def names(self, pattern: str) -> list[str]:
        return []


@pytest.fixture(scope="module")
def templates() -> Templates:
    text = "".join(
        (
            _template(3, _PLAIN, "rest"),
            _template(4, _BRANCH, "pens"),
            _template(5, _ODD, "pens"),
            _template(6, _PLAIN, "pens", draws="7"),
        )
    )
    return Templates.of(_Files(text))


def test_a_problem_is_a_question_a_program_and_its_answer(templates: Templates) -> None:
    problem = templates.draw(3, 0, seed=0)
    words = problem.question.split()
    boxes, each = words[2], words[5]

    assert problem.program == f"v1={boxes}*{each}\nv2=int(v1*0.25*4)"
    assert problem.line == f"v1 = {boxes} * {each}; v2 = int(v1 * 0.25 * 4)"
    assert problem.answer == str(int(boxes) * int(each))
    assert problem.id == "template-03-0"
    with executor(sandbox=False) as run:
        for program in (problem.program, problem.line):
            assert run.verify(program, read_answer(problem.answer)).is_right


def test_a_draw_is_a_function_of_its_numbers(templates: Templates) -> None:
    first = [templates.draw(3, number, seed=1) for number in range(5)]

    assert first == [templates.draw(3, number, seed=1) for number in range(5)]
    assert len({one.question for one in first}) > 1
    assert first[0] != templates.draw(3, 0, seed=2)


@pytest.mark.parametrize(("template", "reason"), [(4, "If is no step"), (5, "is no arithmetic")])
def test_a_template_that_is_no_straight_line_is_refused(
    templates: Templates, template: int, reason: str
) -> None:
    with pytest.raises(Unreadable, match=reason):
        templates.draw(template, 0, seed=0)


def test_templates_are_usable_where_their_draws_are(templates: Templates) -> None:
    assert templates.usable == (3, 6)


def test_problems_differ_and_end_where_a_template_has_no_more(templates: Templates) -> None:
    many = templates.problems(3, 40, seed=0)

    assert len({one.question for one in many}) == len(many) == 40
    assert [one.draw for one in many] == sorted(one.draw for one in many)
    few: list[Problem] = templates.problems(6, 500, seed=0)
    assert 2 < len(few) <= 2 * 38


def test_templates_are_divided_by_lot() -> None:
    seen, unseen = divided(range(20), 5, seed=0)

    assert sorted(seen + unseen) == list(range(20))
    assert len(unseen) == 5
    assert divided(range(20), 5, seed=1)[1] != unseen
    with pytest.raises(BadInput, match="20 of 20 templates unseen"):
        divided(range(20), 20, seed=0)
