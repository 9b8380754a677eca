"""Verification: which written answers are right, by something that can tell.

A check is a function of the written answers and of human text; it returns whether each is accepted,
shape (documents,). The human text holds the same questions with answers that count as right.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from data.errors import BadInput
from data.executing.execute import Executor, executor
from data.executing.outcome import Outcome
from data.text.corpus import Corpus

Bools = NDArray[np.bool_]
Check = Callable[[Corpus, Corpus], Bools]

FIFTHS = 5
"""Number of equal parts into which questions are divided by difficulty."""
MOST_TYPES = 20
"""Types of questions up to which each is told apart; text with more is divided into fifths
alone."""
_OPERATION = re.compile(r"//|\*\*|[-+*/%]")
_NUMBER = re.compile(r"(?<![A-Za-z_0-9])\d+(?:\.\d+)?")


def by_execution(candidates: Corpus, human: Corpus) -> Bools:
    """Whether a program that answers a question gives what the human program gives.

    Programs are executed exactly and without a sandbox (`data.executing`): what is more than
    straight-line arithmetic is not accepted.

    Raises:
        BadInput: A question has no human answer, or none that is a number.
    """
    found = outcomes(candidates, Gold.of(human))
    return np.array([outcome.is_right for outcome in found], dtype=bool)


def outcomes(answers: Corpus, gold: "Gold") -> list[Outcome]:
    """What becomes of each written program, held against the human one of its question.

    Raises:
        BadInput: A question has no human program, or one that gives no exact number.
    """
    with executor(sandbox=False) as run:
        return [
            run.verify(text, gold.answer(question))
            for text, question in zip(answers.texts(), answers.prompts(), strict=True)
        ]


def accepted(passes: Bools, lengths: NDArray[np.int64], n_tokens: int) -> NDArray[np.int64]:
    """Places of the first accepted documents that together reach `n_tokens`, in corpus order.

    Args:
        passes: Whether each document is accepted, shape (documents,).
        lengths: Number of tokens of each document, same shape.
        n_tokens: Tokens wanted; the last document stays whole.

    Raises:
        BadInput: The check gave no truth for each document, or accepts too few.
    """
    if passes.shape != lengths.shape or passes.dtype != np.bool_:
        raise BadInput(
            f"the check gave {passes.dtype.name} of shape {passes.shape} for {len(lengths)} "
            "documents; give True or False for each"
        )
    places = np.flatnonzero(passes)
    total = np.cumsum(lengths[places])
    if len(total) == 0 or total[-1] < n_tokens:
        have = int(total[-1]) if len(total) else 0
        raise BadInput(
            f"{len(places):,} of {len(passes):,} documents pass the check, {have:,} of the "
            f"{n_tokens:,} tokens wanted; raise the recipe's candidates, or train longer"
        )
    return places[: int(np.searchsorted(total, n_tokens)) + 1]


@dataclass(frozen=True)
class Gold:
    """Human programs by the question that each answers: what they give, and how hard it is."""

    programs: Mapping[str, str]
    """Text of the human program of each question."""
    measure: frozenset[str]
    """Questions that are divided into fifths by difficulty; others are placed among them."""

    @classmethod
    def of(cls, human: Corpus, *others: Corpus) -> "Gold":
        """The first program of each question of human texts; the first text gives the fifths."""
        programs: dict[str, str] = {}
        for corpus in (human, *others):
            for prompt, text in zip(corpus.prompts(), corpus.texts(), strict=True):
                programs.setdefault(prompt, text)
        return cls(programs, frozenset(human.prompts()))

    def answer(self, question: str) -> int | Fraction:
        """The number that is right.

        Raises:
            BadInput: The question has no human program, or one that gives no exact number.
        """
        self._program(question)
        return self._answers[question]

    @cached_property
    def _answers(self) -> dict[str, int | Fraction]:
        with executor(sandbox=False) as run:
            return {
                question: _number(run, question, program)
                for question, program in self.programs.items()
            }

    def fifth(self, question: str) -> int:
        """How hard a question is among those of the human text: from 0 to 4, the hardest fifth.

        Raises:
            BadInput: The question has no human program.
        """
        return bisect_right(self._edges, _rank(question, self._program(question)))

    @cached_property
    def _edges(self) -> list[tuple[int, int, str]]:
        """Ranks at which the second to the fifth part begin, four of them."""
        ranks = sorted(_rank(question, self.programs[question]) for question in self.measure)
        return [ranks[len(ranks) * part // FIFTHS] for part in range(1, FIFTHS)]

    @cached_property
    def types(self) -> tuple[str, ...]:
        """Forms of the programs of the human text, by operations and length, easiest first.

        Questions of one type differ in their numbers alone, or in words. There are none where the
        human text has more than `MOST_TYPES`.
        """
        forms = {form(self.programs[question]) for question in self.measure}
        if len(forms) > MOST_TYPES:
            return ()
        return tuple(sorted(forms, key=lambda one: (operations(one), len(one), one)))

    def type(self, question: str) -> int | None:
        """Place of a question's type in `types`; None where it is of none.

        Raises:
            BadInput: The question has no human program.
        """
        return self._places.get(form(self._program(question)))

    def _program(self, question: str) -> str:
        if question not in self.programs:
            raise BadInput(f"no human program answers {question[:60]!r}; give text with programs")
        return self.programs[question]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {one: place for place, one in enumerate(self.types)}


def operations(program: str) -> int:
    """Number of arithmetic signs in a program: what a question asks for, in steps."""
    return len(_OPERATION.findall(program))


def form(program: str) -> str:
    """A program without its numbers, each of which becomes a 0: what problems of one type share."""
    return _NUMBER.sub("0", program)


def _rank(question: str, program: str) -> tuple[int, int, str]:
    """What questions are ordered by: operations, length of the program, and the words for ties."""
    return operations(program), len(program), question


def _number(run: Executor, question: str, program: str) -> int | Fraction:
    value = run.execute(program).value
    if not isinstance(value, int | Fraction):
        raise BadInput(
            f"the human program of {question[:60]!r} gives no exact number; leave the question out"
        )
    return value
