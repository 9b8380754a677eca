"""Evaluates the generator functions of a package from their text; nothing of it is imported.

The functions draw numbers and names and build dictionaries: assignments, loops, comparisons, string
formatting and a few calls. What this reader does not know it refuses by name; what a function may
cost is limited in steps, and no value can reach the interpreter, files or modules.
"""

import ast
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

_STEPS = 200_000
"""Parts of statements that one call of a generator may take."""
_LONGEST = 100_000
"""Items of a list or a range."""
_BINARY: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_COMPARE: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda one, many: one in many,
    ast.NotIn: lambda one, many: one not in many,
}
_UNARY: Mapping[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.Not: operator.not_,
}


class Unreadable(Exception):
    """A generator uses what the reader does not know, fails, or takes too many steps."""


class _Return(Exception):
    def __init__(self, value: Any) -> None:
        self.value = value


class _Break(Exception):
    pass


def format_number(number: int | float) -> str:
    """A number with two decimals at most, as short as it can be.

    Raises:
        Unreadable: It has more decimals than that.
    """
    whole, _, decimals = f"{Decimal(str(number)):f}".partition(".")
    decimals = decimals.rstrip("0")
    if len(decimals) > 2:
        raise Unreadable(f"{number} has more than two decimals")
    return f"{whole}.{decimals}" if decimals else whole


def is_integer(number: int | float | Fraction) -> bool:
    """Whether a number is whole."""
    return number == int(number)


_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "int": int,
    "float": float,
    "str": str,
    "round": round,
    "min": min,
    "max": max,
    "abs": abs,
    "sum": sum,
    "len": len,
    "list": list,
    "range": range,
    "Fraction": Fraction,
    "gcd": math.gcd,
    "format_number": format_number,
    "is_integer": is_integer,
}
_DRAWS = frozenset({"randint", "choice", "randrange", "sample", "uniform"})
_METHODS: Mapping[str, type | tuple[type, ...]] = {
    "is_integer": (int, float),
    "append": list,
    "copy": list,
    "keys": dict,
    "values": dict,
    "get": dict,
    "lower": str,
    "split": str,
}
"""Methods that may be called, and of what."""


@dataclass
class Call:
    """A function of a generator, as a value: it sees the names around it."""

    function: ast.FunctionDef
    around: Mapping[str, Any]


