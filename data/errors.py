"""The two ways in which a command ends early: bad input, and a run or check that failed.

The command line catches these two classes, and what the operating system says of a place
(`data.files.told`), prints their message as one line, and exits with 2 or 1. Any other exception is
a defect of ours and shows its traceback.
"""

import math
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, get_args, get_type_hints

_UNSEEN = ("C", "Zl", "Zp")
"""Beginnings of the categories of characters that steer a terminal or that nobody sees: control,
format (zero-width, directions), lone halves of a pair, unassigned; ends of lines."""
OR_MORE = "{:,} or more"
"""How some settings word their least value; others say "at least"."""


class BadInput(ValueError):
    """What a user gave cannot be used; the message names the place and the mend (exit code 2)."""


class RunFailed(RuntimeError):
    """A run or a check came to a bad end that is no fault of its input (exit code 1)."""


def at_least(
    least: float, settings: Mapping[str, float | None], words: str = "at least {:,}"
) -> None:
    """Refuse settings that are not finite or below their least value; None sets nothing.

    Raises:
        BadInput: The first of them that is too small or no number, by its name.
    """
    for name, value in settings.items():
        if value is not None and not (math.isfinite(value) and value >= least):
            raise BadInput(f"{name} is {value:,}; it must be {words.format(least)}")


def between(low: float, high: float, settings: Mapping[str, float]) -> None:
    """Refuse settings that do not lie between two values, both of which are outside.

    Raises:
        BadInput: The first of them that does not, by its name.
    """
    for name, value in settings.items():
        if not low < value < high:
            raise BadInput(f"{name} is {value}; it must lie between {low} and {high}")


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers that a setting may be, in its type: `Annotated[float, Range(above=0)]`."""

    least: float | None = None
    above: float | None = None
    most: float | None = None
    below: float | None = None

    def holds(self, value: float) -> bool:
        """Whether a number lies in the range."""
        return (
            (self.least is None or value >= self.least)
            and (self.above is None or value > self.above)
            and (self.most is None or value <= self.most)
            and (self.below is None or value < self.below)
        )

    def __str__(self) -> str:
        ends = {
            "at least": self.least, "above": self.above, "at most": self.most, "below": self.below,
        }  # fmt: skip
        return " and ".join(f"{word} {end:,}" for word, end in ends.items() if end is not None)


Count = Annotated[int, Range(least=1)]
"""A number of things, one or more."""
CountOrNone = Annotated[int, Range(least=0)]
"""A number of things, perhaps none."""
Positive = Annotated[float, Range(above=0)]
NotNegative = Annotated[float, Range(least=0)]
Share = Annotated[float, Range(least=0, most=1)]
"""A part of a whole, from nothing to all of it."""
Mass = Annotated[float, Range(above=0, most=1)]
"""A part of a whole that is not nothing."""
Seed = Annotated[int, Range(least=0, most=999_999_999_999)]
"""A replicate: what every draw of a run is keyed by."""


def in_range(settings: object, prefix: str = "") -> None:
    """Refuse numbers of a dataclass that its types do not allow; call it in `__post_init__`.

    Every number is finite, a whole number where the type is `int`, and in the `Range` of its type,
    as is every number in a tuple. None sets nothing.

    Args:
        settings: Instance of a dataclass.
        prefix: What stands before the names in the message, such as `judging.`.

    Raises:
        BadInput: The first number that is not so, by its name.
    """
    kind: Any = type(settings)
    for name, (kinds, ranges) in _numbers(kind).items():
        value = getattr(settings, name)
        for number in value if isinstance(value, tuple) else (value,):
            if isinstance(number, int | float):
                _check_number(f"{prefix}{name}", number, kinds, ranges)


def read_number(name: str, text: str, hint: Any) -> float:
    """A number that somebody wrote, held against a type such as `Count`.

    Args:
        name: Name of the setting, for the message.
        text: What was written.
        hint: A kind of number, with its `Range`.

    Returns:
        An `int` where the type is whole, and otherwise a `float`.

    Raises:
        BadInput: It is no number, not finite, or not in the range.
    """
    kinds, ranges = _parts(hint)
    try:
        value = float(text) if float in kinds else int(text)
    except ValueError as error:
        wanted = "a number" if float in kinds else "a whole number"
        raise BadInput(f"{name} is {one_line(text)!r}; it must be {wanted}") from error
    _check_number(name, value, kinds, ranges)
    return value


def range_of(hint: Any) -> str:
    """The range of a type of numbers in words, such as "at least 1"."""
    return " and ".join(str(one) for one in _parts(hint)[1]) or "any finite number"


def _check_number(name: str, value: float, kinds: set[type], ranges: list[Range]) -> None:
    if bool in kinds and isinstance(value, bool):
        return
    if float not in kinds and int in kinds and type(value) is not int:
        raise BadInput(f"{name} is {value}; it must be a whole number")
    if isinstance(value, bool) or not math.isfinite(value):
        raise BadInput(f"{name} is {value}; it must be a finite number")
    for allowed in ranges:
        if not allowed.holds(value):
            raise BadInput(f"{name} is {value:,}; it must be {allowed}")


@cache
def _numbers(kind: Any) -> dict[str, tuple[set[type], list[Range]]]:
    """Kinds of number of each field, and the ranges in its type."""
    return {
        name: (kinds, ranges)
        for name, hint in get_type_hints(kind, include_extras=True).items()
        for kinds, ranges in [_parts(hint)]
        if kinds & {int, float}
    }


def _parts(hint: Any) -> tuple[set[type], list[Range]]:
    """The plain types and the ranges that a type is made of."""
    if isinstance(hint, type) and not get_args(hint):
        return {hint}, []
    kinds: set[type] = set()
    ranges = [entry for entry in getattr(hint, "__metadata__", ()) if isinstance(entry, Range)]
    for part in get_args(hint):
        inner_kinds, inner_ranges = _parts(part)
        kinds |= inner_kinds
        ranges += inner_ranges
    return kinds, ranges


@contextmanager
def readable(place: object, mend: str) -> Iterator[None]:
    """Turn what a parser says of a damaged file into one line with its mend.

    Args:
        place: The file, folder or variable that is read.
        mend: What the user can do.

    Raises:
        BadInput: The content is not what belongs there.
    """
    try:
        yield
    except BadInput:
        raise
    except (ValueError, KeyError, TypeError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise BadInput(
            f"{place}: cannot be read ({type(error).__name__}: {reason}); {mend}"
        ) from error


def unseen(character: str) -> bool:
    """Whether a character steers a terminal or cannot be seen in one."""
    return unicodedata.category(character).startswith(_UNSEEN)


def one_line(text: object) -> str:
    r"""A text as one line without a character that steers a terminal or cannot be seen.

    Runs of spaces and ends of lines become one space each; other such characters are shown by their
    escapes, such as `\x1b`.
    """
    words = " ".join(str(text).split())
    return "".join(
        character.encode("unicode_escape").decode() if unseen(character) else character
        for character in words
    )
