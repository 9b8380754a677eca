"""A hundred templates of school problems (`reasoning-gym`, Apache-2.0), and problems drawn of them.

A template draws its numbers and names and computes the answer in a few assignments. Those are the
program: drawn numbers stand in it as they are, and each assignment is a line, so that a problem is
a question, a program, a chain of thought and an answer of one author. A problem counts when its
program, executed exactly, gives the template's answer.
"""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from random import Random
from typing import Any

from data.errors import BadInput
from data.executing.answers import read_answer
from data.executing.execute import executor
from data.randomness import stream
from data.sources.fetching import PackageFiles, Wheel
from data.word_problems.reader import Reader, Unreadable

WHEEL = Wheel(
    "reasoning-gym",
    "0.1.25",
    "reasoning_gym",
    "7f17a3eddb13c015d7d4a755ed576a061df889faf9468bcc2cca334ebe9e0435",
)
LICENCE = "Apache-2.0"
_FILES = (
    "reasoning_gym/arithmetic/gsm_symbolic/generators_00_49.py",
    "reasoning_gym/arithmetic/gsm_symbolic/generators_50_99.py",
)
_NAME = re.compile(r"generate_(\d+)")
_INNER, _OUTER = "generate_from_variables", "generate_example"
_TRIALS = 20
"""Draws of a template that are looked at to see whether it gives programs."""
_ENOUGH = 18
"""Draws of these that must give one."""
_PURPOSE = "word problems"


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem: a question, with the same solution as a program and as a chain of thought."""

    template: int
    """Number of its template, 0 to 99."""
    draw: int
    """Number of the draw of its template and seed, from 0."""
    question: str
    program: str
    """Lines `vk = expression` whose last value is the answer."""
    chain_of_thought: str
    """Steps in words, and the answer behind `####`."""
    answer: str

    @property
    def line(self) -> str:
        """The program on one line, with spaces as a model's words have them."""
        spaced = re.sub(r"(//|[-+*/%=])", r" \1 ", self.program)
        return "; ".join(" ".join(one.split()) for one in spaced.splitlines())

    @property
    def id(self) -> str:
        """Name of the problem, which says its template."""
        return f"template-{self.template:02d}-{self.draw}"


@dataclass(frozen=True)
class Templates:
    """The generator functions of the package by their number, as syntax trees."""

    functions: Mapping[int, ast.FunctionDef]

    @classmethod
    def of(cls, files: PackageFiles) -> "Templates":
        """Read the functions from the files of the package; nothing of it is imported."""
        found = {}
        for name in _FILES:
            for node in ast.parse(files.read(name).decode()).body:
                if isinstance(node, ast.FunctionDef) and (number := _NAME.fullmatch(node.name)):
                    found[int(number[1])] = node
        return cls(found)

    def draw(self, template: int, number: int, *, seed: int) -> Problem:
        """Draw one problem; a pure function of the arguments.

        Raises:
            Unreadable: The template does more than the reader knows, or this draw gives no program.
        """
        function = self.functions[template]
        key = int(stream(seed, _PURPOSE, template, number).integers(2**63))
        values: dict[str, Mapping[str, Any]] = {}
        reader = Reader(Random(key), lambda name, names: values.update({name: dict(names)}))
        example = reader.call(function, (reader.rng, 1.0))
        program = _program(_inner(function), values[_INNER])
        answer = str(example["answer"])
        if _value(program) != read_answer(answer):
            raise Unreadable(f"template {template}: the program does not give {answer}")
        words = str(example["metadata"]["answer_cot"]).strip()
        return Problem(template, number, example["question"].strip(), program, words, answer)

    def problems(self, template: int, n: int, *, seed: int) -> list[Problem]:
        """Draw up to `n` different problems of one template, in the order of their draws.

        There are fewer where the template has fewer: drawing ends when ten draws in a row, and as
        many as there are problems already, bring nothing new.
        """
        found: dict[str, Problem] = {}
        idle = 0
        for number in range(20 * n):
            if len(found) == n or idle > max(10, len(found)):
                break
            try:
                one = self.draw(template, number, seed=seed)
            except Unreadable:
                idle += 1
                continue
            idle = idle + 1 if one.question in found else 0
            found.setdefault(one.question, one)
        return list(found.values())

    @cached_property
    def usable(self) -> tuple[int, ...]:
        """Templates of which at least 18 of 20 draws give a program with the right value."""
        return tuple(one for one in sorted(self.functions) if self._given(one) >= _ENOUGH)

    def _given(self, template: int) -> int:
        given = 0
        for number in range(_TRIALS):
            try:
                self.draw(template, number, seed=0)
            except Unreadable:
                continue
            given += 1
        return given


