"""Problems of learnt templates with numbers beyond those that were learnt.

Generators take a difficulty, which widens the ranges that they draw from and changes nothing else.
It is set by an assignment before a generator's first line, so that all other draws are as they are.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import islice

from data.errors import BadInput
from data.program_distillation.programs import numbers_in_text
from data.program_distillation.taught.solved import Solved
from data.program_distillation.templates.chosen import right_draws
from data.program_distillation.templates.problems import DrawnProblem

_FIRST = 4_000_000
"""First of the draws, beyond those of every other part of the problems."""
_MOST_DRAWS = 20
"""Draws for each problem that is wanted, after which a template is left out."""


def harder(tree: ast.FunctionDef, difficulty: float) -> ast.FunctionDef:
    """A generator that draws with another difficulty than it is called with.

    Args:
        tree: The generator, a function of draws and difficulty.
        difficulty: Factor by which its ranges grow.
    """
    name = tree.args.args[1].arg
    line = ast.Assign([ast.Name(name, ast.Store())], ast.Constant(difficulty))
    found = ast.FunctionDef(tree.name, tree.args, [line, *tree.body], tree.decorator_list)
    return ast.fix_missing_locations(ast.copy_location(found, tree))


def largest_numbers(problems: Iterable[Solved]) -> Mapping[str, Fraction]:
    """The largest number that questions of each kind have."""
    found: dict[str, Fraction] = {}
    for problem in problems:
        largest = max(numbers_in_text(problem.question), default=Fraction(0))
        found[problem.kind] = max(largest, found.get(problem.kind, largest))
    return found


def problems_outside(
    templates: Mapping[int, ast.FunctionDef],
    largest: Mapping[str, Fraction],
    seed: int,
    *,
    each: int,
    difficulty: float,
) -> tuple[DrawnProblem, ...]:
    """Different right problems whose questions have a number that is larger than all learnt ones.

    A template whose generator gives too few of them, because its ranges do not grow, is left out.

    Args:
        templates: Generators by number.
        largest: Largest number of the learnt questions, by the number of their template as text.
        seed: Replicate; it decides the numbers of the problems.
        each: Problems of each template.
        difficulty: Factor by which ranges grow.

    Raises:
        BadInput: No template gives enough of them.
    """
    found: list[DrawnProblem] = []
    for kind, most in largest.items():
        number = int(kind)
        drawn = _larger(number, harder(templates[number], difficulty), most, seed, each)
        mine = list(islice(drawn, each))
        found += mine if len(mine) == each else []
    if not found:
        raise BadInput(
            f"no template gives {each} problems with larger numbers at difficulty {difficulty:g}; "
            "raise difficulty, or ask for fewer problems"
        )
    return tuple(found)


def _larger(
    number: int, tree: ast.FunctionDef, most: Fraction, seed: int, each: int
) -> Iterator[DrawnProblem]:
    asked = set()
    for problem in right_draws(number, tree, range(_FIRST, _FIRST + _MOST_DRAWS * each), seed):
        is_new = problem.question not in asked
        asked.add(problem.question)
        if is_new and max(numbers_in_text(problem.question), default=0) > most:
            yield problem
