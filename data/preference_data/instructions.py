"""Instructions for a model that is tuned on answers, each row with where it is from.

An exam's questions are human. A model rewrites them (*evolved*, with the options as they were) and
asks questions about abstracts, which have no options. What a model wrote is cleaned by rules, and
what is left out keeps the reason.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Literal, get_args

from data.errors import BadInput, readable
from data.files import write_atomic
from data.measures.ngrams import split_words
from data.preference_data.exams import Exam, check_questions
from data.sources.evaluation_sets import Question

Kind = Literal["exam", "evolved", "abstract"]
KINDS: tuple[Kind, ...] = get_args(Kind)
HUMAN = "human"
"""Writer of a question that no model wrote."""
FEWEST_WORDS = 4
"""Words that a question needs."""
SAME = 0.9
"""Share of words, of those that either text has, from which a rewritten question is a copy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """A question that can be answered, with where it is from."""

    id: str
    kind: Kind
    question: str
    options: tuple[str, ...] = ()
    """Options in their order; none where the answer is free."""
    gold: int | None = None
    """Place of the right option; None without options."""
    source: str
    """Set and place in it, such as `medmcqa:17`, or the document that is asked about."""
    licence: str
    writer: str = HUMAN
    """The model that wrote the question, or `human`."""
    request: str = ""
    """Name of what the writer was asked for; empty where nobody was."""

    def as_question(self) -> Question:
        """The same as an item of an exam.

        Raises:
            BadInput: It has no options.
        """
        if self.gold is None:
            raise BadInput(f"{self.id}: has no options; take one of an exam")
        return Question("", self.question, self.options, self.gold)


def of_exam(exam: Exam, places: Sequence[int]) -> list[Instruction]:
    """The questions at these places of an exam.

    Raises:
        BadInput: A question cannot be used (see `check_questions`).
    """
    chosen = [exam.questions[place] for place in places]
    check_questions(exam.name, chosen)
    return [
        Instruction(
            id=f"{exam.name}:{exam.places[place]}",
            kind="exam",
            question=one.question,
            options=one.choices,
            gold=one.gold,
            source=f"{exam.name}:{exam.places[place]}",
            licence=exam.licence,
        )
        for place, one in zip(places, chosen, strict=True)
    ]


def cleaned(written: str) -> str:
    """The question in what a model wrote: its first line, without a name before it or quotes."""
    lines = [line.strip() for line in written.splitlines() if line.strip()]
    if not lines:
        return ""
    line = re.sub(r"^(?:\W*(?:rewritten )?question\W*:)\s*", "", lines[0], flags=re.IGNORECASE)
    return " ".join(line.strip("\"'*` ").split())


def fault(question: str, original: Instruction | None = None) -> str:
    """Why a question that a model wrote is left out; empty where it is kept.

    Args:
        question: The question, cleaned.
        original: The question that it was made of, if there is one.
    """
    words = split_words(question)
    if len(words) < FEWEST_WORDS:
        return "too short"
    if original is None:
        return ""
    if _overlap(words, split_words(original.question)) >= SAME:
        return "a copy"
    assert original.gold is not None, "what is rewritten has a right option"
    right = split_words(original.options[original.gold])
    said = f" {' '.join(words)} "
    before = f" {' '.join(split_words(original.question))} "
    sought = f" {' '.join(right)} "
    return "says the answer" if right and sought in said and sought not in before else ""


def _overlap(one: Sequence[str], other: Sequence[str]) -> float:
    """Words that both have, of those that either has (Jaccard's index)."""
    either = set(one) | set(other)
    return len(set(one) & set(other)) / len(either) if either else 1.0


def write_instructions(path: Path, instructions: Iterable[Instruction]) -> None:
    """Write one JSON line for each."""
    lines = (json.dumps(asdict(one), ensure_ascii=False) for one in instructions)
    write_atomic(path, "".join(f"{line}\n" for line in lines))


def read_instructions(path: Path) -> list[Instruction]:
    """Read instructions back.

    Raises:
        BadInput: The file is damaged, holds none, or one of them cannot be used.
    """
    with readable(path, "write it again"):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        found = [_read(row) for row in rows]
    check_instructions(str(path), found)
    return found


def _read(row: dict[str, object]) -> Instruction:
    known = {one.name for one in fields(Instruction)}
    if row.keys() - known or row.get("kind") not in KINDS:
        raise ValueError("a row is no instruction")
    options = row.get("options", ())
    if not isinstance(options, list | tuple):
        raise ValueError("options are no list")
    return Instruction(**{**row, "options": tuple(map(str, options))})  # type: ignore[arg-type]


def check_instructions(name: str, instructions: Sequence[Instruction]) -> None:
    """Refuse instructions that cannot be answered, or whose origin is not said.

    Raises:
        BadInput: There is none; two have one id; one asks nothing, has no source, options that
            cannot be used, or a right option without options.
    """
    if not instructions:
        raise BadInput(f"{name}: no instruction; give at least one")
    seen: set[str] = set()
    for one in instructions:
        if one.id in seen:
            raise BadInput(f"{name}, {one.id}: stands there twice; keep one of them")
        seen.add(one.id)
        if not one.question.strip():
            raise BadInput(f"{name}, {one.id}: it asks nothing; leave it out")
        if not one.source:
            raise BadInput(f"{name}, {one.id}: does not say where it is from; add its source")
        if one.gold is None and one.options:
            raise BadInput(f"{name}, {one.id}: none of its options is right; mend it")
        if one.gold is not None:
            check_questions(f"{name}, {one.id}", [one.as_question()])
