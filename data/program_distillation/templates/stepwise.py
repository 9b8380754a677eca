"""Problems of graded difficulty: a few templates for each number of steps of the solution.

Who asks what becomes of hard problems needs problems that differ in difficulty, in equal numbers,
and known before any model answers one. Steps are the arithmetic signs of a template's program. Of
the templates with so many steps the shortest are taken, question and program together, because a
small model reads and writes all of it. Nothing is known here of how well a template is learnt.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from statistics import median

from data.errors import BadInput, Count, in_range
from data.executing.verification import form, operations
from data.program_distillation.templates.chosen import right_draws
from data.program_distillation.templates.problems import DrawnProblem

_SEED = 0
"""Seed of all draws: the problems are one fixed text, of which chains take parts by seeds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StepRule:
    """By what templates of graded difficulty are chosen, and how many problems each gives."""

    steps: tuple[int, ...] = (2, 3, 4, 5, 6)
    """Numbers of steps, each of which makes one equal part of the problems."""
    each: Count = 2
    """Templates for each number of steps."""
    problems: Count = 2000
    """Different problems of each template; it is left out where twice as many draws give fewer."""
    draws: Count = 30
    """Draws of each template that tell its length and its steps; they are drawn for nothing
    else."""

    def __post_init__(self) -> None:
        """Refuse numbers that are out of their range.

        Raises:
            BadInput: One is, or there is no number of steps.
        """
        in_range(self)
        if not self.steps or min(self.steps) < 0:
            raise BadInput(f"steps are {self.steps}; name some, of 0 and more")


def graded_problems(
    templates: Mapping[int, ast.FunctionDef], rule: StepRule
) -> Iterator[DrawnProblem]:
    """Different right problems, of as many templates for each number of steps, easiest first.

    Args:
        templates: Generators by number, as `problems.read_templates` gives them.
        rule: By what templates are chosen.

    Raises:
        BadInput: Too few templates have so many steps and enough problems.
    """
    ordered = _by_steps(templates, rule)
    for steps in rule.steps:
        drawn = (
            _different(number, templates[number], rule.problems)
            for number in ordered.get(steps, ())
        )
        whole = list(islice((one for one in drawn if len(one) == rule.problems), rule.each))
        if len(whole) < rule.each:
            raise BadInput(
                f"{len(whole)} templates of {steps} steps give {rule.problems:,} problems, "
                f"{rule.each} are wanted; lower each or problems, or leave these steps out"
            )
        for problems in whole:
            yield from problems


def in_one_line(program: str) -> str:
    """A program of statements in one line, as text whose white space is made even keeps it."""
    return "; ".join(program.split("\n"))


def _by_steps(
    templates: Mapping[int, ast.FunctionDef], rule: StepRule
) -> Mapping[int, tuple[int, ...]]:
    """Templates of one program each but for its numbers, by steps, those of short problems first.

    Those with the same length stand in the order of their numbers.
    """
    found: dict[int, list[tuple[float, int]]] = {}
    for number, tree in templates.items():
        drawn = list(right_draws(number, tree, range(-rule.draws, 0), _SEED))
        if len({form(one.program) for one in drawn}) == 1:
            length = median(len(one.question + one.program) for one in drawn)
            found.setdefault(operations(drawn[0].program), []).append((length, number))
    return {
        steps: tuple(number for _, number in sorted(lengths)) for steps, lengths in found.items()
    }


def _different(number: int, tree: ast.FunctionDef, wanted: int) -> tuple[DrawnProblem, ...]:
    """The first different problems of a template, of twice as many draws."""
    problems: dict[str, DrawnProblem] = {}
    for problem in right_draws(number, tree, range(2 * wanted), _SEED):
        problems.setdefault(problem.question, problem)
        if len(problems) == wanted:
            break
    return tuple(problems.values())
