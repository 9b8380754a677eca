"""Downstream tasks inside a chain: what must be there, what may not overlap, the stage itself."""

import contextlib
import json
import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from benchmarks.downstream import PREFIX, TASKS, check_tasks, evaluate_tasks
from benchmarks.recipe import Recipe
from benchmarks.record import DownstreamFacts
from benchmarks.stage import Stage, discard, write_atomic
from data.corpus import Corpus
from data.evaluation_sets import EVALUATION_SETS, load_questions, shared_questions
from data.files import file_digest
from data.prior import load_prior
from data.sources import SOURCES
from lightning_modules.processes import gather, local_rank, on_lead, process_count, process_rank
from lightning_modules.trainer import Advance, Device

if TYPE_CHECKING:
    from benchmarks.laboratory import Laboratory

_CODE = ("downstream.py", "task_work.py")


class EvaluatedText(ValueError):
    """Text to train on holds what is evaluated."""


def check_downstream(recipe: Recipe) -> None:
    """Make sure that the tasks of a recipe can be evaluated and are not what it trains on.

    Raises:
        EvaluatedText: The source of the human text says that it contains one of the sets.
        ValueError: A task is unknown, or its data are not at hand.
    """
    if not recipe.downstream:
        return
    check_tasks(recipe.downstream)
    source = SOURCES.get(recipe.human.source)
    contained = [] if source is None else [f"{PREFIX}{name}" for name in source.evaluated_in]
    for task in recipe.downstream:
        if task in contained:
            raise EvaluatedText(
                f"{recipe.human.source} contains text of {task}: nothing may be trained on what is "
                "evaluated; choose another source or leave the task out"
            )


def overlap(folder: Path, *, texts: Sequence[Path], tasks: Sequence[str]) -> dict[str, Any]:
    """Count, for every local task, the questions that share text with what will be trained on."""
    shared = {
        task: shared_questions(
            (text for path in texts for text in Corpus.open(path).texts()),
            load_questions(EVALUATION_SETS[task.removeprefix(PREFIX)]),
        )
        for task in tasks
        if task.startswith(PREFIX)
    }
    return {"parts": sorted(path.stem for path in texts), "shared": shared}


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
    for task, count in stage.facts["shared"].items():
        if count:
            raise EvaluatedText(
                f"{name} shares text with {count} questions of {task}: nothing may be trained on "
                "what is evaluated; choose another source or leave the task out"
            )


def refuse_evaluated_human_text(laboratory: "Laboratory") -> None:
    """Look through all human text but the held-out part, before the first fit.

    Raises:
        EvaluatedText: It shares text with a question of a task of the recipe.
    """
    if laboratory.recipe.downstream:
        human = laboratory.human
        names = [name for name in human.facts["parts"] if name != "held_out"]
        texts = [human.path / f"{name}.arrow" for name in names]
        refuse_overlap(laboratory, laboratory.recipe.human.source, {"human": human}, texts, 0)


def task_identity(tasks: Sequence[str]) -> dict[str, str]:
    """What decides scores besides model and settings: lm-eval, our code, prompts and questions."""
    here = Path(__file__).parent
    files = [here / name for name in _CODE] + sorted(TASKS.glob("*.py"))
    files += [
        path for path in sorted(TASKS.glob("*yaml")) if path.stem in tasks or path.name[0] == "_"
    ]
    sets = {
        task: EVALUATION_SETS[task.removeprefix(PREFIX)].wheel.sha256
        for task in tasks
        if task.startswith(PREFIX)
    }
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
        folder: Receives `outcomes.json`, every item of every task.
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
    return DownstreamFacts(limit=recipe.downstream_limit, shots=recipe.downstream_shots, **facts)
