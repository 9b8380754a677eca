"""Downstream tasks inside a chain: what must be there, what may not overlap, the stage itself."""

import contextlib
import itertools
import json
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from benchmarks.downstream import PREFIX, TASKS, check_tasks, evaluate_tasks
from benchmarks.recipe import Recipe
from benchmarks.record import DownstreamFacts
from benchmarks.stage import Stage, discard
from data.corpus import Corpus
from data.evaluation_sets import (
    EVALUATION_SETS,
    EvaluationSet,
    count_searchable,
    load_questions,
    shared_questions,
)
from data.fetching import open_package
from data.files import file_digest, write_atomic
from data.prior import load_prior
from data.sources import SOURCES
from lightning_modules.processes import (
    gather,
    leads,
    local_rank,
    on_lead,
    process_count,
    process_rank,
)
from lightning_modules.trainer import Advance, Device

if TYPE_CHECKING:
    from benchmarks.laboratory import Laboratory

_CODE = ("downstream.py", "task_work.py")
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


class EvaluatedText(ValueError):
    """Text to train on holds what is evaluated."""


def evaluation_set(task: str) -> EvaluationSet | None:
    """The set inside a package with the questions of a task; None where there is none."""
    name = task.removeprefix(PREFIX) if task.startswith(PREFIX) else _STOCK.get(task)
    return None if name is None else EVALUATION_SETS[name]


def _searched(tasks: Sequence[str]) -> dict[str, EvaluationSet]:
    """The sets of those tasks that have one."""
    return {task: found for task in tasks if (found := evaluation_set(task)) is not None}


def check_downstream(recipe: Recipe) -> None:
    """Make sure that the tasks of a recipe can be evaluated and are not what it trains on.

    Raises:
        EvaluatedText: The source of the human text, or of the base's, says that it contains one of
            the sets.
        ValueError: A task is unknown, or its data, or those to look for its questions, are not at
            hand.
    """
    if not recipe.downstream:
        return
    check_tasks(recipe.downstream)
    searched = _searched(recipe.downstream)
    for chosen in searched.values():
        open_package(chosen.wheel)
    base = () if recipe.base is None else (recipe.base.source,)
    for name in (recipe.human.source, *base):
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
        for task, chosen in _searched(tasks).items()
    }


def refuse_overlap(
    laboratory: "Laboratory",
    name: str,
    inputs: dict[str, Stage | None],
    texts: Sequence[Path],
    generation: int,
) -> None:
    """Look through text that a chain may train on, before it does.

    Args:
        laboratory: Of the chain.
        name: Of the text, for the message.
        inputs: Stages that it lies in.
        texts: Its files.
        generation: That will train on it.

    Raises:
        EvaluatedText: It shares text with a question of a task of the recipe.
    """
    tasks = laboratory.recipe.downstream
    if not tasks:
        return
    stage = laboratory.run(
        generation,
        "overlap",
        overlap,
        settings={"tasks": tasks},
        inputs=inputs,
        also=task_identity(tasks),
        paths={"texts": texts},
    )
    refuse_shared(name, stage.facts["shared"])


def refuse_shared(name: str, shared: Mapping[str, int]) -> None:
    """Refuse text that holds questions.

    Args:
        name: Of the text, for the message.
        shared: What `count_shared` found in it.

    Raises:
        EvaluatedText: It found one.
    """
    for task, count in shared.items():
        if count:
            raise EvaluatedText(
                f"{name} shares text with {count} questions of {task}: nothing may be trained on "
                "what is evaluated; choose another source or leave the task out"
            )


def refuse_evaluated_human_text(laboratory: "Laboratory") -> None:
    """Look through all human text but the held-out part, before the first fit on it.

    Says which questions cannot be looked for: what is too short, or inside no package.

    Raises:
        EvaluatedText: It shares text with a question of a task of the recipe.
    """
    if laboratory.recipe.downstream:
        human = laboratory.human
        names = [name for name in human.facts["parts"] if name != "held_out"]
        texts = [human.path / f"{name}.arrow" for name in names]
        refuse_overlap(laboratory, laboratory.recipe.human.source, {"human": human}, texts, 0)
        if leads():
            laboratory.progress.say(coverage(laboratory.used[0, "overlap"].facts["searched"]))


def coverage(searched: Mapping[str, int]) -> str:
    """One line: how many questions of each task were looked for in the text to train on."""
    sets = _searched(list(searched))
    parts = [
        f"{task} {count:,} of {sets[task].items:,}" if count else f"{task} not checked"
        for task, count in searched.items()
    ]
    return f"bundled questions looked for in the human text: {', '.join(parts)}"


