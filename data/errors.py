"""The two ways in which a command ends early: bad input, and a run or check that failed.

The command line catches these two classes, and what the operating system says of a place
(`data.files.told`), prints their message as one line, and exits with 2 or 1. Any other exception is
a defect of ours and shows its traceback.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

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
    """Refuse settings below their least value; None sets nothing.

    Raises:
        BadInput: The first of them that is too small, by its name.
    """
    for name, value in settings.items():
        if value is not None and value < least:
            raise BadInput(f"{name} is {value:,}; it must be {words.format(least)}")


def between(low: float, high: float, settings: Mapping[str, float]) -> None:
    """Refuse settings that do not lie between two values, both of which are outside.

    Raises:
        BadInput: The first of them that does not, by its name.
    """
    for name, value in settings.items():
        if not low < value < high:
            raise BadInput(f"{name} is {value}; it must lie between {low} and {high}")


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
    """A text as one line without a character that steers a terminal or cannot be seen.

    Runs of spaces and ends of lines become one space each; other such characters are shown by their
    escapes, such as `\\x1b`.
    """
    words = " ".join(str(text).split())
    return "".join(
        character.encode("unicode_escape").decode() if unseen(character) else character
        for character in words
    )
