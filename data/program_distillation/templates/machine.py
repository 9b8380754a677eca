"""An interpreter of problem generators: their syntax trees are walked, their code is never run.

It knows what such generators are made of: numbers, text, lists and tables; arithmetic and
comparisons; assignments, branches and loops; functions of their own; and some twenty functions of
Python by name. What it does not know it refuses, and the template is left out. Beside the result it
keeps the assignments of numbers that were carried out in one function: they are the program.
"""

import ast
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

Scope = dict[str, Any]
_MOST_STEPS = 50_000
_LONGEST = 10_000
"""Items of a list or characters of a text at most."""
_MOST_POWER = 16
_OPERATORS: Mapping[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda one, many: one in many,
    ast.NotIn: lambda one, many: one not in many,
}


class Unknown(ValueError):
    """A generator uses something that this interpreter does not know."""


class _Returned(Exception):
    """A function came to its return."""

    def __init__(self, value: object) -> None:
        super().__init__()
        self.value = value


class _Broken(Exception):
    """A loop came to its break."""


@dataclass(frozen=True, slots=True)
class Step:
    """An assignment that was carried out."""

    name: str
    expression: ast.expr
    value: Any


@dataclass(slots=True)
class Trace:
    """One call of the traced function."""

    given: Scope = field(default_factory=dict)
    """Its arguments, by name."""
    steps: list[Step] = field(default_factory=list)
    """The assignments in the order in which they were carried out."""
    returned: ast.expr | None = None
    """The expression that it returned."""


def is_number(value: object) -> bool:
    """Whether a value is a number and no truth value."""
    return isinstance(value, int | float | Fraction) and not isinstance(value, bool)


