"""Pairs of answers that people judged, read by a language model and asked of heads of an exam."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.families.preference_data.reward.work.encoding import (
    CANDIDATES,
    JOINED,
    encode_texts,
)
from benchmarks.families.preference_data.reward.work.fitting import (
    COSINE,
    HEAD,
    LENGTH,
    POSITION,
)
from benchmarks.families.preference_data.reward.work.scoring import (
    Floats,
    Measures,
    mean_by_question,
    wins,
)
from data.files import write_atomic
from data.measures.sentences import load_encoder
from data.preference_data.hhh import PARTS, read_hhh
from lightning_modules.device import Advance, Device

PEOPLE = "people.json"


def read_people(folder: Path, *, archive: Path, model: Path) -> Mapping[str, Any]:
    """Write the pairs that people judged, with the cosine of each answer and its prompt.

    Args:
        folder: Receives `people.json`.
        archive: The source distribution that holds them.
        model: Folder of an encoder of sentences.

    Raises:
        BadInput: The file is another one than is pinned, or damaged.
    """
    pairs, encoder = read_hhh(archive), load_encoder(model)
    prompts, *answers = (
        encoder([getattr(pair, name) for pair in pairs])
        for name in ("prompt", "chosen", "rejected")
    )
    cosines = [np.sum(prompts * some, axis=1).tolist() for some in answers]
    rows = [
        {
            "part": pair.part,
            "source": pair.source,
            "licence": pair.licence,
            "first": pair.first,
            "texts": [
                JOINED.format(question=pair.prompt, answer=answer)
                for answer in (pair.chosen, pair.rejected)
            ],
            "characters": [len(pair.chosen), len(pair.rejected)],
            "cosines": list(both),
        }
        for pair, both in zip(pairs, zip(*cosines, strict=True), strict=True)
    ]
    write_atomic(folder / PEOPLE, json.dumps(rows))
    return {"measures": {}, "pairs": len(pairs)}


def encode_people(
    folder: Path, *, model: Path, people: Path, device: Device, advance: Advance
) -> Mapping[str, Any]:
    """Read both answers of every pair after their prompt with a language model.

    Args:
        folder: Receives a table of points, the preferred answer of a pair before the other one.
        model: Checkpoint of the language model.
        people: File of the human pairs.
        device: Device that it runs on.
        advance: Told how many more texts were read.
    """
    texts = [text for row in json.loads(people.read_text()) for text in row["texts"]]
    return encode_texts(folder / CANDIDATES, texts, model, device, advance)


def ask_people(folder: Path, *, heads: Path, people: Path, points: Path) -> Mapping[str, Any]:
    """Ask heads that were fitted on an exam which of two answers people preferred.

    Args:
        folder: Receives nothing.
        heads: Directions of the heads by name.
        people: File of the human pairs.
        points: Both answers of every pair as points, the preferred one first.
    """
    human, table = json.loads(people.read_text()), np.load(points)
    with np.load(heads) as directions:
        rewards = table.astype(np.float64) @ directions[HEAD]
    return {"measures": of_people(human, rewards)}


def of_people(human: Sequence[Mapping[str, Any]], rewards: Floats) -> Measures:
    """How often the answer that people preferred has the larger reward, and how often baselines do.

    The baselines prefer the longer answer, the one that is more like its prompt, and the first.

    Args:
        human: Rows of the file of human pairs.
        rewards: Rewards of both answers of every pair, the preferred one first, shape (2 pairs,).
    """
    by_pair = rewards.reshape(-1, 2)
    scorers = {
        HEAD: by_pair,
        LENGTH: np.array([row["characters"] for row in human], np.float64),
        COSINE: np.array([row["cosines"] for row in human]),
        POSITION: np.array([[row["first"], not row["first"]] for row in human], np.float64),
    }
    part = np.array([row["part"] for row in human])
    number = np.arange(len(human))
    won = {
        name: wins(both.ravel(), (2 * number, 2 * number + 1, number))
        for name, both in scorers.items()
    }
    found: Measures = {}
    for name, some in won.items():
        found[f"people/{name}"] = mean_by_question(some, number)
        for one in PARTS:
            mine = np.flatnonzero(part == one)
            found[f"people {one}/{name}"] = mean_by_question(some[mine], mine)
    for other in (LENGTH, COSINE, POSITION):
        found[f"lead/people {HEAD} over {other}"] = mean_by_question(won[HEAD] - won[other], number)
    return found
