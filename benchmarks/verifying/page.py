"""A page of programs: question, program, values line by line, and verdict."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple

from benchmarks.comparing.templates import templates
from benchmarks.verifying.funnel import CONFIDENCE, stages
from benchmarks.verifying.verification import Example, Verification
from data.executing.execute import why
from data.executing.outcome import Line, OutcomeClass, shown

_MOST_VALUES = 12
"""Values of one line that are shown, such as those of a loop."""
_MORE = "..."


class SourceLine(NamedTuple):
    """A line of a program with the values that came about in it."""

    number: int
    text: str
    values: str
    """`name = value`, a name with all its values where a loop gave it several, and the value alone
    of an expression; empty where there is none."""


def source_lines(example: Example) -> list[SourceLine]:
    """The lines of a program, each with its values."""
    values: defaultdict[int, list[Line]] = defaultdict(list)
    for line in example.lines:
        values[line.number].append(line)
    rows = example.row.program.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n")
    return [
        SourceLine(number, text, _told(values[number])) for number, text in enumerate(rows, start=1)
    ]


def _told(lines: Sequence[Line]) -> str:
    """The first values of a line of the program, those of one name together."""
    words = {"return": "returns ", "print": "prints ", "": ""}
    told = [
        words.get(name, f"{name} = ") + ", ".join(shown(line.value) for line in mine)
        for name, mine in groupby(lines[:_MOST_VALUES], key=lambda line: line.name)
    ]
    return "; ".join(told) + (f", {_MORE}" if len(lines) > _MOST_VALUES else "")


def as_html(found: Verification, subject: str) -> str:
    """One page without any other file; all that comes from a file of programs is escaped.

    Args:
        found: What became of the programs, with examples of each class.
        subject: Names of the files.
    """
    page = templates(keep_trailing_newline=True)
    page.filters.update(shown=shown, why=why, source_lines=source_lines, anchor=_anchor)
    settings: dict[str, Any] = {
        "found": found,
        "subject": subject,
        "stages": stages(found),
        "confidence": CONFIDENCE,
        "meaning": {kind: _MEANING[kind] for kind in OutcomeClass},
    }
    written = page.get_template("verification.html.jinja").render(settings)
    return written.encode("utf-8", "backslashreplace").decode()  # a half of a pair is no UTF-8


def _anchor(kind: OutcomeClass) -> str:
    return kind.value.replace(" ", "-")


_MEANING = {
    OutcomeClass.REFUSED: "not run: it reaches for something outside, or is too long or too deep",
    OutcomeClass.SYNTAX: "no Python",
    OutcomeClass.OUTSIDE: "Python that no layer at hand executes",
    OutcomeClass.UNDEFINED_NAME: "reads a name that has no value yet",
    OutcomeClass.ZERO_DIVISION: "divides by zero",
    OutcomeClass.TIME: "stopped after its steps or its time",
    OutcomeClass.MEMORY: "stopped at a number too long, at its memory, or at its depth of calls",
    OutcomeClass.ERROR: "ended with another error of Python",
    OutcomeClass.WRONG_VALUE: "ran, and its value is not the answer",
    OutcomeClass.RIGHT: "ran, and its value is the answer",
}
