"""What became of a program: its class, its value, and its values line by line."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

Number = int | Fraction | float
"""A value: whole or a fraction where it is exact, and a float where the sandbox computed it."""


class OutcomeClass(StrEnum):
    """What became of a program, one class for each, in the order in which programs are lost."""

    REFUSED = "refused"
    """It was not run: it reaches for files, modules, processes or the interpreter's inside, or it
    is too long, too deep or no text."""
    SYNTAX = "syntax"
    """It is no Python."""
    OUTSIDE = "outside the subset"
    """It is Python that no layer at hand executes, such as a loop without the sandbox."""
    UNDEFINED_NAME = "undefined name"
    """It reads a name that has no value yet: NameError and UnboundLocalError."""
    ZERO_DIVISION = "zero division"
    """It divides by zero."""
    TIME = "time"
    """It was stopped after its steps, or after its time."""
    MEMORY = "memory"
    """It was stopped at a number of too many digits, at its memory, or at its depth of calls."""
    ERROR = "other error"
    """It ended with another error of Python, such as TypeError."""
    WRONG_VALUE = "wrong value"
    """It ran, and its value is not the answer; it may have none, or more than one."""
    RIGHT = "right"
    """It ran, and its value is the answer."""


class Layer(StrEnum):
    """What decided about a program."""

    FORM = "form"
    """Its text or syntax tree alone; nothing of it was run."""
    EXACT = "exact"
    """The interpreter of straight-line arithmetic, in fractions."""
    SANDBOX = "sandbox"
    """The sandbox, which knows more of Python and computes in floats as Python does."""


@dataclass(frozen=True, slots=True)
class Line:
    """A value that a line gave to a name, returned or printed."""

    number: int
    """Line of the program, from 1."""
    name: str
    """Name that got the value; `return` and `print` for these, empty for an expression alone."""
    value: Number | str | None
    """The value; text where it is no number."""


@dataclass(frozen=True, slots=True)
class Execution:
    """What a program did, before anything is compared with an answer."""

    value: Number | str | None
    """Its value (`data.executing.execute` says which it is); text that it printed and that is no
    number, and None where it has none or did not end."""
    failure: OutcomeClass | None
    """Why it did not come to its end; None where it did."""
    layer: Layer
    steps: int
    """Steps of the exact interpreter; 0 in the other layers."""
    reason: str
    """Why it failed or has no value, in one line; empty where it has one."""
    lines: tuple[Line, ...]
    """Values in the order in which they came about; in the sandbox the last value of every name at
    the top of the program."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a program did, held against an answer."""

    kind: OutcomeClass
    execution: Execution
    answer: int | Fraction
    """The answer that it was held against."""
    released: bool
    """Whether the scorer that was released with PaD counts it as right: the value rounded, and the
    answer cut to a whole number (`data.executing.answers.released_right`)."""

    @property
    def value(self) -> Number | str | None:
        """The program's value."""
        return self.execution.value

    @property
    def layer(self) -> Layer:
        """What decided about the program."""
        return self.execution.layer

    @property
    def steps(self) -> int:
        """Steps of the exact interpreter."""
        return self.execution.steps

    @property
    def reason(self) -> str:
        """Why it is not right, in one line."""
        return self.execution.reason

    @property
    def lines(self) -> tuple[Line, ...]:
        """Values line by line."""
        return self.execution.lines

    @property
    def is_right(self) -> bool:
        """Whether the value is the answer."""
        return self.kind is OutcomeClass.RIGHT


class Stopped(Exception):
    """A program cannot go on; says of which class it is and why.

    Args:
        kind: Class of the program.
        reason: Why, in one line that begins with what the program does.
    """

    def __init__(self, kind: OutcomeClass, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason


_DIGITS_SHOWN = 60
"""Digits of a number that are shown at most."""


def shown(value: Number | str | None) -> str:
    """A value as text of one line: `18`, `2.5`, `7/3`; long ones are cut in their middle.

    An exact fraction is a decimal where its decimal ends, and a fraction else.
    """
    if value is None:
        return "none"
    if isinstance(value, str):
        return _cut(repr(value))
    if isinstance(value, Fraction):
        return _cut(_decimal(value) or f"{_digits(value.numerator)}/{_digits(value.denominator)}")
    return _cut(_digits(value) if isinstance(value, int) else repr(value))


def _digits(number: int) -> str:
    """Decimal digits; a number that is too long for Python to write so is written in base 16."""
    return str(number) if number.bit_length() < 14_000 else hex(number)


def _decimal(value: Fraction) -> str | None:
    """The decimal of a fraction; None where it never ends or is longer than is shown."""
    twos, fives, rest = 0, 0, value.denominator
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    places = max(twos, fives)
    if rest != 1 or places > _DIGITS_SHOWN:
        return None
    if places == 0:
        return _digits(value.numerator)
    digits = _digits(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    return f"{'-' * (value < 0)}{digits[:-places]}.{digits[-places:]}"


def _cut(text: str) -> str:
    if len(text) <= _DIGITS_SHOWN:
        return text
    half = _DIGITS_SHOWN // 2
    return f"{text[:half]}...{text[-half:]} ({len(text):,} characters)"


def lost(classes: dict[OutcomeClass, int]) -> Iterator[tuple[OutcomeClass, int, int]]:
    """Classes in the order in which programs are lost, each with how many are left after it."""
    left = sum(classes.values())
    for kind in OutcomeClass:
        if kind is OutcomeClass.RIGHT:
            break
        left -= classes.get(kind, 0)
        yield kind, classes.get(kind, 0), left
