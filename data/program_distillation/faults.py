"""Faults that are put into right programs, one each, with what was changed and where.

Ten kinds: what a model gets wrong when it writes a program that still looks like one, and two
(an undefined name, a random character) that an interpreter itself should see. A fault is drawn from
its own stream, so that no other one moves it; a kind that finds no place in a program leaves it
out, and is counted over the programs where it found one.
"""

import ast
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from data.program_distillation.programs import (
    numbers_in_text,
    parse,
    render,
    render_line,
    target_of,
    to_number,
)

_OPERATORS: tuple[type[ast.operator], ...] = (ast.Add, ast.Sub, ast.Mult, ast.Div)
_ORDERED = (ast.Sub, ast.Div, ast.FloorDiv)
"""Operators whose operands must not be swapped."""
_UNKNOWN = "w"
"""A name that no twin assigns."""
_CHARACTERS = string.ascii_lowercase + string.digits + "+-*/().= "
"""Characters that a random one is drawn from: those of programs."""
INTERPRETED = ("undefined_name", "random_character")
"""Kinds that an interpreter sees without an answer, mostly or always."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A program with one fault, and the fault on record."""

    kind: str
    """Name of the kind; see `KINDS`."""
    line: int
    """Line that was changed, from 0; of exchanged lines the first."""
    before: str
    """What stood there: a line, two lines, or one character."""
    after: str
    """What stands there now; empty for a dropped line."""
    program: str
    """The whole program with its fault."""


class _Site(NamedTuple):
    """A place in a program that can be changed, and its change."""

    line: int
    change: Callable[[], None]


Lines = list[ast.Assign]
Sites = Callable[[Lines, str, np.random.Generator], list[_Site]]
"""Finds all places of one kind, from the lines, the question, and the draws of what to write."""


def inject(program: str, kind: str, question: str, rng: np.random.Generator) -> Fault | None:
    """Put one fault of a kind into a program, at a place drawn at random.

    Args:
        program: A right program in normal form.
        kind: Name of the kind; see `KINDS`.
        question: The question that the program answers; a kind writes numbers of it.
        rng: The draws of this fault alone.

    Returns:
        The program with its fault; None where the program has no place for one of this kind.
    """
    if kind in _WHOLE:
        return _WHOLE[kind](program, rng)
    lines = parse(program)
    sites = _IN_LINE[kind](lines, question, rng)
    if not sites:
        return None
    site = sites[int(rng.integers(len(sites)))]
    before = render_line(lines[site.line])
    site.change()
    after = render_line(lines[site.line])
    return Fault(kind, site.line, before, after, render(lines))


def _parts(lines: Lines, kind: type[ast.expr]) -> list[tuple[int, ast.expr]]:
    """Expressions of one kind, with their lines."""
    return [
        (number, node)
        for number, line in enumerate(lines)
        for node in ast.walk(line.value)
        if isinstance(node, kind)
    ]


def _draw(options: list[str], rng: np.random.Generator) -> str:
    return options[int(rng.integers(len(options)))]


# Kinds that change one line.


def _operators(lines: Lines, question: str, rng: np.random.Generator) -> list[_Site]:
    sites = []
    for number, node in _parts(lines, ast.BinOp):
        assert isinstance(node, ast.BinOp)
        others = [one for one in _OPERATORS if not isinstance(node.op, one)]
        other = others[int(rng.integers(len(others)))]
        sites.append(_Site(number, _setting(node, op=other())))
    return sites


def _setting(node: ast.AST, **fields: object) -> Callable[[], None]:
    def change() -> None:
        for name, value in fields.items():
            setattr(node, name, value)

    return change


def _swaps(lines: Lines, ordered: bool) -> list[_Site]:
    """Pairs of operands that differ, of all operators or of those where order matters."""
    return [
        _Site(number, _setting(node, left=node.right, right=node.left))
        for number, node in _parts(lines, ast.BinOp)
        if isinstance(node, ast.BinOp)
        and (not ordered or isinstance(node.op, _ORDERED))
        and ast.unparse(node.left) != ast.unparse(node.right)
    ]


def _ordered_swaps(lines: Lines, question: str, rng: np.random.Generator) -> list[_Site]:
    return _swaps(lines, ordered=True)


def _any_swaps(lines: Lines, question: str, rng: np.random.Generator) -> list[_Site]:
    return _swaps(lines, ordered=False)


