"""A few templates for small students, chosen before any student is trained, and their problems.

A small model on a CPU learns a dozen kinds of problems and not a hundred. Which ones is decided by
what is asked alone: of the templates that are whole, those with the shortest questions, because a
student reads every question and each target (program, chain of thought, answer) has the same ones.
Nothing is known here of how well a template is learnt, and the targets' lengths have no say. Of
these, evenly spaced ones are set aside, so that the unseen ones are as long as the learnt ones.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from data.errors import BadInput, Count, Mass, in_range
from data.executing.answers import is_answer, read_answer
from data.program_distillation.running import execute_exactly
from data.program_distillation.templates.machine import Unknown
from data.program_distillation.templates.problems import DrawnProblem, ProblemSets, draw_problem

_MOST_DRAWS = 20
"""Draws for each problem that is wanted, after which a template is given up."""
_PART = 1_000_000
"""Draws of one template that each part of the problems has to itself, more than any takes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TemplateRule:
    """By what templates are chosen."""

    learnt: Count = 12
    """Templates that are learnt."""
    unseen: Count = 6
    """Templates that are set aside for the test of unseen ones."""
    draws: Count = 30
    """Draws of each template by which it is judged; they are drawn for nothing else."""
    whole: Mass = 0.9
    """Share of these draws that must be different questions with a program that is right."""
    seed: int = 0
    """Seed of the draws by which templates are judged; replicates of a study share one choice."""

    def __post_init__(self) -> None:
        """Refuse numbers that are out of their range.

        Raises:
            BadInput: One is.
        """
        in_range(self)


@dataclass(frozen=True, slots=True)
class ChosenTemplates:
    """Templates by their number in the package, in the order of the length of their questions."""

    learnt: tuple[int, ...]
    unseen: tuple[int, ...]


def choose_templates(
    templates: Mapping[int, ast.FunctionDef], rule: TemplateRule
) -> ChosenTemplates:
    """The templates with the shortest questions, some of them set aside.

    Templates are ordered by the median number of characters of the questions that are drawn to
    judge them, and by their number where these are equal. With `n` of the shortest `n + m` to be
    learnt, the one set aside as number k (from 0) has the place floor((k + 1/2) (n + m) / m).

    Args:
        templates: Generators by number, as `problems.read_templates` gives them.
        rule: By what they are chosen.

    Raises:
        BadInput: Too few templates are whole.
    """
    lengths: dict[int, float] = {}
    for number, tree in templates.items():
        draws = range(-rule.draws, 0)
        drawn = {problem.question for problem in right_draws(number, tree, draws, rule.seed)}
        if len(drawn) >= rule.whole * rule.draws:
            lengths[number] = median(map(len, drawn))
    wanted = rule.learnt + rule.unseen
    if len(lengths) < wanted:
        raise BadInput(
            f"{len(lengths)} of {len(templates)} templates are whole, {wanted} are wanted; lower "
            "learnt or unseen"
        )
    shortest = sorted(lengths, key=lambda number: (lengths[number], number))[:wanted]
    aside = {int((k + 0.5) * wanted / rule.unseen) for k in range(rule.unseen)}
    return ChosenTemplates(
        tuple(number for place, number in enumerate(shortest) if place not in aside),
        tuple(number for place, number in enumerate(shortest) if place in aside),
    )


def right_draws(
    number: int, tree: ast.FunctionDef, draws: Sequence[int], seed: int
) -> Iterator[DrawnProblem]:
    """Those draws of a template whose program, run exactly, gives the stated answer."""
    for draw in draws:
        try:
            problem = draw_problem(number, tree, draw, seed)
        except Unknown:  # a draw that the template itself cannot answer; `whole` limits how many
            continue
        if is_right(problem):
            yield problem


def is_right(problem: DrawnProblem) -> bool:
    """Whether the program of a problem runs and gives the stated answer."""
    return is_answer(execute_exactly(problem.program).value, read_answer(problem.answer))


def draw_different(
    templates: Mapping[int, ast.FunctionDef],
    chosen: Sequence[int],
    seed: int,
    *,
    each: int,
    part: int = 0,
    known: frozenset[str] = frozenset(),
) -> tuple[DrawnProblem, ...]:
    """Right problems of some templates, as many of each, with no question twice.

    Problems stand template by template; whoever takes a share of them shuffles them first.

    Args:
        templates: Generators by number.
        chosen: Numbers of the templates that are drawn from.
        seed: Replicate; it decides the numbers of the problems.
        each: Problems of each template.
        part: Which of many sets of draws that share none, from 0; give each set of problems of one
            seed its own.
        known: Questions that are left out, because another set has them.

    Raises:
        BadInput: A template has not so many different questions.
    """
    found: list[DrawnProblem] = []
    asked = set(known)
    for number in chosen:
        draws = range(part * _PART, part * _PART + _MOST_DRAWS * each)
        mine: list[DrawnProblem] = []
        for problem in right_draws(number, templates[number], draws, seed):
            if problem.question not in asked:
                asked.add(problem.question)
                mine.append(problem)
            if len(mine) == each:
                break
        if len(mine) < each:
            raise BadInput(
                f"template {number} gives {len(mine)} different questions in {len(draws)} draws, "
                f"{each} are wanted; ask for fewer problems of each template"
            )
        found += mine
    return tuple(found)


def draw_chosen(
    templates: Mapping[int, ast.FunctionDef],
    chosen: ChosenTemplates,
    seed: int,
    *,
    train: int,
    test: int,
) -> ProblemSets:
    """Problems to learn and two test sets, no question in two of them.

    Args:
        templates: Generators by number.
        chosen: Which are learnt, and which are not.
        seed: Replicate; it decides the numbers of the problems, and not which templates are unseen.
        train: Problems to learn of each learnt template.
        test: Problems of each learnt template with fresh numbers, and of each unseen one.

    Raises:
        BadInput: A template has not so many different questions.
    """
    learnt = draw_different(templates, chosen.learnt, seed, each=train)
    known = frozenset(problem.question for problem in learnt)
    fresh = draw_different(templates, chosen.learnt, seed, each=test, part=1, known=known)
    unseen = draw_different(templates, chosen.unseen, seed, each=test, part=2, known=known)
    return ProblemSets(learnt, fresh, unseen)
