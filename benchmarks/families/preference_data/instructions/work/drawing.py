"""Draws questions that instructions are made of, others that are asked later, and abstracts."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from data.errors import BadInput
from data.preference_data.exams import load_exam, n_words
from data.preference_data.instructions import Instruction, of_exam, write_instructions
from data.preference_data.splitting import near_duplicates, split_groups
from data.randomness import stream
from data.sources.texts import SOURCES, load_source
from data.text.corpus import write_corpus

LEARNT, TESTED, ABSTRACTS = "learnt.jsonl", "tested.jsonl", "abstracts.arrow"
_PURPOSE = "preference_data/instructions"
_SPARE = 1.25
"""How many times the questions that are needed are drawn: near-duplicates stay on one side."""


def draw_items(
    folder: Path,
    *,
    exam: str,
    abstracts_of: str,
    questions: int,
    tested: int,
    abstracts: int,
    most_words: int,
    seed: int,
    wheel: str,
) -> dict[str, Any]:
    """Draw questions for both sides, and abstracts.

    Args:
        folder: Receives `learnt.jsonl`, `tested.jsonl` and `abstracts.arrow`.
        exam: Name of the exam.
        abstracts_of: Name of the human text.
        questions: Questions that instructions are made of.
        tested: Questions that are asked at the end.
        abstracts: Number of abstracts.
        most_words: Words of a question with its options, at most.
        seed: Replicate; it draws all of them.
        wheel: Package that the exam is read from, by its requirement.

    Raises:
        BadInput: There are fewer.
    """
    whole = load_exam(exam)
    fits = [
        place
        for place, one in enumerate(whole.questions)
        if n_words(" ".join((one.question, *one.choices))) <= most_words
    ]
    wanted = int(_SPARE * (questions + tested))
    order = stream(seed, f"{_PURPOSE}/questions", exam).permutation(len(fits))[:wanted]
    drawn = of_exam(whole, [fits[place] for place in order])
    sides = _sides(drawn, tested, seed)
    if len(drawn) < wanted or len(sides[0]) < questions:
        raise BadInput(
            f"{exam} has {len(fits):,} questions of at most {most_words} words, too few for "
            f"{questions:,} to learn and {tested:,} to test; lower one of them"
        )
    write_instructions(folder / LEARNT, sides[0][:questions])
    write_instructions(folder / TESTED, sides[1][:tested])
    _draw_abstracts(folder / ABSTRACTS, abstracts_of, abstracts, seed)
    return {"package": wheel, "short_enough": len(fits), "of": len(whole.questions)}


def _sides(
    drawn: Sequence[Instruction], tested: int, seed: int
) -> tuple[list[Instruction], list[Instruction]]:
    """Questions to learn and questions to test; near-duplicates are on one side."""
    held = split_groups(near_duplicates([one.question for one in drawn]), tested, seed)
    return (
        [one for one, is_held in zip(drawn, held, strict=True) if not is_held],
        [one for one, is_held in zip(drawn, held, strict=True) if is_held],
    )


def _draw_abstracts(path: Path, name: str, number: int, seed: int) -> None:
    corpus = load_source(SOURCES[name])
    if len(corpus) < number:
        raise BadInput(f"{name} has {len(corpus):,} documents, {number:,} are asked for")
    chosen = stream(seed, f"{_PURPOSE}/abstracts", name).permutation(len(corpus))[:number]
    write_corpus(path, corpus.select(map(int, np.sort(chosen))))
