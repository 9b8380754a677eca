"""Exams as sources of pairs: questions that can be used, and what labels tell without knowledge.

The longest option and the first one are right more often than chance allows. Both are measured
before any pair is made, for whatever learns from the labels can learn these instead.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data.errors import BadInput
from data.measures.ngrams import split_words
from data.sources.evaluation_sets import EVALUATION_SETS, Question, load_questions

EXAMS = ("medmcqa", "medqa")
"""Exams whose options are answers in words; pairs are made of them."""


@dataclass(frozen=True)
class Exam:
    """The usable questions of one exam."""

    name: str
    licence: str
    questions: tuple[Question, ...]
    places: tuple[int, ...]
    """Place of each question among those of the pinned set, from 0."""
    equal_options: int
    """Questions that were left out because two of their options are equal."""


@dataclass(frozen=True, slots=True)
class Leaks:
    """How far options tell by themselves which one is right."""

    n: int
    """Questions."""
    chance: float
    """Share of right answers when an option is drawn."""
    longest: float
    """Share of questions whose longest option is right; of equally long ones each counts its
    part."""
    positions: tuple[float, ...]
    """Share of questions whose option at each place is right."""
    longer_wins: float
    """Share of pairs of a right and a wrong option whose right one is longer; equal ones count
    half."""
    earlier_wins: float
    """Share of pairs of a right and a wrong option whose right one stands first."""

    def standard_error(self, share: float) -> float:
        """Binomial standard error of a share of the questions."""
        return float(np.sqrt(share * (1 - share) / self.n))


def load_exam(name: str) -> Exam:
    """An exam by name, without the questions two of whose options are equal.

    Raises:
        BadInput: No exam has the name, or its package is not at hand.
    """
    if name not in EXAMS:
        raise BadInput(f"unknown exam {name!r}; use one of {', '.join(EXAMS)}")
    chosen = EVALUATION_SETS[name]
    questions = load_questions(chosen)
    usable = [place for place, one in enumerate(questions) if not has_equal_options(one)]
    return Exam(
        name,
        chosen.licence,
        tuple(questions[place] for place in usable),
        tuple(usable),
        len(questions) - len(usable),
    )


def has_equal_options(question: Question) -> bool:
    """Whether two options say the same in the same words, whatever their case and spaces."""
    return len({_plain(one) for one in question.choices}) < len(question.choices)


def check_questions(name: str, questions: Sequence[Question]) -> None:
    """Refuse questions that no pairs can be made of.

    Args:
        name: Name of the exam, for the message.
        questions: Its questions.

    Raises:
        BadInput: There is none, or one says nothing, has fewer than two options, an empty option,
            two that are equal, or no right one.
    """
    if not questions:
        raise BadInput(f"{name}: no question; give at least one")
    for number, one in enumerate(questions, start=1):
        if fault := _fault(one):
            raise BadInput(f"{name}, question {number}: {fault}; mend it or leave it out")


def _fault(question: Question) -> str:
    if not question.question.strip():
        return "it asks nothing"
    if len(question.choices) < 2:
        return f"it has {len(question.choices)} options, and a pair needs two"
    if not all(map(_plain, question.choices)):
        return "an option is empty"
    if has_equal_options(question):
        return "two of its options are equal"
    if not 0 <= question.gold < len(question.choices):
        return "none of its options is right"
    return ""


def leaks(questions: Sequence[Question]) -> Leaks:
    """Measure what length and place of an option tell of whether it is right.

    Raises:
        BadInput: A question cannot be used (see `check_questions`).
    """
    check_questions("exam", questions)
    places = Counter(one.gold for one in questions)
    most = max(len(one.choices) for one in questions)
    pairs = [pair for one in questions for pair in _compared(one)]
    return Leaks(
        n=len(questions),
        chance=float(np.mean([1 / len(one.choices) for one in questions])),
        longest=float(np.mean([_longest(one) for one in questions])),
        positions=tuple(places[place] / len(questions) for place in range(most)),
        longer_wins=float(np.mean([longer for longer, _ in pairs])),
        earlier_wins=float(np.mean([earlier for _, earlier in pairs])),
    )


def _longest(question: Question) -> float:
    lengths = [len(one) for one in question.choices]
    is_longest = lengths[question.gold] == max(lengths)
    return is_longest / lengths.count(max(lengths))


def _compared(question: Question) -> list[tuple[float, float]]:
    """Of every pair of right and wrong: whether the right one is longer, and whether it is first.

    Equal lengths count one half.
    """
    right = len(question.choices[question.gold])
    return [
        ((np.sign(right - len(wrong)) + 1) / 2, float(question.gold < place))
        for place, wrong in enumerate(question.choices)
        if place != question.gold
    ]


def _plain(text: str) -> str:
    """A text as it is compared: lower case, with single spaces."""
    return " ".join(text.lower().split())


def n_words(text: str) -> int:
    """Number of words of a text."""
    return len(split_words(text))
