"""Operators and functions of the exact layer, on whole numbers and fractions of bounded size."""

import ast
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from data.executing.outcome import OutcomeClass, Stopped

Exact = int | Fraction
"""A number of the exact layer: an int where it is whole."""
_MOST_PLACES = 1_000
"""Places that `round` may be asked for, before the point or after it."""


class Outside(Exception):
    """A program uses what the exact layer does not know; says what, in words."""


def sized(value: Exact, bits: int) -> Exact:
    """The value, as an int where it is whole, if it has so many binary digits at most.

    Raises:
        Stopped: Numerator or denominator have more.
    """
    if type(value) is int:
        if value.bit_length() <= bits:
            return value
    elif value.denominator == 1:
        return sized(value.numerator, bits)
    elif max(value.numerator.bit_length(), value.denominator.bit_length()) <= bits:
        return value
    raise Stopped(OutcomeClass.MEMORY, f"has a number of more than {bits:,} binary digits")


def operate(operator: ast.operator, left: Exact, right: Exact, bits: int) -> Exact:
    """What an operator makes of two numbers.

    Raises:
        Stopped: It divides by zero, or the result has more than so many binary digits.
        Outside: The operator is none of arithmetic, or a power is not whole.
    """
    kind = type(operator)
    if kind is ast.Pow:
        return sized(_power(left, right, bits), bits)
    found = _OPERATORS.get(kind)
    if found is None:
        raise Outside(f"has {named(operator)}")
    try:
        return sized(found(left, right), bits)
    except ZeroDivisionError:
        raise Stopped(OutcomeClass.ZERO_DIVISION, "divides by zero") from None


_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Exact]] = {
    ast.Add: lambda left, right: left + right,
    ast.Sub: lambda left, right: left - right,
    ast.Mult: lambda left, right: left * right,
    ast.Div: Fraction,
    ast.FloorDiv: lambda left, right: left // right,
    ast.Mod: lambda left, right: left % right,
}


def _power(base: Exact, exponent: Exact, bits: int) -> Exact:
    """A power with a whole exponent, once it is certain that its digits are not too many."""
    if type(exponent) is not int:
        raise Outside("has a power that is no whole number")
    if base == 0 and exponent < 0:
        raise Stopped(OutcomeClass.ZERO_DIVISION, "divides by zero")
    longest = max(base.numerator.bit_length(), base.denominator.bit_length())
    if longest > 1 and (longest - 1) * abs(exponent) > bits:
        raise Stopped(OutcomeClass.MEMORY, f"has a number of more than {bits:,} binary digits")
    if longest <= 1:  # 0, 1 and -1, whatever the exponent
        exponent = exponent % 2 + 2 * (exponent != 0)
    return Fraction(base) ** exponent if exponent < 0 else base**exponent


def call(name: str, values: list[Any], bits: int) -> Exact:
    """What one of Python's functions makes of numbers, or of one list of them.

    Args:
        name: One of `FUNCTIONS`.
        values: Its arguments: numbers, and lists of numbers.
        bits: Binary digits of the result at most.

    Raises:
        Stopped: The result has too many digits, or Python would raise a TypeError.
        Outside: The arguments are none that the function takes here.
    """
    return sized(FUNCTIONS[name](bits, *_arguments(name, values)), bits)


def _rounded(bits: int, value: Exact, places: Exact = 0) -> Exact:
    if type(places) is not int:
        raise Stopped(OutcomeClass.ERROR, "rounds to places that are no whole number")
    if abs(places) > _MOST_PLACES:
        raise Stopped(OutcomeClass.MEMORY, f"rounds to more than {_MOST_PLACES:,} places")
    return round(Fraction(value), places)


def _summed(bits: int, values: list[Exact], start: Exact = 0) -> Exact:
    for value in values:
        start = sized(start + value, bits)
    return start


FUNCTIONS: dict[str, Callable[..., Exact]] = {
    "round": _rounded,
    "int": lambda bits, value: int(value),
    "abs": lambda bits, value: abs(value),
    "min": lambda bits, *values: min(values),
    "max": lambda bits, *values: max(values),
    "sum": _summed,
}
"""Functions by their names, with Python's meaning: `int` cuts towards zero, `round` takes the even
one of two neighbours that are equally near."""
_COUNTS = {"sum": (1, 2), "round": (1, 2), "int": (1, 1), "abs": (1, 1)}
"""Least and most arguments."""


def _arguments(name: str, values: list[Any]) -> list[Any]:
    """The arguments of a function, where they are such as it takes; others may suit Python."""
    lists = [type(value) is list for value in values]
    if name in ("min", "max"):
        if lists == [True] and values[0]:
            return list(values[0])
        suits = len(values) > 1 and not any(lists)
    else:
        least, most = _COUNTS[name]
        suits = least <= len(values) <= most and lists == [name == "sum"] + [False] * (
            len(values) - 1
        )
    if not suits:
        raise Outside(f"calls {name} with arguments that are not its own")
    return values


_ENGLISH = {
    "For": "a loop", "While": "a loop", "If": "a condition", "IfExp": "a condition",
    "Compare": "a comparison", "BoolOp": "a comparison", "Not": "a comparison",
    "Import": "an import", "ImportFrom": "an import", "Attribute": "an attribute",
    "JoinedStr": "text", "List": "a list", "Tuple": "a tuple", "Dict": "a dictionary",
    "Subscript": "an index",
}  # fmt: skip


def named(node: ast.AST) -> str:
    """A part of a program in words."""
    kind = type(node).__name__
    return _ENGLISH.get(kind, f"syntax of kind {kind}")
