"""Programs that a teacher wrote in several rounds: merged, and kept where they give the answer.

As in PaD (arXiv 2305.13888) the docstring that repeats the question is dropped, and a program is
kept if it runs and gives the answer. A program that a question has had in an earlier round counts
once: else what is easy for the teacher would be taught the more often, the more rounds there are.
"""

import ast
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from data.errors import BadInput, readable
from data.executing.answers import read_answer
from data.executing.execute import Executor
from data.executing.outcome import OutcomeClass
from data.program_distillation.programs import numbers_in_text
from data.program_distillation.taught.solved import Solved

DUPLICATE = "written before"
"""Class of a program that its question has already."""
UNKNOWN = "another question"
"""Class of a program for a question that has no known answer."""


@dataclass(frozen=True, slots=True)
class Synthesised:
    """One program that a teacher wrote."""

    question: str
    program: str
    round: int
    """Round in which it was written, from 1."""
    model: str
    """The model that wrote it, by its own name; no program is taught without one."""


@dataclass(frozen=True, slots=True)
class Merged:
    """Programs of all rounds that are kept, and what became of the others."""

    kept: tuple[Solved, ...]
    """Problems with a right program each, in the order of the rounds; `kind` names the model."""
    classes: Mapping[str, int]
    """Number of programs of each class: an `OutcomeClass`, `DUPLICATE` or `UNKNOWN`."""
    questions: int
    """Different questions among those that are kept."""
    copied: int
    """Kept programs whose answer stands in the question, where a copied number is right too."""


def read_rounds(path: Path) -> list[Synthesised]:
    """The programs of a file, one JSON object a line: `question`, `program`, `round`, `model`.

    Raises:
        BadInput: A line is no such object, by its number.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    return [_read(line, f"{path}:{number}") for number, line in enumerate(lines, 1) if line.strip()]


def _read(line: str, place: str) -> Synthesised:
    mend = 'a line is {"question": "..", "program": "..", "round": 1, "model": ".."}'
    with readable(place, mend):
        found = Synthesised(**json.loads(line))
    texts = (found.question, found.program, found.model)
    if not all(isinstance(text, str) and text.strip() for text in texts):
        raise BadInput(f"{place}: a text is empty, or none; {mend}")
    if type(found.round) is not int or found.round < 1:
        raise BadInput(f"{place}: round is {found.round!r}; {mend}")
    return found


def without_docstrings(program: str) -> str:
    """A program without the docstrings of its functions; one that does not parse stays as it is."""
    try:
        tree = ast.parse(program)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return program
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)


def merge(written: Iterable[Synthesised], problems: Mapping[str, Solved], run: Executor) -> Merged:
    """Merge rounds, and keep what runs and gives the answer.

    Args:
        written: Programs of all rounds.
        problems: Problems with their answers, by question.
        run: What executes programs.

    Raises:
        BadInput: Nothing is kept; the message has the counts.
    """
    classes: Counter[str] = Counter()
    seen: set[tuple[str, str]] = set()
    kept: list[Solved] = []
    copied = 0
    for one in sorted(written, key=lambda one: one.round):
        program = without_docstrings(one.program)
        kind: str = DUPLICATE
        if one.question not in problems:
            kind = UNKNOWN
        elif (one.question, program) not in seen:
            seen.add((one.question, program))
            problem = problems[one.question]
            answer = read_answer(problem.answer)
            kind = str(run.verify(program, answer).kind)
            if kind == OutcomeClass.RIGHT:
                chain = problem.chain_of_thought
                kept.append(Solved(one.question, program, chain, problem.answer, one.model))
                copied += answer in numbers_in_text(one.question)
        classes[kind] += 1
    if not kept:
        counts = ", ".join(f"{number} {kind}" for kind, number in sorted(classes.items()))
        raise BadInput(
            f"execution keeps 0 of {classes.total()} programs ({counts or 'the rounds are empty'})"
            "; there is nothing to train on: look at the answers and at what the teacher was asked"
        )
    return Merged(tuple(kept), dict(classes), len({one.question for one in kept}), copied)
