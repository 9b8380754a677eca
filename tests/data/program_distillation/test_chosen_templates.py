import ast
from typing import Any

import pytest

from data.errors import BadInput
from data.program_distillation.templates.chosen import (
    ChosenTemplates,
    TemplateRule,
    choose_templates,
    draw_chosen,
    draw_different,
    is_right,
)
from data.program_distillation.templates.problems import DrawnProblem

_GENERATOR = """
def generate_{number}(rng, difficulty=1.0):

    def generate_from_variables(eggs, price):
        total = eggs * price
        question = f"{number}: {words} {{eggs}} at {{price}}?"
        return {{"question": question, "answer": f"{{total + {error}}}", "answer_value": total,
                "answer_cot": f"{{total}}\\n#### {{total}}"}}

    def generate_example(rng, difficulty=1.0):
        eggs, price = rng.randint(1, {most}), rng.randint(1, {most})
        result = generate_from_variables(eggs, price)
        return {{"question": result["question"], "answer": result["answer"],
                "metadata": {{"answer_cot": result["answer_cot"]}}}}

    return generate_example(rng, difficulty)
"""
_RULE = TemplateRule(learnt=2, unseen=1, draws=10)


def _template(number: int, words: int, **values: int) -> ast.FunctionDef:
    settings: dict[str, Any] = {"most": 900, "error": 0} | values
    source = _GENERATOR.format(number=number, words="eggs " * words, **settings)
    (tree,) = ast.parse(source).body
    assert isinstance(tree, ast.FunctionDef)
    return tree


def test_the_shortest_questions_are_chosen_and_one_in_their_middle_is_set_aside() -> None:
    trees = {0: _template(0, 9), 1: _template(1, 2), 2: _template(2, 1), 3: _template(3, 5)}

    chosen = choose_templates(trees, _RULE)

    assert chosen == ChosenTemplates(learnt=(2, 3), unseen=(1,))


@pytest.mark.parametrize("lack", [{"error": 1}, {"most": 2}], ids=["wrong", "few questions"])
def test_a_template_without_right_different_problems_is_not_chosen(lack: dict[str, int]) -> None:
    trees = {k: _template(k, k) for k in range(1, 4)} | {0: _template(0, 0, **lack)}

    chosen = choose_templates(trees, _RULE)

    assert 0 not in (*chosen.learnt, *chosen.unseen)


def test_too_few_whole_templates_are_an_error() -> None:
    with pytest.raises(BadInput, match="2 of 2 templates are whole, 3 are wanted"):
        choose_templates({k: _template(k, k) for k in range(2)}, _RULE)


def test_the_rule_refuses_numbers_out_of_their_range() -> None:
    with pytest.raises(BadInput, match="learnt"):
        TemplateRule(learnt=0)


def test_sets_have_as_many_right_problems_of_each_template_and_share_none() -> None:
    trees = {k: _template(k, k, most=12) for k in range(3)}  # 144 different questions each

    sets = draw_chosen(trees, ChosenTemplates((0, 1), (2,)), 4, train=60, test=60)

    def count(problems: tuple[DrawnProblem, ...]) -> list[int]:
        return [sum(problem.template == number for problem in problems) for number in range(3)]

    assert [count(found) for found in (sets.train, sets.fresh, sets.unseen)] == [
        [60, 60, 0], [60, 60, 0], [0, 0, 60],
    ]  # fmt: skip
    questions = [one.question for one in (*sets.train, *sets.fresh, *sets.unseen)]
    assert len(set(questions)) == len(questions)
    assert all(map(is_right, (*sets.train, *sets.fresh, *sets.unseen)))


def test_problems_change_with_seed_and_part() -> None:
    trees = {0: _template(0, 0)}
    first, other_seed, other_part = (
        draw_different(trees, [0], seed, each=5, part=part)
        for seed, part in ((0, 0), (1, 0), (0, 1))
    )
    assert len({first, other_seed, other_part}) == 3
    assert first == draw_different(trees, [0], 0, each=5)


def test_more_questions_than_a_template_has_are_an_error() -> None:
    with pytest.raises(BadInput, match="template 0 gives 4 different questions"):
        draw_different({0: _template(0, 0, most=2)}, [0], 0, each=5)
