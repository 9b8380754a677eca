"""Questions that are evaluated must not be trained on: they are looked for, and text is refused."""

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.downstream.lm_eval_tasks import PREFIX, check_tasks
from data.errors import BadInput
from data.sources.evaluation_sets import (
    EVALUATION_SETS,
    EvaluationSet,
    count_searchable,
    load_questions,
    shared_questions,
)
from data.sources.fetching import open_package
from data.sources.texts import SOURCES
from data.text.corpus import Corpus

_STOCK = {
    "boolq": "boolq",
    "commonsense_qa": "commonsenseqa",
    "logiqa": "logiqa",
    "logiqa2": "logiqa",
    "medmcqa": "medmcqa",
    "medqa_4options": "medqa",
    "mmlu": "mmlu",
    "openbookqa": "openbookqa",
    "piqa": "piqa",
    "pubmedqa": "pubmedqa",
    "social_iqa": "siqa",
}
"""The set inside a package for a stock task of lm-eval; it may be a part of the task's own."""


class EvaluatedText(BadInput):
    """Text to train on holds what is evaluated."""


def evaluation_set(task: str) -> EvaluationSet | None:
    """The set inside a package with the questions of a task; None where there is none."""
    name = task.removeprefix(PREFIX) if task.startswith(PREFIX) else _STOCK.get(task)
    return None if name is None else EVALUATION_SETS[name]


def searched_sets(tasks: Sequence[str]) -> dict[str, EvaluationSet]:
    """The sets of those tasks that have one."""
    return {task: found for task in tasks if (found := evaluation_set(task)) is not None}


def check_downstream(tasks: Sequence[str], sources: Sequence[str]) -> None:
    """Make sure that tasks can be evaluated and are not what a chain trains on.

    Args:
        tasks: Names of the tasks to evaluate.
        sources: Names of all text that is trained on: sources, files or hub data sets.

    Raises:
        EvaluatedText: A source says that it contains one of the sets.
        BadInput: A task is unknown, or its data, or those to look for its questions, are not at
            hand.
    """
    if not tasks:
        return
    check_tasks(tasks)
    searched = searched_sets(tasks)
    for chosen in searched.values():
        open_package(chosen.wheel)
    for name in sources:
        contained = SOURCES[name].evaluated_in if name in SOURCES else ()
        for task, chosen in searched.items():
            if chosen.name in contained:
                raise EvaluatedText(
                    f"{name} contains text of {task}: nothing may be trained on what is evaluated; "
                    "choose another source or leave the task out"
                )


def overlap(folder: Path, *, texts: Sequence[Path], tasks: Sequence[str]) -> dict[str, Any]:
    """Look in text that will be trained on for the questions of tasks.

    Returns:
        The names of the texts; `shared`, the questions found, by task, without the tasks that
        cannot be checked; and `searched`, the questions looked for, by task, 0 for those.
    """
    return {
        "parts": sorted(path.stem for path in texts),
        "shared": count_shared([Corpus.open(path) for path in texts], tasks),
        "searched": {
            task: 0 if chosen is None else count_searchable(load_questions(chosen))
            for task, chosen in zip(tasks, map(evaluation_set, tasks), strict=True)
        },
    }


def count_shared(corpora: Sequence[Corpus], tasks: Sequence[str]) -> dict[str, int]:
    """Questions that share text with a document or its prompt, by task that can be checked."""
    return {
        task: shared_questions(
            itertools.chain.from_iterable(corpus.whole_texts() for corpus in corpora),
            load_questions(chosen),
        )
        for task, chosen in searched_sets(tasks).items()
    }


def refuse_shared(name: str, shared: Mapping[str, int]) -> None:
    """Refuse text that holds questions.

    Args:
        name: Name of the text, for the message.
        shared: Number of questions, by task, that `count_shared` found in the text.

    Raises:
        EvaluatedText: The text shares a question with one of the tasks.
    """
    for task, count in shared.items():
        if count:
            raise EvaluatedText(
                f"{name} shares text with {count} questions of {task}: nothing may be trained on "
                "what is evaluated; choose another source or leave the task out"
            )


def coverage(searched: Mapping[str, int]) -> str:
    """One line: how many questions of each task were looked for in the text to train on."""
    sets = searched_sets(list(searched))
    parts = [
        f"{task} {count:,} of {sets[task].items:,}" if count else f"{task} not checked"
        for task, count in searched.items()
    ]
    return f"bundled questions looked for in the human text: {', '.join(parts)}"
