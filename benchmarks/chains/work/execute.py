"""The work inside an execute stage: how many answers are right, and how hard their questions."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.chains.work.measures import Measurement
from data.executing.verification import FIFTHS, Gold, outcomes
from data.text.corpus import Corpus, join

_VERSION = 1


def execute_answers(
    folder: Path, *, corpora: Iterable[Path], sampled: Path, human: Path, held_out: Path
) -> dict[str, Any]:
    """Execute the answers of a corpus, and those of a model to held-out questions.

    Fifths of difficulty are those of the human text: by the operations of the human program, then
    by its length. Types are questions of one program but for its numbers, where the human text has
    few (`data.executing.verification.Gold.types`), in the same order. A fifth or a type of which
    there is no answer has no accuracy.

    Args:
        folder: Folder of the stage, which receives nothing.
        corpora: Files of the corpus that the model was trained on.
        sampled: File of the answers that the model wrote to held-out questions.
        human: Human text that has the corpus' questions with right programs.
        held_out: Human text that has the held-out questions with right programs.

    Raises:
        BadInput: A question has no human program that gives a number.
    """
    corpus = join([Corpus.open(path) for path in corpora])
    own = [place for place, document in enumerate(corpus) if document.source != "model"]
    gold = Gold.of(Corpus.open(human), Corpus.open(held_out), corpus.select(own))
    found = {
        "answers": _measured(Corpus.open(sampled), gold),
        "corpus": _measured(corpus, gold),
    }
    return {
        "answers": {
            f"{whose}/{name}": asdict(measurement)
            for whose, measurements in found.items()
            for name, measurement in measurements.items()
        }
    }


def _measured(answers: Corpus, gold: Gold) -> dict[str, Measurement]:
    """Shares of right answers, of all and of each part, and the share that each part has."""
    became = outcomes(answers, gold)
    right = [outcome.is_right for outcome in became]
    found = {
        "executed_accuracy/none": share(right),
        "released_accuracy/none": share([outcome.released for outcome in became]),
        "ran/none": share([outcome.execution.failure is None for outcome in became]),
    }
    questions = list(answers.prompts())
    fifths = [gold.fifth(question) for question in questions]
    found |= _of_parts(right, fifths, [f"fifth_{part + 1}" for part in range(FIFTHS)])
    types = [gold.type(question) for question in questions]
    return found | _of_parts(right, types, [f"type_{n + 1:02}" for n in range(len(gold.types))])


def _of_parts(
    right: Sequence[bool], places: Sequence[int | None], names: Sequence[str]
) -> dict[str, Measurement]:
    """The share of each part of the answers, and how many of it are right if it has any.

    Args:
        right: Whether each answer is right.
        places: Which part each answer is in; None for no part.
        names: Names of the parts, in their order.
    """
    found = {}
    for place, name in enumerate(names):
        inside = [at == place for at in places]
        found[f"share/{name}"] = share(inside)
        if any(inside):
            of_it = [is_right for is_right, at in zip(right, inside, strict=True) if at]
            found[f"executed_accuracy/{name}"] = share(of_it)
    return found


def share(hits: Sequence[bool]) -> Measurement:
    """Share of hits with its binomial standard error; none for a single one."""
    n = len(hits)
    value = sum(hits) / n
    error = math.sqrt(value * (1 - value) / (n - 1)) if n > 1 else None
    return Measurement(value=value, stderr=error, n=n, version=_VERSION)
