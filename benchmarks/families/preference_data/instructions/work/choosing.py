"""Chooses the answers that an arm learns; every candidate leaves a row that tells its fate."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.families.preference_data.instructions.names import ANNOTATORS, Answers
from benchmarks.families.preference_data.instructions.work.answering import Answer, read_answers
from benchmarks.families.preference_data.instructions.work.asking import answer_text, asked
from benchmarks.families.preference_data.instructions.work.scoring import read_scores
from data.errors import BadInput
from data.files import write_atomic
from data.preference_data.instructions import HUMAN, Instruction, read_instructions
from data.randomness import stream
from data.text.corpus import Corpus, Document, write_corpus

LEARNT, ROWS = "learnt.arrow", "rows.jsonl"
KEPT = "kept"
_PURPOSE = "preference_data/instructions/rows"
Row = dict[str, Any]


def choose_rows(
    folder: Path,
    *,
    learns: Answers,
    instructions: Path,
    scores: Path,
    answers: Path,
    replies: Path,
    simplest: float,
    rows: int,
    seed: int,
) -> dict[str, Any]:
    """Choose as many answers of options as every arm learns, and add those about abstracts.

    An answer is kept when its option is right; the first annotator that is right has given it. The
    other arms draw as many of the same instructions. Instructions of low complexity are left out
    of all.

    Args:
        folder: Receives `learnt.arrow`, and `rows.jsonl` with every candidate and its fate.
        learns: Which answers are learnt.
        instructions: File of the instructions.
        scores: File of their complexity.
        answers: File of the annotators' answers.
        replies: File of the answers about abstracts.
        simplest: Share of all instructions that are left out for their low score.
        rows: Answers of options that are learnt, at most.
        seed: Replicate; it draws which.

    Raises:
        BadInput: No annotator was right.
    """
    found, score = read_instructions(instructions), read_scores(scores)
    by_id = _by_id(read_answers(answers))
    written = {one.prompt: one for one in Corpus.open(replies)}
    least = float(np.quantile(list(score.values()), simplest))
    enough = [one for one in found if score[one.id] >= least]
    right = {one.id: first for one in enough if (first := _first_right(by_id.get(one.id, ())))}
    if not right:
        raise BadInput("no annotator was right about any instruction; raise questions")
    number = min(rows, len(right))
    candidates = [one for one in enough if one.options and (learns != "right" or one.id in right)]
    order = stream(seed, _PURPOSE, learns).permutation(len(candidates))[:number]
    drawn = {candidates[int(place)].id for place in order}
    table: list[Row] = []
    documents: list[Document] = []
    for one in found:
        chosen = _answered(one, learns, by_id, right, written)
        fate = _fate(one, score[one.id] >= least, drawn, right, learns, chosen)
        table.append({**asdict(one), "complexity": score[one.id], **chosen, "fate": fate})
        if fate == KEPT:
            documents.append(_document(one, chosen))
    shuffled = stream(seed, _PURPOSE, learns, "order").permutation(len(documents))
    write_corpus(folder / LEARNT, (documents[int(place)] for place in shuffled))
    lines = (json.dumps(row, ensure_ascii=False) for row in table)
    write_atomic(folder / ROWS, "".join(f"{line}\n" for line in lines))
    return {"measures": _measured(table, least)}


def _by_id(answers: Sequence[Answer]) -> dict[str, dict[str, Answer]]:
    found: dict[str, dict[str, Answer]] = {}
    for one in answers:
        found.setdefault(one.instruction, {})[one.annotator] = one
    return found


def _first_right(answers: Mapping[str, Answer] | tuple[()]) -> Answer | None:
    """The answer of the first annotator that is right."""
    if not answers:
        return None
    assert isinstance(answers, Mapping)
    return next((answers[name] for name in ANNOTATORS if answers[name].right), None)


def _answered(
    one: Instruction,
    learns: Answers,
    by_id: Mapping[str, Mapping[str, Answer]],
    right: Mapping[str, Answer],
    written: Mapping[str, Document],
) -> Row:
    """The answer of an instruction that an arm would learn, and who gave it."""
    if not one.options:
        reply = written.get(one.id)
        text = "" if reply is None else f" {reply.text}"
        return {"answer": text, "annotator": "" if reply is None else reply.source, "example": ""}
    if learns == "given":
        assert one.gold is not None
        return {"answer": answer_text(one, one.gold), "annotator": HUMAN, "example": ""}
    answer = by_id[one.id]["alone"] if learns == "any" else right.get(one.id)
    if answer is None:
        return {"answer": "", "annotator": "", "example": ""}
    return {
        "answer": answer_text(one, answer.option),
        "annotator": answer.annotator,
        "example": answer.example,
    }


def _fate(
    one: Instruction,
    is_enough: bool,
    drawn: set[str],
    right: Mapping[str, Answer],
    learns: Answers,
    chosen: Row,
) -> str:
    """Kept, or why not."""
    if not is_enough:
        return "too simple"
    if not one.options:
        return KEPT if chosen["answer"] else "no answer"
    if learns == "right" and one.id not in right:
        return "no annotator right"
    return KEPT if one.id in drawn else "not drawn"


def _document(one: Instruction, chosen: Row) -> Document:
    annotator = str(chosen["annotator"])
    return Document(one.id, str(chosen["answer"]), annotator, one.licence, 1, asked(one))


def _measured(table: Sequence[Row], least: float) -> dict[str, Any]:
    n = len(table)
    fates = Counter(row["fate"] for row in table)
    kept = [row for row in table if row["fate"] == KEPT and row["options"]]
    places = Counter(row["gold"] for row in kept)
    kinds = Counter(row["kind"] for row in table if row["fate"] == KEPT)
    annotators = Counter(row["annotator"] for row in kept)
    counts = {
        **{f"rows/{name}": number for name, number in fates.items()},
        **{f"rows/kept, {name}": number for name, number in kinds.items()},
        **{f"rows/kept, by {name}": number for name, number in annotators.items()},
        **{f"rows/kept, option {place + 1} right": number for place, number in places.items()},
    }
    measures = {
        name: {"value": float(number), "stderr": None, "n": n}
        for name, number in sorted(counts.items())
    }
    measures["complexity/least kept"] = {"value": least, "stderr": None, "n": n}
    return measures