@dataclass
class Reader:
    """Evaluates functions; one reader serves one problem.

    Args:
        rng: Draws that the functions ask for.
        seen: Told the names and values of a function that returns, by the function's name.
    """

    rng: Random
    seen: Callable[[str, Mapping[str, Any]], None] = lambda name, values: None
    steps: int = field(default=0, init=False)

    def call(self, function: ast.FunctionDef, given: tuple[Any, ...], around: Any = None) -> Any:
        """Return what a function returns for these arguments.

        Raises:
            Unreadable: It uses what this reader does not know, or fails.
        """
        names = dict(around or {})
        parameters = function.args.args
        defaults = [self._value(one, names) for one in function.args.defaults]
        filled = (*given, *defaults[len(given) + len(defaults) - len(parameters) :])
        if len(filled) != len(parameters):
            raise Unreadable(f"{function.name} takes {len(parameters)} arguments, not {len(given)}")
        names |= dict(zip((one.arg for one in parameters), filled, strict=True))
        try:
            self._run(function.body, names)
        except _Return as done:
            self.seen(function.name, names)
            return done.value
        except (ArithmeticError, ValueError, TypeError, LookupError) as error:
            raise Unreadable(f"{function.name}: {type(error).__name__}: {error}") from error
        return None

    def _step(self) -> None:
        self.steps += 1
        if self.steps > _STEPS:
            raise Unreadable(f"takes more than {_STEPS:,} steps")

    def _run(self, body: list[ast.stmt], names: dict[str, Any]) -> None:
        for statement in body:
            self._step()
            self._do(statement, names)

    def _do(self, statement: ast.stmt, names: dict[str, Any]) -> None:
        match statement:
            case ast.FunctionDef():
                names[statement.name] = Call(statement, names)
            case ast.Assign(targets=[target], value=value):
                self._bind(target, self._value(value, names), names)
            case ast.AugAssign(target=ast.Name(id=name), op=op, value=value):
                names[name] = self._binary(op, names[name], self._value(value, names))
            case ast.If(test=test, body=body, orelse=orelse):
                self._run(body if self._value(test, names) else orelse, names)
            case ast.While(test=test, body=body, orelse=[]):
                self._while(test, body, names)
            case ast.For(target=target, iter=many, body=body, orelse=[]):
                self._for(target, self._value(many, names), body, names)
            case ast.Return(value=value):
                raise _Return(None if value is None else self._value(value, names))
            case ast.Break():
                raise _Break
            case ast.Expr(value=value):
                self._value(value, names)
            case _:
                raise Unreadable(f"line {statement.lineno}: {type(statement).__name__}")

    def _while(self, test: ast.expr, body: list[ast.stmt], names: dict[str, Any]) -> None:
        try:
            while self._value(test, names):
                self._run(body, names)
        except _Break:
            pass

    def _for(
        self, target: ast.expr, many: Any, body: list[ast.stmt], names: dict[str, Any]
    ) -> None:
        try:
            for one in many:
                self._bind(target, one, names)
                self._run(body, names)
        except _Break:
            pass

    def _bind(self, target: ast.expr, value: Any, names: dict[str, Any]) -> None:
        match target:
            case ast.Name(id=name):
                names[name] = value
            case ast.Tuple(elts=parts):
                values = list(value)
                if len(values) != len(parts):
                    raise Unreadable(f"line {target.lineno}: {len(values)} values to unpack")
                for part, one in zip(parts, values, strict=True):
                    self._bind(part, one, names)
            case _:
                raise Unreadable(f"line {target.lineno}: assignment to {type(target).__name__}")

    def _value(self, node: ast.expr, names: Mapping[str, Any]) -> Any:
        self._step()
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=name):
                if name not in names:
                    raise Unreadable(f"line {node.lineno}: name {name}")
                return names[name]
            case ast.BinOp(left=left, op=op, right=right):
                return self._binary(op, self._value(left, names), self._value(right, names))
            case ast.UnaryOp(op=op, operand=operand) if type(op) in _UNARY:
                return _UNARY[type(op)](self._value(operand, names))
            case ast.BoolOp(op=op, values=values):
                return self._bool(isinstance(op, ast.And), values, names)
            case ast.Compare():
                return self._compare(node, names)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._value(body if self._value(test, names) else orelse, names)
            case ast.List(elts=parts):
                return [self._value(one, names) for one in parts]
            case ast.Tuple(elts=parts):
                return tuple(self._value(one, names) for one in parts)
            case ast.Dict(keys=keys, values=values):
                return self._dict(keys, values, names)
            case ast.JoinedStr(values=parts):
                return "".join(self._piece(one, names) for one in parts)
            case ast.Subscript(value=of, slice=ast.Slice(lower=low, upper=high, step=None)):
                ends = (None if end is None else self._value(end, names) for end in (low, high))
                return self._value(of, names)[slice(*ends)]
            case ast.Subscript(value=of, slice=at):
                return self._value(of, names)[self._value(at, names)]
            case ast.ListComp(elt=each, generators=[one]):
                return self._comprehension(each, one, names)
            case ast.Call(func=func, args=given, keywords=[]):
                return self._called(func, tuple(self._value(one, names) for one in given), names)
            case ast.Attribute(value=of, attr="denominator" | "numerator" as name):
                return getattr(Fraction(self._value(of, names)), name)
            case _:
                raise Unreadable(f"line {node.lineno}: {ast.unparse(node)[:60]}")

    def _binary(self, op: ast.operator, left: Any, right: Any) -> Any:
        if type(op) not in _BINARY:
            raise Unreadable(f"operator {type(op).__name__}")
        if isinstance(left, str | list) and isinstance(right, int):
            raise Unreadable("repetition of text or lists")
        value = _BINARY[type(op)](left, right)
        if isinstance(value, int) and value.bit_length() > 4096:
            raise Unreadable("a number of more than 4,096 binary digits")
        return value

    def _bool(self, every: bool, values: list[ast.expr], names: Mapping[str, Any]) -> Any:
        found: Any = every
        for one in values:
            found = self._value(one, names)
            if bool(found) != every:
                break
        return found

    def _compare(self, node: ast.Compare, names: Mapping[str, Any]) -> bool:
        left = self._value(node.left, names)
        for op, other in zip(node.ops, node.comparators, strict=True):
            if type(op) not in _COMPARE:
                raise Unreadable(f"line {node.lineno}: comparison {type(op).__name__}")
            right = self._value(other, names)
            if not _COMPARE[type(op)](left, right):
                return False
            left = right
        return True

    def _dict(
        self, keys: list[ast.expr | None], values: list[ast.expr], names: Mapping[str, Any]
    ) -> dict[Any, Any]:
        if None in keys:
            raise Unreadable("a dictionary unpacked into another")
        found = zip(filter(None, keys), values, strict=True)
        return {self._value(key, names): self._value(value, names) for key, value in found}

    def _piece(self, node: ast.expr, names: Mapping[str, Any]) -> str:
        """A part of an f-string, with its format."""
        if isinstance(node, ast.FormattedValue):
            if node.conversion != -1:
                raise Unreadable(f"line {node.lineno}: a conversion in an f-string")
            spec = "" if node.format_spec is None else self._value(node.format_spec, names)
            return format(self._value(node.value, names), spec)
        return str(self._value(node, names))

    def _comprehension(
        self, each: ast.expr, one: ast.comprehension, names: Mapping[str, Any]
    ) -> list[Any]:
        inner, found = dict(names), []
        for item in self._value(one.iter, names):
            self._bind(one.target, item, inner)
            if all(self._value(test, inner) for test in one.ifs):
                found.append(self._value(each, inner))
        return found

    def _called(self, func: ast.expr, given: tuple[Any, ...], names: Mapping[str, Any]) -> Any:
        match func:
            case ast.Name(id=name) if isinstance(names.get(name), Call):
                return self.call(names[name].function, given, names[name].around)
            case ast.Name(id=name) if name in _FUNCTIONS:
                return self._limited(_FUNCTIONS[name](*given))
            case ast.Attribute(value=ast.Name(id="rng"), attr=name) if name in _DRAWS:
                return getattr(self.rng, name)(*given)
            case ast.Attribute(value=ast.Name(id="math"), attr="gcd"):
                return math.gcd(*given)
            case ast.Attribute(value=of, attr=name) if name in _METHODS:
                owner = self._value(of, names)
                if isinstance(owner, _METHODS[name]):
                    return getattr(owner, name)(*given)
        raise Unreadable(f"line {func.lineno}: a call of {ast.unparse(func)[:60]}")

    def _limited(self, value: Any) -> Any:
        if isinstance(value, range | list) and len(value) > _LONGEST:
            raise Unreadable(f"a list of {len(value):,} items")
        return value