def divided(templates: Sequence[int], n_unseen: int, *, seed: int) -> tuple[list[int], list[int]]:
    """Templates to learn from, and templates that are asked for alone, by lot.

    Raises:
        BadInput: No template is left to learn from.
    """
    if not 0 < n_unseen < len(templates):
        raise BadInput(f"{n_unseen} of {len(templates)} templates unseen; leave some on both sides")
    order = stream(seed, _PURPOSE, "unseen").permutation(len(templates))
    unseen = sorted(templates[place] for place in order[:n_unseen])
    return [one for one in templates if one not in unseen], unseen


def _inner(function: ast.FunctionDef) -> ast.FunctionDef:
    """The function of a template that computes: its assignments are the program."""
    found = {one.name: one for one in function.body if isinstance(one, ast.FunctionDef)}
    if _INNER not in found:
        raise Unreadable(f"{function.name} computes in no function of its own")
    return found[_INNER]


def _program(inner: ast.FunctionDef, values: Mapping[str, Any]) -> str:
    """The numeric assignments of a function as lines, with drawn numbers in their places."""
    lines: list[str] = []
    names: dict[str, str] = {}
    for statement in _computing(inner):
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if _is_number(values[name]):
                lines.append(f"v{len(lines) + 1}={_written(value, names, values)}")
                names[name] = f"v{len(lines)}"
            case ast.Assign(targets=[ast.Name()]):
                continue  # words
            case _:
                raise Unreadable(f"{inner.name}: {type(statement).__name__} is no step")
    last = _written(_answer(inner), names, values)
    if not lines or last != f"v{len(lines)}":
        lines.append(f"v{len(lines) + 1}={last}")
    return "\n".join(_needed(lines))


def _computing(inner: ast.FunctionDef) -> Iterator[ast.stmt]:
    for statement in inner.body:
        if not isinstance(statement, ast.Return):
            yield statement


def _answer(inner: ast.FunctionDef) -> ast.expr:
    """The expression that a template calls its answer."""
    match inner.body[-1]:
        case ast.Return(value=ast.Dict(keys=keys, values=values)):
            for key, value in zip(keys, values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "answer_value":
                    return value
    raise Unreadable(f"{inner.name} names no answer_value")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Fraction) and not isinstance(value, bool)


class _Numbers(ast.NodeTransformer):
    """Puts lines in the place of steps, and values in the place of everything that was drawn."""

    def __init__(self, names: Mapping[str, str], values: Mapping[str, Any]) -> None:
        self._names, self._values = names, values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self._names:
            return ast.Name(self._names[node.id], ast.Load())
        value: Any = self._values.get(node.id)
        if not _is_number(value):
            raise Unreadable(f"{node.id} is no number")
        return _literal(Fraction(str(value)) if isinstance(value, float) else Fraction(value))

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Calls that make a number whole are kept; `float` and `Fraction` say nothing here."""
        match node:
            case ast.Call(func=ast.Name(id="int" | "round" | "min" | "max" | "abs" | "sum")):
                given = [self.visit(one) for one in node.args]
                return ast.Call(node.func, given, [])
            case ast.Call(func=ast.Name(id="float" | "Fraction"), args=[one]):
                return self.visit(one)  # type: ignore[no-any-return]
        raise Unreadable(f"a call of {ast.unparse(node.func)[:40]}")


def _literal(value: Fraction) -> ast.expr:
    """A number as it is written: whole, a decimal that ends, or a fraction."""
    if value.denominator == 1:
        return ast.Constant(int(value))
    decimal = float(value)
    if Fraction(str(decimal)) == value:
        return ast.Constant(decimal)
    return ast.BinOp(ast.Constant(value.numerator), ast.Div(), ast.Constant(value.denominator))


_ARITHMETIC = re.compile(r"[\w+\-*/%(),. ]+")


def _written(node: ast.expr, names: Mapping[str, str], values: Mapping[str, Any]) -> str:
    """An expression as one line of a program, without spaces.

    Raises:
        Unreadable: It is more than arithmetic.
    """
    copied = ast.parse(ast.unparse(node), mode="eval").body
    text = ast.unparse(_Numbers(names, values).visit(copied))
    if not _ARITHMETIC.fullmatch(text):
        raise Unreadable(f"{text[:60]} is no arithmetic")
    return text.replace(" ", "")


def _needed(lines: Sequence[str]) -> list[str]:
    """The lines that the last one rests on, numbered anew."""
    needed = {len(lines)}
    for number in range(len(lines), 0, -1):
        if number in needed:
            needed |= {
                int(one) for one in re.findall(r"\bv(\d+)\b", lines[number - 1].partition("=")[2])
            }
    kept = sorted(needed)
    new = {old: place for place, old in enumerate(kept, 1)}
    return [re.sub(r"\bv(\d+)\b", lambda m: f"v{new[int(m[1])]}", lines[old - 1]) for old in kept]


def _value(program: str) -> int | Fraction | None:
    with executor(sandbox=False) as run:
        value = run.execute(program).value
    return value if isinstance(value, int | Fraction) else None
