"""The model scores how complex instructions are: the mean of a scale by its own probabilities."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from benchmarks.families.preference_data.instructions.work import requests
from benchmarks.families.preference_data.instructions.work.asking import (
    Floats,
    Measures,
    mean_of,
    quietly,
)
from data.files import write_atomic
from data.measures.ngrams import split_words
from data.preference_data.instructions import KINDS, Instruction, read_instructions
from data.prior import load_prior
from lightning_modules.device import Device
from lightning_modules.preference_data.asking.choices import (
    next_token_log_probabilities,
    one_token,
)
from lightning_modules.trainer import predicting

SCORES = "complexity.json"
_SCALE = tuple(range(1, 10))
"""Scores from simple to complex; ten is two tokens of most models, so that nine is the most."""


def score_complexity(
    folder: Path, *, model: Path, instructions: Path, context: int, device: Device
) -> dict[str, Any]:
    """Give every instruction the mean score by the model's probabilities of the numbers 1 to 9.

    Args:
        folder: Receives `complexity.json`, the score of each by its id.
        model: Checkpoint of the model.
        instructions: File of the instructions.
        context: Tokens that the model looks back at.
        device: Where it reads.
    """
    prior = load_prior(model, context=context, prefix=False)
    found = read_instructions(instructions)
    numbers = one_token(prior.tokenizer, [str(one) for one in _SCALE])
    said = next_token_log_probabilities(
        prior.model,
        [requests.chat(prior.tokenizer, requests.RATE, question=one.question) for one in found],
        numbers,
        predicting(device, quietly),
    )
    parts = np.exp(said)
    scores = (parts / parts.sum(axis=1, keepdims=True)) @ np.array(_SCALE, dtype=np.float64)
    by_id = {one.id: float(score) for one, score in zip(found, scores, strict=True)}
    write_atomic(folder / SCORES, json.dumps(by_id, indent=0) + "\n")
    return {"measures": _measured(found, scores, parts.sum(axis=1), by_id)}


def read_scores(path: Path) -> dict[str, float]:
    """The score of each instruction by its id."""
    found: dict[str, float] = json.loads(path.read_text())
    return found


def _measured(
    found: Sequence[Instruction], scores: Floats, mass: Floats, by_id: Mapping[str, float]
) -> Measures:
    measures: Measures = {"complexity/probability of a number": mean_of(list(mass))}
    for kind in KINDS:
        mine = [score for one, score in zip(found, scores, strict=True) if one.kind == kind]
        if mine:
            measures[f"complexity/{kind}"] = mean_of(mine)
    steps = [by_id[one.id] - by_id[one.source] for one in found if one.kind == "evolved"]
    if steps:
        measures["complexity/evolved less exam"] = mean_of(steps)
    words = [len(split_words(one.question)) for one in found]
    measures["complexity/correlation with words"] = correlation(scores, words)
    return measures


def correlation(one: Sequence[float] | Floats, other: Sequence[float] | Floats) -> dict[str, Any]:
    """Spearman's rank correlation; 0 where one of both is the same everywhere."""
    value = float(stats.spearmanr(one, other).statistic)
    return {"value": value if np.isfinite(value) else 0.0, "stderr": None, "n": len(one)}
