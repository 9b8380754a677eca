"""A calculator for chains of thought: where a written step reaches `=`, the right value is put in.

It separates arithmetic from reasoning. The student decides what is computed; a program's student is
spared the computing, because the interpreter does it, and with a calculator so is this one. What
stands before `=` is read without its units: letters, signs of currency and of percent. Where the
rest is no arithmetic (an equation in x, a sum of words) nothing is put in.
"""

import re
from dataclasses import dataclass
from fractions import Fraction

from data.executing.answers import whole_or_fraction
from data.executing.outcome import shown
from data.program_distillation.programs import ungrouped
from data.program_distillation.running import value_of

_NUMBER = r"(?:\d+(?:,\d{3}(?!\d))*(?:\.\d+)?|\.\d+)"
_EXPRESSION = re.compile(rf"(?:\(*\s*{_NUMBER}\s*\)*\s*[-+*/]\s*)+\(*\s*{_NUMBER}\s*\)*\s*$")
_UNITS = re.compile(r"/?(?<![\w.])[^\W\d_]+(?:['/-][^\W\d_]+)*")
"""Words, also `onions/minute` and `/day`, and not the x of 2x."""
_CURRENCIES = "$\u20ac\u00a3\u00a5\u20b9"
_SIGNS = re.compile(f"[{_CURRENCIES}%]")
_TIMES = re.compile(rf"(?<=[\d)\s])[x\u00d7](?=\s*[(\d.{_CURRENCIES}])")
_BREAK = re.compile(r"[=:;\n?!]|[,.](?=\s)")
"""What ends the words before a step: nothing before it belongs to the expression."""
_WRITTEN = re.compile(rf"=\s*-?[{_CURRENCIES}]?\s*(?P<value>-?{_NUMBER})")
_PLACES = 2
"""Decimal places to which a value is written whose decimal does not end."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A written value that is not the value of its step."""

    text: str
    """The text up to and with the right value in the place of the written one."""
    written: str
    """What stood there."""


def first_correction(text: str, after: int = 0) -> Correction | None:
    """The first written value that is wrong, put right; None where none is.

    A value is right if it is that of its step, or that of its step rounded or cut to the decimal
    places that it has, as people write it.

    Args:
        text: A chain of thought.
        after: Characters at the beginning that are not looked at again.
    """
    for found in _WRITTEN.finditer(text, after):
        value = step_value(text[: found.start()])
        if value is not None and not _is_written(value, found["value"]):
            return Correction(f"{text[: found.start('value')]}{_decimal(value)}", found["value"])
    return None


def step_value(before: str) -> Fraction | None:
    """The value of the arithmetic that ends a text; None where none does.

    Args:
        before: All that stands before a sign `=`.
    """
    breaks = [found.end() for found in _BREAK.finditer(before)]
    words = before[max(breaks, default=0) :]
    plain = _UNITS.sub(" ", _SIGNS.sub("", _TIMES.sub("*", words)))
    found = _EXPRESSION.search(plain)
    return None if found is None else value_of(f"r = {ungrouped(found[0]).strip()}")


def _is_written(value: Fraction, written: str) -> bool:
    """Whether a number is a value, or the value rounded or cut to the number's decimal places."""
    number = ungrouped(written)
    unit = Fraction(1, 10 ** len(number.partition(".")[2]))
    return abs(value - Fraction(number)) <= unit / 2 or int(value / unit) * unit == Fraction(number)


def _decimal(value: Fraction) -> str:
    """A value as people write it."""
    exact = shown(whole_or_fraction(value))
    return exact if "/" not in exact else f"{float(value):.{_PLACES}f}"
