"""A page of programs: question, program, values line by line, and verdict."""

from collections import defaultdict
from typing import Any, NamedTuple

from benchmarks.comparing.templates import templates
from benchmarks.verifying.funnel import CONFIDENCE, stages
from benchmarks.verifying.verification import Example, Verification
from data.executing.execute import why
from data.executing.outcome import OutcomeClass, shown

_MOST_VALUES = 12
"""Values of one line that are shown, such as those of a loop."""
_MORE = "..."


class SourceLine(NamedTuple):
    """A line of a program with the values that came about in it."""

    number: int
    text: str
    values: str
    """`name = value` for each, and the value alone of an expression; empty where there is none."""


def source_lines(example: Example) -> list[SourceLine]:
    """The lines of a program, each with its values."""
    values: defaultdict[int, list[str]] = defaultdict(list)
    for line in example.lines:
        given = shown(line.value)
        words = {"return": f"returns {given}", "print": f"prints {given}", "": given}
        told = values[line.number]
        if len(told) < _MOST_VALUES:
            told.append(words.get(line.name, f"{line.name} = {given}"))
        elif told[-1] != _MORE:
            told.append(_MORE)
    rows = example.row.program.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n")
    return [
        SourceLine(number, text, ", ".join(values[number]))
        for number, text in enumerate(rows, start=1)
    ]


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
    return page.get_template("verification.html.jinja").render(settings)


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
