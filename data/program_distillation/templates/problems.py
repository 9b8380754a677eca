"""Problems without end from 100 templates in GSM8K's style, each with a program and with words.

The templates are those of `gsm_symbolic` in the package `reasoning-gym` (Apache-2.0), whose wheel
is pinned, read as a zip and never imported: `machine` walks its source. A problem's program is what
its generator assigned on the way to the answer, with the drawn numbers before it.
"""

import ast
import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from data.errors import BadInput
from data.program_distillation.programs import compact, names_in
from data.program_distillation.templates.machine import Machine, Trace, Unknown, is_number
from data.randomness import stream
from data.sources.fetching import PackageFiles, Wheel

REASONING_GYM = Wheel(
    "reasoning-gym",
    "0.1.25",
    "reasoning_gym",
    "7f17a3eddb13c015d7d4a755ed576a061df889faf9468bcc2cca334ebe9e0435",
)
"""The pinned wheel; an installed package is never taken for it."""
_FILES = "reasoning_gym/arithmetic/gsm_symbolic/generators_*.py"
_PREFIX = "generate_"
_TRACED = "generate_from_variables"
_ANSWER = "answer"
_TRIES = 20
"""Draws after which a template is given up."""
UNSEEN_SHARE = 0.2
"""Share of the templates that are set aside for the test of unseen ones."""


@dataclass(frozen=True, slots=True)
class DrawnProblem:
    """One problem of a template."""

    template: int
    """Number of the template in its package."""
    draw: int
    """Number of the draw."""
    question: str
    program: str
    chain_of_thought: str
    answer: str


@dataclass(frozen=True, slots=True)
class ProblemSets:
    """Problems to learn, and two test sets."""

    train: tuple[DrawnProblem, ...]
    fresh: tuple[DrawnProblem, ...]
    """The templates of the training set with other numbers."""
    unseen: tuple[DrawnProblem, ...]
    """Templates of which nothing was learnt."""


def read_templates(files: PackageFiles) -> dict[int, ast.FunctionDef]:
    """The generators of the package by number, as syntax trees.

    Args:
        files: The package, as `data.sources.fetching.open_package` gives it.
    """
    found = {
        int(node.name.removeprefix(_PREFIX)): node
        for name in files.names(_FILES)
        for node in ast.parse(files.read(name).decode()).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith(_PREFIX)
    }
    return dict(sorted(found.items()))


def draw_problem(template: int, tree: ast.FunctionDef, draw: int, seed: int) -> DrawnProblem:
    """One problem of a template.

    Raises:
        Unknown: The template uses something that the interpreter does not know, or its answer does
            not follow from numbers.
    """
    for attempt in range(_TRIES):
        rng = stream(seed, "program_distillation/templates", template, draw, attempt)
        machine = Machine(rng, _TRACED)
        try:
            found = machine.call(tree, [None, 1.0], {})
        except (ZeroDivisionError, IndexError) as error:
            if attempt == _TRIES - 1:
                raise Unknown(f"ends with {type(error).__name__}") from error
            continue
        break
    words = found["metadata"]["answer_cot"]
    program = program_of(machine.trace)
    return DrawnProblem(template, draw, found["question"], program, words, str(found[_ANSWER]))


def program_of(trace: Trace) -> str:
    """The program of a trace: what the answer needs, the given numbers first.

    Raises:
        Unknown: The answer needs something that is no number.
    """
    answer = _answer_of(trace)
    needed, lines = set(names_in(answer)), [f"{_ANSWER} = {_exact(answer)}"]
    for step in reversed(trace.steps):
        if step.name in needed:
            needed.discard(step.name)
            needed |= set(names_in(step.expression)) - _CALLED
            lines.append(f"{step.name} = {_exact(step.expression)}")
    return "\n".join([*_given(trace.given, needed - _CALLED), *reversed(lines)])


class _Exact(ast.NodeTransformer):
    """Writes `Fraction(a, b)` as a / b, and `float(a)` as a: all numbers of programs are exact."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Replace a call by what it is of."""
        self.generic_visit(node)
        match node:
            case ast.Call(func=ast.Name(id="Fraction"), args=[above, below]):
                return ast.BinOp(above, ast.Div(), below)
            case ast.Call(func=ast.Name(id="Fraction" | "float"), args=[only]):
                return only
        return node


def _exact(expression: ast.expr) -> str:
    """An expression in the normal form of programs."""
    changed = _Exact().visit(copy.deepcopy(expression))
    return compact(ast.fix_missing_locations(changed))


_CALLED = frozenset({"int", "float", "round", "abs", "min", "max", "sum", "Fraction"})


def _answer_of(trace: Trace) -> ast.expr:
    """The expression of the answer in what the traced function returned."""
    if isinstance(trace.returned, ast.Dict):
        for key, value in zip(trace.returned.keys, trace.returned.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == "answer_value":
                return value
    raise Unknown("returns no answer as a number")


def _given(given: Mapping[str, Any], needed: set[str]) -> Iterator[str]:
    for name in given:
        if name not in needed:
            continue
        if not is_number(given[name]):
            raise Unknown(f"needs {name}, which is no number")
        yield f"{name} = {_plain(given[name])}"
    if missing := sorted(needed - set(given)):
        raise Unknown(f"needs {missing[0]}, which it is not given")


def _plain(value: float | Fraction) -> str:
    return str(value) if isinstance(value, Fraction) else repr(value)


def draw_sets(
    templates: Mapping[int, ast.FunctionDef], seed: int, per_template: int
) -> ProblemSets:
    """Problems to learn and two test sets, with no question in two of them.

    Args:
        templates: Templates whose problems can be drawn.
        seed: Replicate; it decides too which templates are unseen.
        per_template: Problems of each template in each set.

    Raises:
        BadInput: There are too few templates to set some aside.
    """
    numbers = list(templates)
    order = stream(seed, "program_distillation/unseen").permutation(len(numbers))
    n_unseen = int(UNSEEN_SHARE * len(numbers))
    if not 0 < n_unseen < len(numbers):
        raise BadInput(f"{len(numbers)} templates are too few; give five at least")
    unseen = sorted(numbers[int(place)] for place in order[:n_unseen])
    seen = [number for number in numbers if number not in unseen]
    train = _drawn(templates, seen, seed, range(per_template))
    known = {problem.question for problem in train}
    others = _drawn(templates, seen, seed, range(per_template, 2 * per_template))
    fresh = tuple(problem for problem in others if problem.question not in known)
    return ProblemSets(train, fresh, _drawn(templates, unseen, seed, range(per_template)))


def _drawn(
    templates: Mapping[int, ast.FunctionDef], chosen: Sequence[int], seed: int, draws: range
) -> tuple[DrawnProblem, ...]:
    """Different problems of templates; a draw that its own template gives up is left out."""
    problems: dict[str, DrawnProblem] = {}
    for number in chosen:
        for draw in draws:
            try:
                problem = draw_problem(number, templates[number], draw, seed)
            except Unknown:  # one in ten at most, of templates that are whole, and counted there
                continue
            problems[problem.question] = problem
    return tuple(problems.values())