def _shifted(lines: Lines, question: str, rng: np.random.Generator) -> list[_Site]:
    sites = []
    for number, node in _parts(lines, ast.Constant):
        assert isinstance(node, ast.Constant)
        shift = int(rng.choice((-1, 1)))
        changed = to_number(ast.unparse(node)) + shift
        sites.append(_Site(number, _setting(node, value=_plain(changed))))
    return sites


def _plain(number: Fraction) -> int | float:
    """A number as Python writes it; the decimals of these programs are few and exact so."""
    return int(number) if number.denominator == 1 else float(number)


def _replaced(lines: Lines, question: str, rng: np.random.Generator) -> list[_Site]:
    asked = set(numbers_in_text(question))
    sites = []
    for number, node in _parts(lines, ast.Constant):
        others = [str(one) for one in sorted(asked - {to_number(ast.unparse(node))})]
        if others:
            other = _plain(Fraction(_draw(others, rng)))
            sites.append(_Site(number, _setting(node, value=other)))
    return sites


def _confused(lines: Lines, question: str, rng: np.random.Generator) -> list[_Site]:
    sites = []
    for number, node in _parts(lines, ast.Name):
        assert isinstance(node, ast.Name)
        others = [target_of(line) for line in lines[:number] if target_of(line) != node.id]
        if others:
            sites.append(_Site(number, _setting(node, id=_draw(others, rng))))
    return sites


def _undefined(lines: Lines, question: str, rng: np.random.Generator) -> list[_Site]:
    """Every operand, each of which may become a name that nothing assigns."""
    sites = []
    for number, line in enumerate(lines):
        parents = [line, *(node for node in ast.walk(line.value) if isinstance(node, ast.expr))]
        for parent in parents:
            for name, child in ast.iter_fields(parent):
                if name != "targets" and isinstance(child, ast.Constant | ast.Name):
                    unknown = ast.Name(_UNKNOWN, ast.Load())
                    sites.append(_Site(number, _setting(parent, **{name: unknown})))
    return sites


# Kinds that change more, or less, than a line.


def _dropped(program: str, rng: np.random.Generator) -> Fault | None:
    lines = program.split("\n")
    if len(lines) < 2:
        return None
    at = int(rng.integers(len(lines)))
    rest = [*lines[:at], *lines[at + 1 :]]
    return Fault("step_dropped", at, lines[at], "", "\n".join(rest))


def _exchanged(program: str, rng: np.random.Generator) -> Fault | None:
    lines = program.split("\n")
    if len(lines) < 2:
        return None
    at = int(rng.integers(len(lines) - 1))
    pair = lines[at : at + 2]
    turned = [*lines[:at], *pair[::-1], *lines[at + 2 :]]
    before, after = "\n".join(pair), "\n".join(pair[::-1])
    return Fault("steps_exchanged", at, before, after, "\n".join(turned))


def _random_character(program: str, rng: np.random.Generator) -> Fault | None:
    at = int(rng.integers(len(program)))
    before = program[at]
    after = _draw([one for one in _CHARACTERS if one != before], rng)
    changed = f"{program[:at]}{after}{program[at + 1 :]}"
    return Fault("random_character", program.count("\n", 0, at), before, after, changed)


_IN_LINE: Mapping[str, Sites] = {
    "operator_changed": _operators,
    "ordered_operands_swapped": _ordered_swaps,
    "any_operands_swapped": _any_swaps,
    "literal_shifted": _shifted,
    "literal_replaced": _replaced,
    "result_confused": _confused,
    "undefined_name": _undefined,
}
_WHOLE: Mapping[str, Callable[[str, np.random.Generator], Fault | None]] = {
    "step_dropped": _dropped,
    "steps_exchanged": _exchanged,
    "random_character": _random_character,
}
KINDS: Mapping[str, str] = {
    "operator_changed": "an operator became another of + - * /",
    "ordered_operands_swapped": "the operands of - or / were swapped",
    "any_operands_swapped": "the operands of any operator were swapped",
    "step_dropped": "a line was left out",
    "literal_shifted": "a number became one more or one less",
    "literal_replaced": "a number became another number of the question",
    "result_confused": "an earlier result was taken for another one",
    "steps_exchanged": "two neighbouring lines changed places",
    "undefined_name": "a number or result became a name that nothing assigns",
    "random_character": "one character became another one",
}
"""Kinds of faults by name, in words."""
