"""Answers as people write them, read as exact numbers, and how a value is held against one."""

import math
import re
from decimal import Decimal
from fractions import Fraction

from data.errors import one_line
from data.executing.outcome import Number

_CURRENCIES = "$\u20ac\u00a3\u00a5\u20b9"
"""Signs of dollar, euro, pound, yen and rupee."""
_MARK = "####"
"""Stands before the answer of a worked solution in GSM8K."""
_MOST_CHARACTERS = 1_000
_MOST_EXPONENT = 1_000
_WHOLE = r"(?:\d{1,3}(?:,\d{3})+|\d+)"
_NUMBER = re.compile(rf"(?P<digits>{_WHOLE}(?:\.\d*)?|\.\d+)(?:[eE](?P<power>[+-]?\d+))?", re.ASCII)
_FRACTION = re.compile(rf"(?:(?P<whole>{_WHOLE}) +)?(?P<over>{_WHOLE}) ?/ ?(?P<under>{_WHOLE})",
                       re.ASCII)  # fmt: skip
CLOSE = Fraction(1, 10**9)
"""Relative distance (absolute from 0) at which a float of the sandbox counts as the answer."""


def read_answer(given: object) -> int | Fraction:
    """The exact number that an answer says.

    Read are whole numbers, decimals and powers of ten (`1.5e3`), fractions (`3/4`, `1 3/4`), a sign
    before them (minus as `-` or U+2212), thousands separators (commas, in their places alone), and
    the text after `####` of a worked solution. A sign of a currency and a percent sign are units
    and say nothing of the number: `$18` is 18 and `25%` is 25, as programs give them. Negative
    zero is zero. Everything else is refused, digits that are no ASCII too: a Bengali four looks
    like an eight.

    Args:
        given: Text, or a number as JSON and parquet have them. A float is the shortest decimal that
            names it.

    Raises:
        ValueError: It says no number, in one line.
    """
    if isinstance(given, bool) or not isinstance(given, int | float | Decimal | str):
        raise ValueError(f"is {type(given).__name__}, no number and no text")
    if isinstance(given, int):
        return given
    text = str(given).rpartition(_MARK)[2].strip()
    if len(text) > _MOST_CHARACTERS:
        raise ValueError(f"has {len(text):,} characters; {_MOST_CHARACTERS:,} are read at most")
    if any(character.isdigit() and not character.isascii() for character in text):
        raise ValueError(f"has digits other than 0 to 9: {one_line(text)[:60]!r}")
    return whole_or_fraction(_signed(text, text.replace("\u2212", "-")))


def _signed(original: str, text: str) -> Fraction:
    """The number of a text with its sign and its units."""
    text = text.removesuffix("%").rstrip()
    text = text[:-1].rstrip() if text.endswith(tuple(_CURRENCIES)) else text
    amount = re.fullmatch(rf"([+-]?) ?[{_CURRENCIES}]? ?([+-]?)(.*)", text, re.DOTALL)
    signs = amount[1] + amount[2] if amount else ""
    found = None if amount is None or len(signs) > 1 else _unsigned(amount[3])
    if found is None:
        raise ValueError(f"says no number: {one_line(original)[:60]!r}")
    return -found if signs == "-" else found


def _unsigned(text: str) -> Fraction | None:
    if found := _FRACTION.fullmatch(text):
        whole, over, under = (int((part or "0").replace(",", "")) for part in found.groups())
        if under == 0:
            raise ValueError(f"is a fraction over zero: {text!r}")
        return whole + Fraction(over, under)
    if not (found := _NUMBER.fullmatch(text)):
        return None
    power = found["power"] or "0"
    if len(power) > 6 or abs(int(power)) > _MOST_EXPONENT:
        raise ValueError(f"has an exponent beyond {_MOST_EXPONENT:,}: {text[:60]!r}")
    return Fraction(found["digits"].replace(",", "")) * Fraction(10) ** int(power)


def whole_or_fraction(value: Fraction) -> int | Fraction:
    """The number as an int where it is whole."""
    return value.numerator if value.denominator == 1 else value


def is_answer(value: Number | str | None, answer: int | Fraction) -> bool:
    """Whether a value is the answer: equal as a rational number.

    A float of the sandbox, which has rounded already, is the answer within a relative 1e-9
    (`CLOSE`), and 0 within 1e-9; what is not finite, text and nothing are never.
    """
    if isinstance(value, float):
        exact = Fraction(answer)
        near = CLOSE * (abs(exact) or 1)
        return math.isfinite(value) and abs(Fraction(value) - exact) <= near
    return not isinstance(value, str | None) and value == answer


def released_right(value: Number | str | None, answer: int | Fraction) -> bool:
    """Whether the scorer that was released with PaD (arXiv 2305.13888) counts a value as right.

    It rounds the prediction and cuts the answer to a whole number, so that 17.6 counts as 18; kept
    as a metric of its own beside `is_answer`.
    """
    if isinstance(value, str | None) or (isinstance(value, float) and not math.isfinite(value)):
        return False
    return round(value) == math.trunc(answer)
