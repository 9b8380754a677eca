"""Annotators answer the instructions that have options; where they disagree they make a pair.

One model answers alone, and again with an example that is like the question; an encoder of
sentences answers without any language model. Each answer says who gave it, and which example stood
before it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.families.preference_data.instructions.names import ANNOTATORS, Annotator
from benchmarks.families.preference_data.instructions.work.asking import (
    Floats,
    Measures,
    answer_text,
    answers_measured,
    asked,
    letter_probabilities,
    mean_of,
)
from benchmarks.families.preference_data.instructions.work.scoring import correlation, read_scores
from data.files import write_atomic
from data.measures.sentences import load_encoder
from data.preference_data.instructions import Instruction, read_instructions
from data.preference_data.pairs import Pair, check_pairs
from data.prior import load_prior
from data.randomness import stream
from lightning_modules.device import Device

ANSWERS, PAIRS = "answers.jsonl", "pairs.jsonl"
_PURPOSE = "preference_data/instructions/answers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an annotator answered."""

    instruction: str
    """Id of the instruction."""
    annotator: Annotator
    option: int
    """Place of the option, drawn by the annotator's probabilities; the encoder takes the nearest
    one."""
    right: bool
    probability: float
    """Probability of the right option."""
    example: str = ""
    """Id of the question that stood before it with its right option."""


class _Said(NamedTuple):
    """What one annotator says of all instructions."""

    probabilities: list[Floats]
    examples: list[str]


def answer_instructions(
    folder: Path,
    *,
    model: Path,
    encoder: Path,
    instructions: Path,
    scores: Path,
    context: int,
    seed: int,
    device: Device,
) -> dict[str, Any]:
    """Let every annotator answer every instruction that has options.

    Args:
        folder: Receives `answers.jsonl`, and `pairs.jsonl` of a right and a wrong answer each.
        model: Checkpoint of the model that answers alone and with an example.
        encoder: Folder of the encoder, which answers too, and finds the examples.
        instructions: File of the instructions.
        scores: File of their complexity.
        context: Tokens that the model looks back at.
        seed: Replicate; it draws the answers.
        device: Where they read.
    """
    prior = load_prior(model, context=context, prefix=True)
    found = [one for one in read_instructions(instructions) if one.options]
    encode = load_encoder(encoder)
    encode.model.to(device.kind)  # type: ignore[arg-type]
    points = encode([one.question for one in found])
    likeness = _likeness(found, points)
    examples = [found[place] for place in likeness.argmax(axis=1)]
    none = [""] * len(found)
    shown = [
        f"{_solved(example)}\n\n{asked(one)}" for one, example in zip(found, examples, strict=True)
    ]
    said: dict[Annotator, _Said] = {
        "alone": _Said(
            letter_probabilities(prior, found, [asked(one) for one in found], device), none
        ),
        "example": _Said(
            letter_probabilities(prior, found, shown, device), [one.id for one in examples]
        ),
        "encoder": _Said(
            [
                _nearest(point, encode(list(one.options)))
                for one, point in zip(found, points, strict=True)
            ],
            none,
        ),
    }
    answers = [one for name in ANNOTATORS for one in _drawn(name, found, said[name], seed)]
    _write(folder / ANSWERS, [asdict(one) for one in answers])
    pairs = _pairs(found, answers)
    _write(folder / PAIRS, pairs)
    measures = _measured(found, said, answers, read_scores(scores), len(pairs))
    return {"measures": measures | _found_again(found, points, likeness)}