def task_identity(tasks: Sequence[str]) -> dict[str, str]:
    """What decides scores besides model and settings: lm-eval, our code, prompts and questions."""
    here = Path(__file__).parent
    files = [here / name for name in _CODE] + sorted(TASKS.glob("*.py"))
    files += [
        path for path in sorted(TASKS.glob("*yaml")) if path.stem in tasks or path.name[0] == "_"
    ]
    sets = {task: chosen.wheel.sha256 for task, chosen in _searched(tasks).items()}
    return {
        "lm_eval": metadata.version("lm_eval"),
        **{path.name: file_digest(path)[:12] for path in files},
        **sets,
    }


def score_tasks(
    folder: Path,
    *,
    model: Path,
    tasks: Sequence[str],
    limit: int | None,
    shots: int | None,
    context: int,
    device: Device,
    advance: Advance,
) -> dict[str, Any]:
    """Evaluate a checkpoint on tasks; each of several processes takes every n-th task.

    A task that is finished is kept in `working/` when the stage is killed and goes on.

    Args:
        folder: Receives `items.json`, every item of every task.
        model: Checkpoint.
        tasks: Names; see `benchmarks.downstream.known_tasks`.
        limit: First items of each task; None takes all.
        shots: Solved items in each prompt; None leaves what the task says.
        context: Tokens that the model reads at most.
        device: Where to run.
        advance: Told the tokens of each finished task.
    """
    working = folder / "working"
    on_lead(lambda: working.mkdir(exist_ok=True))
    mine = tasks[process_rank() :: process_count()]
    missing = [task for task in mine if not (working / f"{task}.json").is_file()]
    if missing:
        prior = load_prior(model, context=context, prefix=True)
        place = f"cuda:{local_rank()}" if device.kind == "cuda" else "cpu"
        torch.nn.Module.to(prior.model, place)
        for task in missing:
            with _quietly():
                found = evaluate_tasks(
                    prior.model, prior.tokenizer, [task], limit=limit, shots=shots, context=context
                )
            write_atomic(working / f"{task}.json", json.dumps(asdict(found), sort_keys=True))
            advance(found.tokens)
    gather(None)
    parts = on_lead(lambda: _finish(folder, [working / f"{task}.json" for task in tasks]))
    return {
        "tokens": sum(part["tokens"] for part in parts),
        **{
            name: {key: value for part in parts for key, value in part[name].items()}
            for name in ("scores", "samples", "outcomes", "cut")
        },
        "lm_eval": parts[0]["lm_eval"],
    }


def _finish(folder: Path, finished: Sequence[Path]) -> list[dict[str, Any]]:
    """Move the items of all tasks into `items.json`; what else was found, task by task."""
    parts: list[dict[str, Any]] = [json.loads(path.read_text()) for path in finished]
    items = {task: found for part in parts for task, found in part.pop("items").items()}
    write_atomic(folder / "items.json", json.dumps(items, indent=1, sort_keys=True) + "\n")
    discard(folder / "working")
    return parts


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Keep lm-eval's bars and notes out of a run's output; its errors are exceptions."""
    logger = logging.getLogger("lm_eval")
    level = logger.level
    logger.setLevel(logging.ERROR)
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stderr(nowhere):
        try:
            yield
        finally:
            logger.setLevel(level)


def score_model(laboratory: "Laboratory", model: Stage, generation: int) -> DownstreamFacts | None:
    """Scores of one generation, if the recipe asks for them."""
    recipe = laboratory.recipe
    is_last = generation == recipe.generations
    if not recipe.downstream or not (is_last or recipe.downstream_at == "every generation"):
        return None
    stage = laboratory.run(
        generation,
        "downstream",
        score_tasks,
        settings={
            "tasks": recipe.downstream,
            "limit": recipe.downstream_limit,
            "shots": recipe.downstream_shots,
            "context": recipe.model.context,
        },
        inputs={"model": model},
        also=task_identity(recipe.downstream),
        paths={"model": model.path / "model"},
        n_tokens=1,  # unknown before the prompts are made
    )
    facts = {
        name: stage.facts[name] for name in DownstreamFacts.model_fields if name in stage.facts
    }
    return DownstreamFacts(
        limit=recipe.downstream_limit,
        shots=recipe.downstream_shots,
        searched=laboratory.used[0, "overlap"].facts["searched"],
        **facts,
    )
