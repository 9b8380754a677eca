"""Prompts with their right answers from a task's training part, as lm-eval writes them out."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerFast

from data.errors import BadInput
from data.text.answers import IGNORED, pieces
from data.text.tokens import encode


class Example(NamedTuple):
    """A question and its right answer."""

    prompt: str
    answer: str
    """The answer with whatever stands between it and the prompt."""


def training_part(task: Any) -> list[Example]:
    """The training part of a task of lm-eval: its prompts, each with the answer that counts.

    Args:
        task: A task object of lm-eval.

    Raises:
        BadInput: The task has no training part.
    """
    documents = task.training_docs()
    if documents is None:
        raise BadInput(f"{task.config.task} has no training part; name another task")
    between = str(task.config.target_delimiter)
    return [
        Example(str(task.doc_to_text(one)), between + right_answer(task, one)) for one in documents
    ]


def right_answer(task: Any, document: Any) -> str:
    """The right answer of one item, be it a text, one of several, or the number of a choice."""
    target = task.doc_to_target(document)
    if isinstance(target, list):
        target = target[0]
    if isinstance(target, int):
        return str(task.doc_to_choice(document)[target])
    return str(target)


def read_examples(task: str, file: Path | None) -> list[Example]:
    """Examples of a task, from a file of one's own or from the hub's cache through lm-eval.

    Args:
        task: Name of the task in lm-eval.
        file: JSON lines with `prompt` and `answer`; None asks lm-eval.

    Raises:
        BadInput: The file has no examples, or the task no training part.
    """
    if file is None:
        from lm_eval.tasks import TaskManager, get_task_dict

        return training_part(get_task_dict([task], TaskManager())[task])
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    if not lines or any(line.keys() != {"prompt", "answer"} for line in lines):
        raise BadInput(f"{file}: not lines with a prompt and an answer each; correct it")
    return [Example(**line) for line in lines]


def packed(
    examples: Iterable[Example], tokenizer: PreTrainedTokenizerFast, context: int
) -> NDArray[np.int32]:
    """Examples as windows, one a row, with labels for the answers alone.

    Nothing shares a row with another example, since a model such as OPT does not restart attention
    inside of one. An answer begins where the prompt's own tokens end, as lm-eval cuts it.

    Args:
        examples: What is learnt; an example that is longer than a row takes several.
        tokenizer: Tokenizer of the model.
        context: Tokens that the model reads at once.

    Returns:
        Tokens, labels and positions, shape (windows, 3, context + 1).
    """
    end = tokenizer.eos_token_id
    rows = []
    for prompt, whole in _encoded(list(examples), tokenizer):
        for piece in pieces(prompt, whole[len(prompt) :], end, context):
            row = np.full((3, context + 1), end, dtype=np.int32)
            row[1] = IGNORED
            row[0, : len(piece.tokens)] = piece.tokens
            row[1, : len(piece.labels)] = piece.labels
            row[2] = np.arange(context + 1)
            rows.append(row)
    return np.stack(rows)


def _encoded(
    examples: Sequence[Example], tokenizer: PreTrainedTokenizerFast
) -> Iterable[tuple[list[int], list[int]]]:
    """Tokens of each prompt, and of the prompt with its answer, cut where the prompt's end."""
    prompts = encode(tokenizer, [one.prompt for one in examples])
    wholes = encode(tokenizer, [one.prompt + one.answer for one in examples])
    for prompt, whole in zip(prompts, wholes, strict=True):
        yield whole[: len(prompt)], whole