def _write(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    write_atomic(path, "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows))


def read_answers(path: Path) -> list[Answer]:
    """All answers, annotator by annotator."""
    return [Answer(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def _likeness(found: Sequence[Instruction], points: Floats) -> Floats:
    """Cosine of every instruction with every other of the exam that is of another source.

    Others have none, which is minus infinity; shape (instructions, instructions).
    """
    likeness = points @ points.T
    for row, one in enumerate(found):
        for column, other in enumerate(found):
            if other.kind != "exam" or other.source == one.source:
                likeness[row, column] = -np.inf
    return likeness


def _found_again(found: Sequence[Instruction], points: Floats, likeness: Floats) -> Measures:
    """How often a rewritten question is more like its own original than like any other question."""
    place = {one.id: at for at, one in enumerate(found)}
    again = [
        float(points[at] @ points[place[one.source]] > likeness[at].max())
        for at, one in enumerate(found)
        if one.kind == "evolved"
    ]
    return {"evolved/nearest is its own": mean_of(again)} if again else {}


def _solved(example: Instruction) -> str:
    assert example.gold is not None, "examples are questions of the exam"
    return asked(example) + answer_text(example, example.gold)


def _nearest(point: Floats, options: Floats) -> Floats:
    """All probability on the option nearest to the question, but for a thousandth on each other."""
    found = np.full(len(options), 1e-3)
    found[int((options @ point).argmax())] = 1 - 1e-3 * (len(options) - 1)
    return found


def _drawn(name: Annotator, found: Sequence[Instruction], said: _Said, seed: int) -> list[Answer]:
    answers = []
    for one, parts, example in zip(found, said.probabilities, said.examples, strict=True):
        rng = stream(seed, _PURPOSE, name, one.id)
        option = int(parts.argmax()) if name == "encoder" else int(rng.choice(len(parts), p=parts))
        answers.append(
            Answer(
                instruction=one.id,
                annotator=name,
                option=option,
                right=option == one.gold,
                probability=float(parts[one.gold or 0]),
                example=example,
            )
        )
    return answers


def _pairs(found: Sequence[Instruction], answers: Sequence[Answer]) -> list[dict[str, Any]]:
    """A right and a wrong answer of two annotators to one instruction, with who gave which."""
    by_id: dict[str, list[Answer]] = {}
    for answer in answers:
        by_id.setdefault(answer.instruction, []).append(answer)
    rows, pairs = [], []
    for one in found:
        right = [answer for answer in by_id[one.id] if answer.right]
        wrong = [answer for answer in by_id[one.id] if not answer.right]
        if not right or not wrong:
            continue
        best, worst = right[0], wrong[0]
        pair = Pair(
            "hard", asked(one), answer_text(one, best.option), answer_text(one, worst.option),
            one.id, f"{one.id}:{worst.option}", one.licence,
        )  # fmt: skip
        pairs.append(pair)
        annotators = {"chosen_by": best.annotator, "rejected_by": worst.annotator}
        rows.append({**asdict(pair), **annotators, "writer": one.writer})
    if pairs:
        check_pairs("annotators", pairs)
    return rows


def _measured(
    found: Sequence[Instruction],
    said: Mapping[Annotator, _Said],
    answers: Sequence[Answer],
    scores: Mapping[str, float],
    pairs: int,
) -> Measures:
    measures: Measures = {"pairs": {"value": float(pairs), "stderr": None, "n": len(found)}}
    for kind in ("exam", "evolved"):
        places = [place for place, one in enumerate(found) if one.kind == kind]
        if not places:
            continue
        mine = [found[place] for place in places]
        for name, one in said.items():
            parts = [one.probabilities[place] for place in places]
            measures |= answers_measured(f"answers/{kind}/{name}", mine, parts)
    exam = [place for place, one in enumerate(found) if one.kind == "exam"]
    alone = [float(said["alone"].probabilities[place][found[place].gold or 0]) for place in exam]
    complex_ = [scores[found[place].id] for place in exam]
    measures["complexity/correlation with a right answer"] = correlation(complex_, alone)
    gained = [
        float(said["example"].probabilities[place][found[place].gold or 0]) - mine
        for place, mine in zip(exam, alone, strict=True)
    ]
    measures["answers/example less alone"] = mean_of(gained)
    return measures | _place(found, said["alone"], answers)


def _place(found: Sequence[Instruction], alone: _Said, answers: Sequence[Answer]) -> Measures:
    """Where right options stand: of all instructions, and of those that the model got right alone.

    The place is that which the model likes best, over all instructions.
    """
    fewest = min(len(one.options) for one in found)
    liked = int(np.argmax(np.mean([parts[:fewest] for parts in alone.probabilities], axis=0)))
    right = {one.instruction for one in answers if one.annotator == "alone" and one.right}
    everywhere = [float(one.gold == liked) for one in found]
    there = [float(one.gold == liked) for one in found if one.id in right]
    measures: Measures = {
        "liked place": {"value": float(liked + 1), "stderr": None, "n": len(found)},
        "liked place/right options of all": mean_of(everywhere),
    }
    if there:
        measures["liked place/right options of those answered right"] = mean_of(there)
    return measures
