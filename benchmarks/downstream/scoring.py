"""The work inside a downstream stage: a checkpoint is scored on tasks."""

import contextlib
import json
import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from benchmarks.downstream.lm_eval_tasks import evaluate_tasks
from data.files import discard, write_atomic
from data.prior import load_prior
from lightning_modules.device import Advance, Device
from lightning_modules.processes import (
    gather,
    local_rank,
    on_lead,
    process_count,
    process_rank,
)


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
        folder: Folder that receives `items.json`, every item of every task.
        model: Checkpoint of the model that is scored.
        tasks: Names of tasks; see `benchmarks.downstream.lm_eval_tasks.known_tasks`.
        limit: Number of items of each task that are asked, from its beginning; None asks all.
        shots: Number of solved items in each prompt; None leaves what the task says.
        context: Tokens that the model reads at most.
        device: Device that the model runs on.
        advance: Told the number of tokens of each finished task.
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
