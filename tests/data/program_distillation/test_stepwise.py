import ast

import pytest

from data.errors import BadInput
from data.executing.answers import is_answer, read_answer
from data.executing.verification import operations
from data.program_distillation.running import execute_exactly
from data.program_distillation.templates.stepwise import (
    StepRule,
    graded_problems,
    in_one_line,
)

_GENERATOR = """
def generate_{number}(rng, difficulty=1.0):

    def generate_from_variables(eggs, price):
        total = {formula}
        question = f"{number}: {words} {{eggs}} at {{price}}?"
        return {{"question": question, "answer": f"{{total}}", "answer_value": total,
                "answer_cot": f"{{total}}\\n#### {{total}}"}}

    def generate_example(rng, difficulty=1.0):
        eggs, price = rng.randint(1, {most}), rng.randint(1, {most})
        result = generate_from_variables(eggs, price)
        return {{"question": result["question"], "answer": result["answer"],
                "metadata": {{"answer_cot": result["answer_cot"]}}}}

    return generate_example(rng, difficulty)
"""
_RULE = StepRule(steps=(1, 3), each=1, problems=40, draws=10)


def _template(
    number: int, steps: int = 1, words: int = 1, most: int = 900
) -> tuple[int, ast.FunctionDef]:
    formula = "eggs + price" + " + price" * (steps - 1)
    source = _GENERATOR.format(number=number, words="eggs " * words, formula=formula, most=most)
    (tree,) = ast.parse(source).body
    assert isinstance(tree, ast.FunctionDef)
    return number, tree


def test_each_number_of_steps_gives_as_many_problems_of_its_shortest_template() -> None:
    templates = dict([_template(0, 3), _template(1, 1, 9), _template(2, 1, 2), _template(3, 2)])

    drawn = list(graded_problems(templates, _RULE))

    assert [problem.template for problem in drawn] == [2] * 40 + [0] * 40
    assert {operations(problem.program) for problem in drawn[:40]} == {1}
    assert len({problem.question for problem in drawn}) == 80
    for problem in drawn:
        found = execute_exactly(in_one_line(problem.program))
        assert is_answer(found.value, read_answer(problem.answer))


def test_a_template_with_too_few_questions_is_left_out() -> None:
    templates = dict([_template(0, 3), _template(1, 1, 9), _template(2, 1, 2, most=6)])

    assert {problem.template for problem in graded_problems(templates, _RULE)} == {0, 1}


def test_too_few_templates_are_an_error_that_names_the_steps() -> None:
    with pytest.raises(BadInput, match="0 templates of 3 steps give 40 problems, 1 are wanted"):
        list(graded_problems(dict([_template(0), _template(1)]), _RULE))


@pytest.mark.parametrize("odd", [{"steps": ()}, {"steps": (-1,)}, {"each": 0}])
def test_the_rule_refuses_what_it_cannot_choose_by(odd: dict[str, object]) -> None:
    with pytest.raises(BadInput, match=r"steps|each"):
        StepRule(**odd)  # type: ignore[arg-type]
