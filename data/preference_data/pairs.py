"""Pairs of a chosen and a rejected answer, made of exam questions, each with where it is from.

*Hard*: the right option against a wrong one of the same question. *Easy*: the right option against
another question's right option. *Length*: the hard pairs whose wrong option is the longer one. The
names are those of the parts of Medical RewardBench (arXiv 2406.03949, Section 3); what experts
relabelled there, *Human*, has no counterpart in an exam.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from data.errors import BadInput
from data.preference_data.exams import Exam
from data.randomness import stream

Kind = Literal["easy", "hard", "length"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_PURPOSE = "preference_data/strangers"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two answers to one question, of which one is preferred."""

    kind: Kind
    prompt: str
    chosen: str
    rejected: str
    source: str
    """Exam and place of the question in it, such as `medmcqa:17`."""
    rejected_source: str
    """Exam, question and option of the rejected answer, such as `medmcqa:17:2`."""
    licence: str


def strangers(exam: Exam) -> tuple[tuple[int, ...], ...]:
    """For every question others, as many as it has wrong options, whose right options are wrong.

    They are answers that are easy to see through: none is an option of the question itself, and no
    two of them are equal. The draw depends on the exam alone.

    Raises:
        BadInput: A question has not enough such others.
    """
    right = [one.choices[one.gold].lower() for one in exam.questions]
    found = []
    for place, question in enumerate(exam.questions):
        taken = {one.lower() for one in question.choices}
        others: list[int] = []
        for other in stream(0, _PURPOSE, exam.name, exam.places[place]).permutation(len(right)):
            if len(others) == len(question.choices) - 1:
                break
            if right[other] not in taken:
                taken.add(right[other])
                others.append(int(other))
        if len(others) < len(question.choices) - 1:
            raise BadInput(
                f"{exam.name}, question {place + 1}: too few other questions have another right "
                "option; give more questions"
            )
        found.append(tuple(others))
    return tuple(found)


def make_pairs(exam: Exam) -> list[Pair]:
    """All pairs of an exam: per question an easy and a hard one for each wrong option.

    Those of the hard pairs whose rejected answer is the longer one come once more, as *length*.
    """
    pairs: list[Pair] = []
    for place, (question, others) in enumerate(zip(exam.questions, strangers(exam), strict=True)):
        right = question.choices[question.gold]
        source = f"{exam.name}:{exam.places[place]}"
        rejected: list[tuple[Kind, str, str]] = []
        for other in others:
            stranger = exam.questions[other]
            from_other = f"{exam.name}:{exam.places[other]}:{stranger.gold}"
            rejected.append(("easy", stranger.choices[stranger.gold], from_other))
        for option, wrong in enumerate(question.choices):
            if option == question.gold:
                continue
            rejected.append(("hard", wrong, f"{source}:{option}"))
            if len(wrong) > len(right):
                rejected.append(("length", wrong, f"{source}:{option}"))
        pairs += [
            Pair(kind, question.question, right, wrong, source, place_of, exam.licence)
            for kind, wrong, place_of in rejected
        ]
    return pairs


def check_pairs(name: str, pairs: Iterable[Pair]) -> None:
    """Refuse pairs that no preference follows from.

    Raises:
        BadInput: There is none, one compares an answer with itself, or two contradict each other.
    """
    seen: dict[tuple[str, str, str], str] = {}
    for pair in pairs:
        if pair.chosen == pair.rejected:
            raise BadInput(
                f"{name}, {pair.source}: chosen and rejected are equal; leave the pair out"
            )
        contrary = (pair.prompt, pair.rejected, pair.chosen)
        if contrary in seen:
            raise BadInput(
                f"{name}, {pair.source}: contradicts the pair of {seen[contrary]}; keep one of them"
            )
        seen[pair.prompt, pair.chosen, pair.rejected] = pair.source
    if not seen:
        raise BadInput(f"{name}: no pair; give at least one")


def of_kind(pairs: Sequence[Pair], kind: Kind) -> list[Pair]:
    """The pairs of one kind, in their order."""
    return [pair for pair in pairs if pair.kind == kind]
