"""A solved problem, whatever it comes from, and the three things that a student may learn of it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, Protocol

from data.errors import readable
from data.files import write_atomic

Target = Literal["program", "chain_of_thought", "answer"]
"""What is written after a question."""
TARGETS: tuple[Target, ...] = ("program", "chain_of_thought", "answer")
PROMPT_END = "\n"
"""Stands between a question and what is written after it."""


class Solution(Protocol):
    """What a source of problems gives: a twin of GSM8K, or a problem of a template."""

    @property
    def question(self) -> str:
        """The question in words."""

    @property
    def program(self) -> str:
        """A program that gives the answer."""

    @property
    def chain_of_thought(self) -> str:
        """Steps in words, and the answer behind `####`."""

    @property
    def answer(self) -> str:
        """The right answer, as its source writes it."""


@dataclass(frozen=True, slots=True)
class Solved:
    """One problem with its solution as program, as chain of thought and as answer alone."""

    question: str
    program: str
    chain_of_thought: str
    answer: str
    """The right answer; it stays right where the program is replaced by a faulty one."""
    kind: str = ""
    """What kind of problem it is, such as the number of its template; empty where nobody knows."""

    @classmethod
    def of(cls, solution: Solution, kind: str = "") -> "Solved":
        """The problem of any source."""
        return cls(
            solution.question, solution.program, solution.chain_of_thought, solution.answer, kind
        )

    @property
    def prompt(self) -> str:
        """What a student reads before it writes."""
        return f"{self.question}{PROMPT_END}"

    def text(self, target: Target) -> str:
        """What a student of this target writes."""
        texts: Mapping[Target, str] = {
            "program": self.program,
            "chain_of_thought": self.chain_of_thought,
            "answer": self.answer,
        }
        return texts[target]


def write_solved(path: Path, problems: Iterable[Solved]) -> None:
    """Write problems as JSON lines, one each."""
    lines = (json.dumps(asdict(problem), ensure_ascii=False) for problem in problems)
    write_atomic(path, "".join(f"{line}\n" for line in lines))


def read_solved(path: Path) -> list[Solved]:
    """The problems of a file that `write_solved` wrote.

    Raises:
        BadInput: A line is no solved problem.
    """
    with readable(path, "write it again with write_solved"):
        lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
        return [Solved(**json.loads(line)) for line in lines]
