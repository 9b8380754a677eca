"""How a model is asked: the text of an instruction, its letters, and their probabilities."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.downstream.tasks.rows import LETTERS, ROWS
from data.preference_data.instructions import Instruction, read_instructions
from data.prior import Prior, load_prior
from data.text.tokens import encode
from lightning_modules.device import Device
from lightning_modules.preference_data.asking.choices import (
    next_token_log_probabilities,
    one_token,
)
from lightning_modules.trainer import predicting

Floats = NDArray[np.float64]
Measures = dict[str, dict[str, Any]]


def asked(instruction: Instruction) -> str:
    """The text before an answer; of an item of an exam it is that of the suite's lm-eval task."""
    if not instruction.options:
        return f"Question: {instruction.question}\nAnswer:"
    exam = instruction.source.partition(":")[0]
    return str(ROWS[exam](instruction.as_question())["query"])


def answer_text(instruction: Instruction, option: int) -> str:
    """An option as an answer: its letter and its words."""
    return f" {LETTERS[option]}. {instruction.options[option]}"


def quietly(n_tokens: int) -> None:
    """Tell nobody of texts that are few."""


def letter_probabilities(
    prior: Prior,
    instructions: Sequence[Instruction],
    texts: Sequence[str],
    device: Device,
) -> list[Floats]:
    """Probabilities of the letters of each instruction after its text, as parts of 1.

    Args:
        prior: The model, which reads its end-of-text token before every text.
        instructions: Instructions with options.
        texts: What the model reads of each.
        device: Where it reads.
    """
    before = [] if prior.prefix is None else [prior.prefix]
    most = max(len(one.options) for one in instructions)
    wanted = one_token(prior.tokenizer, [f" {letter}" for letter in LETTERS[:most]])
    found = next_token_log_probabilities(
        prior.model,
        [[*before, *ids] for ids in encode(prior.tokenizer, texts)],
        wanted,
        predicting(device, quietly),
    )
    return [_parts(row[: len(one.options)]) for row, one in zip(found, instructions, strict=True)]


def _parts(log_probability: Floats) -> Floats:
    """Probabilities that sum to 1."""
    shifted = np.exp(log_probability - log_probability.max())
    parts: Floats = shifted / shifted.sum()
    return parts


def answers_measured(
    name: str, instructions: Sequence[Instruction], probabilities: Sequence[Floats]
) -> Measures:
    """How well a model chooses: accuracy, loss, and where it likes the right option to stand.

    *accuracy* is that of the likeliest option (ties count their part), *expected* that of an option
    drawn by its probability, *loss* is minus the log-probability of the right one among the
    options, in nats, and *first place* the mean probability of the first option.

    Args:
        name: What stands before the name of every measure.
        instructions: Instructions with options.
        probabilities: Probabilities of the options of each.
    """
    gold = [one.gold or 0 for one in instructions]
    rows = list(zip(probabilities, gold, strict=True))
    best = [float(p[g] == p.max()) / int(np.sum(p == p.max())) for p, g in rows]
    return {
        f"{name}/accuracy": mean_of(best),
        f"{name}/expected": mean_of([float(p[g]) for p, g in rows]),
        f"{name}/loss": mean_of([-float(np.log(p[g])) for p, g in rows]),
        f"{name}/first place": mean_of([float(p[0]) for p, _ in rows]),
    }


def mean_of(values: Sequence[float]) -> dict[str, Any]:
    """Mean with its standard error."""
    found = np.array(values, dtype=np.float64)
    n = len(found)
    error = float(found.std(ddof=1) / np.sqrt(n)) if n > 1 else None
    return {"value": float(found.mean()), "stderr": error, "n": n}


def ask_exam(
    folder: Path, *, model: Path, context: int, tested: Path, device: Device
) -> dict[str, Any]:
    """Ask a model the questions that nothing was learnt from.

    Args:
        folder: Stays empty.
        model: Checkpoint of the model.
        context: Tokens that it reads at once.
        tested: File of the questions.
        device: Where it reads.
    """
    prior = load_prior(model, context=context, prefix=True)
    questions = read_instructions(tested)
    found = letter_probabilities(prior, questions, [asked(one) for one in questions], device)
    return {"measures": answers_measured("exam", questions, found)}
