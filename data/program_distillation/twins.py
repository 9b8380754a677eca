"""Twins: one person's solution as a program and as a chain of thought, with where it is from.

GSM8K's solutions hold annotated steps, `<<48/2=24>>`. Step k becomes the line `vk = 48/2`; a number
that an earlier step was annotated to give is read as that step's result, the latest of several. So
the program says which step feeds which, as a programmer would write it. The chain of thought is
the solution without its annotations, whose numbers stand in the words beside them.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from data.program_distillation.gsm8k import PARTS, Problem
from data.program_distillation.programs import NUMBER, step, to_number

CONVERSION = 1
"""Version of the conversion; it is raised with every change that changes a program."""
_ANNOTATED = re.compile(r"<<([^<>=]*)=([^<>]*)>>")
_ARITHMETIC = re.compile(r"[-+*/(). \d]+")
_LEADING = re.compile(r"(?<![\w.])0+(?=\d)")
_MARK = "\n#### "
"""What stands between the steps of a chain of thought and its answer."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A solution that becomes no program."""

    reason: Literal["no annotated step", "a step is no arithmetic"]


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a twin comes from: enough to find its row, and to know that it is the same row."""

    part: str
    """Part of GSM8K: `train` or `test`."""
    row: int
    """Row of the file, from 0."""
    sha256: str
    """SHA-256 of the unpacked file."""
    conversion: int
    """Version of the conversion that made the program."""


@dataclass(frozen=True, slots=True)
class Twin:
    """One solution, twice."""

    provenance: Provenance
    question: str
    program: str
    """Lines `vk = expression`; the last one gives the answer if the conversion is right."""
    chain_of_thought: str
    """Steps in words, and the answer behind `####`."""
    answer: str
    """Right answer, as the data set writes it."""
    printed: tuple[str, ...]
    """What each step gives according to its annotation."""


def annotations(solution: str) -> list[tuple[str, str]]:
    """Expression and printed result of each annotated step."""
    return [(m[1], m[2]) for m in _ANNOTATED.finditer(solution)]


def without_annotations(solution: str) -> str:
    """The solution as words alone."""
    return _ANNOTATED.sub("", solution)


def program_of(solution: str) -> str | Lost:
    """The program of an annotated solution, or why there is none; it is not run here."""
    steps = annotations(solution)
    if not steps:
        return Lost("no annotated step")
    lines: list[str] = []
    results: dict[Fraction, str] = {}
    for number, (expression, printed) in enumerate(steps, 1):
        if not _ARITHMETIC.fullmatch(expression):
            return Lost("a step is no arithmetic")
        try:
            lines.append(step(f"v{number}", _with_results(expression, results)))
        except SyntaxError:
            return Lost("a step is no arithmetic")
        if (value := printed_number(printed)) is not None:
            results[value] = f"v{number}"
    return "\n".join(lines)


def _with_results(expression: str, results: dict[Fraction, str]) -> str:
    """An expression whose numbers are read as earlier results where they are equal."""
    plain = _LEADING.sub("", expression)
    return NUMBER.sub(lambda m: results.get(to_number(m[0]), m[0]), plain)


def printed_number(text: str) -> Fraction | None:
    """The number that an annotation prints; None where it is none."""
    try:
        return Fraction(text.strip().replace(",", ""))
    except ValueError:
        return None


def twin_of(problem: Problem, part: str) -> Twin | Lost:
    """The twin of a problem of GSM8K, or why there is none."""
    program = program_of(problem.solution)
    if isinstance(program, Lost):
        return program
    return Twin(
        Provenance(part, problem.row, PARTS[part].sha256, CONVERSION),
        problem.question,
        program,
        f"{without_annotations(problem.solution)}{_MARK}{problem.answer}",
        problem.answer,
        tuple(printed for _, printed in annotations(problem.solution)),
    )


def twins_of(problems: Iterable[Problem], part: str) -> Iterator[Twin]:
    """The twins of those problems that have one; whether they run is for an executor to say."""
    for problem in problems:
        twin = twin_of(problem, part)
        if isinstance(twin, Twin):
            yield twin
