"""What became of a written solution: a program is run, and words are asked for their answer."""

from dataclasses import dataclass
from fractions import Fraction

from data.executing.answers import is_answer, read_answer
from data.executing.outcome import OutcomeClass
from data.program_distillation.running import execute_exactly
from data.program_distillation.taught.solved import Target

MARK = "####"
"""Stands before the answer of a chain of thought."""
NO_NUMBER = "no number"
"""Class of words that state no number as their answer."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One written solution, held against the right answer."""

    kind: str
    """Its class: an `OutcomeClass`, or `NO_NUMBER`."""
    ran: bool
    """Whether it came to a value, right or wrong."""

    @property
    def is_right(self) -> bool:
        """Whether its value is the answer."""
        return self.kind == OutcomeClass.RIGHT


def judge(text: str, target: Target, answer: str) -> Judged:
    """Hold a written solution against the answer.

    Args:
        text: What a student wrote.
        target: What it was to write; a program is run exactly, of a chain of thought only what
            stands behind the last `####` counts, and an answer counts as it is.
        answer: The right answer, as its source writes it.
    """
    gold = read_answer(answer)
    if target == "program":
        found = execute_exactly(text)
        if found.failure is not None:
            return Judged(str(found.failure), ran=False)
        return _held(is_answer(found.value, gold))
    stated = _stated(text, target)
    if stated is None:
        return Judged(NO_NUMBER, ran=False)
    return _held(stated == gold)


def _held(right: bool) -> Judged:
    return Judged(str(OutcomeClass.RIGHT if right else OutcomeClass.WRONG_VALUE), ran=True)


def _stated(text: str, target: Target) -> int | Fraction | None:
    """The number that words state; None where they state none."""
    if target == "chain_of_thought" and MARK not in text:
        return None
    try:
        return read_answer(text)
    except ValueError:
        return None