class Machine:
    """Walks one generator.

    Args:
        rng: Draws in place of the generator's own.
        traced: Name of the function whose assignments are kept.
    """

    def __init__(self, rng: np.random.Generator, traced: str) -> None:
        self._rng = rng
        self._traced = traced
        self._left = _MOST_STEPS
        self.trace = Trace()

    def call(self, function: ast.FunctionDef, given: Sequence[Any], outer: Scope) -> Any:
        """Call a function of the generator with its arguments in their order.

        Raises:
            Unknown: It uses something that is not known, or takes too long.
        """
        names = [argument.arg for argument in function.args.args]
        defaults = function.args.defaults
        late = [self._value(node, outer) for node in defaults]
        missing = len(names) - len(given)
        if not 0 <= missing <= len(late):
            raise Unknown(f"{function.name} is given {len(given)} of {len(names)} arguments")
        values = [*given, *(late[-missing:] if missing else [])]
        scope = {**outer, **dict(zip(names, values, strict=True))}
        if function.name == self._traced:
            self.trace = Trace(given=dict(zip(names, values, strict=True)))
        try:
            self._run(function.body, scope, function.name == self._traced)
        except _Returned as returned:
            return returned.value
        return None

    def _run(self, body: Sequence[ast.stmt], scope: Scope, traced: bool) -> None:
        for line in body:
            self._statement(line, scope, traced)

    def _statement(self, line: ast.stmt, scope: Scope, traced: bool) -> None:
        self._step()
        match line:
            case ast.Assign(targets=[target], value=value):
                found = self._value(value, scope)
                self._assign(target, found, scope)
                if traced and isinstance(target, ast.Name) and is_number(found):
                    self.trace.steps.append(Step(target.id, value, found))
            case ast.AugAssign(target=ast.Name(id=name), op=op, value=value):
                whole = ast.BinOp(ast.Name(name, ast.Load()), op, value)
                scope[name] = self._value(whole, scope)
                if traced:
                    self.trace.steps.append(Step(name, whole, scope[name]))
            case ast.FunctionDef():
                scope[line.name] = line
            case ast.Return():
                if traced:
                    self.trace.returned = line.value
                raise _Returned(None if line.value is None else self._value(line.value, scope))
            case ast.If():
                chosen = line.body if self._value(line.test, scope) else line.orelse
                self._run(chosen, scope, traced)
            case ast.While() | ast.For():
                self._loop(line, scope, traced)
            case ast.Break():
                raise _Broken
            case ast.Expr(value=value):
                self._value(value, scope)
            case _:
                raise Unknown(f"has {type(line).__name__}")

    def _loop(self, line: ast.While | ast.For, scope: Scope, traced: bool) -> None:
        try:
            if isinstance(line, ast.For):
                for item in self._value(line.iter, scope):
                    self._assign(line.target, item, scope)
                    self._run(line.body, scope, traced)
                return
            while self._value(line.test, scope):
                self._run(line.body, scope, traced)
        except _Broken:
            return

    def _assign(self, target: ast.expr, value: Any, scope: Scope) -> None:
        if isinstance(target, ast.Name):
            scope[target.id] = value
        elif isinstance(target, ast.Tuple) and len(target.elts) == len(value):
            for part, one in zip(target.elts, value, strict=True):
                self._assign(part, one, scope)
        else:
            raise Unknown(f"assigns to {type(target).__name__}")

    def _step(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise Unknown(f"takes more than {_MOST_STEPS:,} steps")

    # Expressions

    def _value(self, node: ast.expr, scope: Scope) -> Any:
        self._step()
        match node:
            case ast.Constant():
                return node.value
            case ast.Name():
                if node.id not in scope:
                    raise Unknown(f"reads {node.id}")
                return scope[node.id]
            case ast.BinOp():
                return self._operate(node.op, self._value(node.left, scope),
                                     self._value(node.right, scope))  # fmt: skip
            case ast.UnaryOp():
                return self._operate(node.op, self._value(node.operand, scope))
            case ast.Compare():
                return self._compare(node, scope)
            case ast.BoolOp():
                return self._boolean(node, scope)
            case ast.IfExp():
                chosen = node.body if self._value(node.test, scope) else node.orelse
                return self._value(chosen, scope)
            case ast.List() | ast.Tuple():
                return [self._value(part, scope) for part in node.elts]
            case ast.Dict():
                return {
                    self._value(key, scope): self._value(value, scope)
                    for key, value in zip(node.keys, node.values, strict=True)
                    if key is not None
                }
            case ast.Subscript():
                return self._value(node.value, scope)[self._value(node.slice, scope)]
            case ast.JoinedStr():
                return "".join(str(self._value(part, scope)) for part in node.values)
            case ast.FormattedValue():
                return self._formatted(node, scope)
            case ast.ListComp(generators=[one]) if isinstance(node, ast.ListComp):
                return self._listed(node, one, scope)
            case ast.Call():
                return self._called(node, scope)
        raise Unknown(f"has {type(node).__name__}")

    def _operate(self, op: ast.AST, *values: Any) -> Any:
        known = _OPERATORS.get(type(op))
        if known is None:
            raise Unknown(f"has {type(op).__name__}")
        if not all(map(is_number, values)) and isinstance(op, ast.Mult | ast.Mod | ast.Pow):
            raise Unknown(f"has {type(op).__name__} of what is no number")
        if isinstance(op, ast.Pow) and not 0 <= values[1] <= _MOST_POWER:
            raise Unknown(f"has a power beyond {_MOST_POWER}")
        found = known(*values)
        if isinstance(found, str | list) and len(found) > _LONGEST:
            raise Unknown("has too long a text or list")
        return found

    def _compare(self, node: ast.Compare, scope: Scope) -> bool:
        left = self._value(node.left, scope)
        for op, other in zip(node.ops, node.comparators, strict=True):
            right = self._value(other, scope)
            if not self._operate(op, left, right):
                return False
            left = right
        return True

    def _boolean(self, node: ast.BoolOp, scope: Scope) -> Any:
        found: Any = None
        for part in node.values:
            found = self._value(part, scope)
            if bool(found) is isinstance(node.op, ast.Or):
                return found
        return found

    def _formatted(self, node: ast.FormattedValue, scope: Scope) -> str:
        form = "" if node.format_spec is None else str(self._value(node.format_spec, scope))
        if len(form) > 4 or node.conversion != -1:
            raise Unknown(f"has the form {form[:20]!r}")
        return format(self._value(node.value, scope), form)

    def _listed(self, node: ast.ListComp, one: ast.comprehension, scope: Scope) -> list[Any]:
        found, inner = [], dict(scope)
        for item in self._value(one.iter, scope):
            self._assign(one.target, item, inner)
            if all(self._value(test, inner) for test in one.ifs):
                found.append(self._value(node.elt, inner))
        return found

    def _called(self, node: ast.Call, scope: Scope) -> Any:
        if node.keywords:
            raise Unknown("names arguments")
        given = [self._value(argument, scope) for argument in node.args]
        match node.func:
            case ast.Name(id=name) if isinstance(scope.get(name), ast.FunctionDef):
                return self.call(scope[name], given, scope)
            case ast.Name(id=name) if name in _FUNCTIONS:
                return _FUNCTIONS[name](*given)
            case ast.Attribute(value=ast.Name(id="rng"), attr=name) if name in _DRAWS:
                return _DRAWS[name](self._rng, *given)
            case ast.Attribute(value=ast.Name(id="math"), attr="gcd"):
                return math.gcd(*given)
            case ast.Attribute(value=owner, attr=name) if name in _METHODS:
                return _METHODS[name](self._value(owner, scope), *given)
        raise Unknown(f"calls {ast.unparse(node.func)[:40]}")


def whole(value: object) -> bool:
    """Whether a number is a whole one."""
    return is_number(value) and value == int(value)  # type: ignore[call-overload]


def decimal(value: float | Fraction) -> str:
    """A number as text: whole numbers without a point, others as the decimal that names them.

    Raises:
        Unknown: It has more than two decimals, as an answer of these problems must not.
    """
    if whole(value):
        return str(int(value))
    text = repr(float(value))
    if len(text.partition(".")[2]) > 2 or "e" in text:
        raise Unknown(f"answers {text[:30]}")
    return text


def _integers(rng: np.random.Generator, low: int, high: int) -> int:
    return int(rng.integers(low, high + 1))


def _from_range(rng: np.random.Generator, *ends: int) -> int:
    options = range(*ends)
    return options[int(rng.integers(len(options)))]


_DRAWS: Mapping[str, Callable[..., Any]] = {
    "randint": _integers,
    "randrange": _from_range,
    "choice": lambda rng, options: options[int(rng.integers(len(options)))],
    "sample": lambda rng, options, n: [options[int(k)] for k in rng.permutation(len(options))[:n]],
    "uniform": lambda rng, low, high: float(rng.uniform(low, high)),
}
"""Draws of Python's `random.Random` by name, with the same law and from a stream of our own."""
_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "int": int,
    "float": float,
    "round": round,
    "abs": abs,
    "min": min,
    "max": max,
    "sum": sum,
    "len": len,
    "list": list,
    "range": lambda *ends: list(range(*ends))[:_LONGEST],
    "Fraction": Fraction,
    "is_integer": whole,
    "format_number": decimal,
}
_METHODS: Mapping[str, Callable[..., Any]] = {
    "is_integer": whole,
    "append": lambda items, item: items.append(item),
    "copy": list,
    "values": lambda table: list(table.values()),
    "keys": lambda table: list(table),
    "get": lambda table, key, *other: table.get(key, *other),
}
