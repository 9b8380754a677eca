"""Straight-line programs as text: one assignment per line, `v2 = 48+v1`; the last one answers.

A program is text wherever it is kept, taught or judged, because a model writes text. What changes
one parses it, changes the tree, and writes the tree in the one normal form: names and numbers as
Python writes them, no spaces within an expression, no more parentheses than are needed.
"""

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from data.errors import BadInput

NUMBER = re.compile(r"(?<![\w.])(?:\d+(?:\.\d*)?|\.\d+)")
"""A number in a program or a text; digits of a name such as `v1` are none."""

_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
"""A comma between digits that groups them."""


def step(name: str, expression: str) -> str:
    """One line of a program in normal form.

    Args:
        name: Name that is assigned.
        expression: Expression in Python's syntax.

    Raises:
        SyntaxError: The expression is none.
    """
    return f"{name} = {compact(ast.parse(expression.strip(), mode='eval').body)}"


def compact(node: ast.expr) -> str:
    """An expression in normal form."""
    return ast.unparse(node).replace(" ", "")


def parse(program: str) -> list[ast.Assign]:
    """The assignments of a program, as trees that may be changed.

    Raises:
        BadInput: It is no straight-line program of assignments to single names.
    """
    try:
        body = ast.parse(program).body
    except SyntaxError as error:
        raise BadInput(f"program does not parse ({error.msg}); give assignments alone") from error
    found = []
    for line in body:
        if not isinstance(line, ast.Assign) or not isinstance(line.targets[0], ast.Name):
            raise BadInput(f"line {line.lineno} is no assignment to a name; give such lines alone")
        found.append(line)
    return found


def render(lines: Iterable[ast.Assign]) -> str:
    """A program in normal form."""
    return "\n".join(map(render_line, lines))


def render_line(line: ast.Assign) -> str:
    """One assignment in normal form."""
    return f"{target_of(line)} = {compact(line.value)}"


def target_of(line: ast.Assign) -> str:
    """The name that a line assigns."""
    target = line.targets[0]
    assert isinstance(target, ast.Name), "parse lets nothing else through"
    return target.id


def names_in(node: ast.AST) -> list[str]:
    """Names that an expression reads, in the order of the tree."""
    return [part.id for part in ast.walk(node) if isinstance(part, ast.Name)]


def plainly_named(program: str) -> str:
    """The program with `v1`, `v2` and so on for its names, in the order of their first assignment.

    Raises:
        BadInput: It is no straight-line program of assignments to single names.
    """
    lines = parse(program)
    targets = dict.fromkeys(map(target_of, lines))
    names = {name: f"v{place}" for place, name in enumerate(targets, start=1)}
    for line in lines:
        for part in ast.walk(line):
            if isinstance(part, ast.Name):
                part.id = names.get(part.id, part.id)
    return render(lines)


def unused_steps(program: str) -> int:
    """How many steps but the last one no later step reads."""
    lines = parse(program)
    used = {name for line in lines for name in names_in(line.value)}
    return sum(target_of(line) not in used for line in lines[:-1])


def numbers_of(program: str) -> list[Fraction]:
    """The different numbers that are written in a program, in the order of their first place."""
    return list(dict.fromkeys(map(to_number, NUMBER.findall(program))))


def to_number(text: str) -> Fraction:
    """The exact value of a number as it is written, such as `.25` or `3.`."""
    return Fraction(text.rstrip("."))


def numbers_in_text(text: str) -> list[Fraction]:
    """The numbers of a text in their order, with `1,500` as one number."""
    return [to_number(found) for found in NUMBER.findall(ungrouped(text))]


def ungrouped(text: str) -> str:
    """The text with numbers such as `1,500` written `1500`."""
    return _THOUSANDS.sub("", text)


def written(number: Fraction) -> str:
    """A number as an expression: whole, or a quotient in parentheses."""
    return str(number) if number.denominator == 1 else f"({number})"


def reassigned(program: str, values: Mapping[Fraction, Fraction]) -> str:
    """The program with other numbers in the place of its own.

    Args:
        program: Text of the program; it need not parse.
        values: The number that stands for each; what is not in it stays.
    """

    def other(match: re.Match[str]) -> str:
        number = to_number(match[0])
        return written(values[number]) if number in values else match[0]

    return NUMBER.sub(other, program)


def all_numbers(programs: Sequence[str]) -> list[Fraction]:
    """The different numbers of several programs, in the order of their first place."""
    return list(dict.fromkeys(number for program in programs for number in numbers_of(program)))
