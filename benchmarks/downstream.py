"""Accuracy on tasks, by lm-eval: our adapter, and the tasks of tier `paper` with their pins."""

import csv
import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from benchmarks.evaluation import Measurement

TASKS = Path(__file__).parent / "tasks"
PREFIX = "collapse_"
"""Of the local tasks' names, so that none hides a stock task."""


@dataclass(frozen=True, slots=True)
class HubTask:
    """A stock task as the paper used it; tier `paper` only, its data come from the hub."""

    column: str
    """Of the paper's tables."""
    tables: tuple[str, ...]
    task: str
    metric: str
    filter: str
    shots: int
    version: str
    """Of the task in lm-eval; the paper's own is unknown."""


@dataclass(frozen=True, slots=True)
class Downstream:
    """What an evaluation gave."""

    scores: Mapping[str, Measurement]
    """By `task/metric/filter`; a share with the standard error over items."""
    samples: Mapping[str, str]
    """SHA-256 per task over the documents, prompts and targets in their order."""
    cut: Mapping[str, int]
    """Requests per task that were longer than the model's context and lost their beginning."""
    lm_eval: str
    """Its version."""


def hub_tasks() -> tuple[HubTask, ...]:
    """The stock tasks of tier `paper`."""
    with (TASKS / "hub_tasks.csv").open(newline="", encoding="utf-8") as stream:
        return tuple(
            HubTask(
                line["column"],
                tuple(line["tables"].split()),
                line["task"],
                line["metric"],
                line["filter"],
                int(line["shots"]),
                line["version"],
            )
            for line in csv.DictReader(stream)
        )


def local_tasks() -> tuple[str, ...]:
    """Names of the tasks that need no hub."""
    return tuple(sorted(path.stem for path in TASKS.glob(f"{PREFIX}*.yaml")))


def evaluate_tasks(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    tasks: Sequence[str],
    *,
    batch_size: int = 8,
    limit: int | None = None,
) -> Downstream:
    """Score a model on local tasks, without a network.

    Args:
        model: On the device where it shall run.
        tokenizer: Its own.
        tasks: Some of `local_tasks()`.
        batch_size: Prompts at a time; decides speed and the last digits of log-probabilities.
        limit: Only the first items of each task; for tests.

    Raises:
        ValueError: lm-eval is not installed, a task is unknown, or its package is not at hand.
    """
    unknown = sorted(set(tasks) - set(local_tasks()))
    if unknown or not tasks:
        raise ValueError(f"unknown tasks {unknown}; use some of {', '.join(local_tasks())}")
    try:
        import lm_eval
        from lm_eval.models.huggingface import HFLM
        from lm_eval.tasks import TaskManager
    except ModuleNotFoundError as error:
        raise ValueError("lm-eval is not installed; run: pip install -e '.[lm-eval]'") from error
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    adapter = HFLM(
        pretrained=model, tokenizer=tokenizer, batch_size=batch_size, device=str(model.device)
    )
    results = lm_eval.simple_evaluate(
        model=adapter,
        tasks=list(tasks),
        task_manager=TaskManager(include_path=str(TASKS), include_defaults=False),
        limit=limit,
        log_samples=True,
    )
    return Downstream(
        scores={k: v for task in tasks for k, v in _scores(results, task).items()},
        samples={task: samples_sha256(results["samples"][task]) for task in tasks},
        cut={task: _n_cut(adapter, results["samples"][task]) for task in tasks},
        lm_eval=lm_eval.__version__,
    )


def _scores(results: Mapping[str, Any], task: str) -> dict[str, Measurement]:
    found = results["results"][task]
    names = [key for key in found if "," in key and "_stderr," not in key]
    return {
        f"{task}/{key.replace(',', '/')}": Measurement(
            value=float(found[key]),
            stderr=float(found[key.replace(",", "_stderr,")]),
            n=results["n-samples"][task]["effective"],
            version=int(results["versions"][task]),
        )
        for key in names
    }


def _n_cut(adapter: Any, samples: Sequence[Mapping[str, Any]]) -> int:
    requests = [context + answer for s in samples for context, answer in s["arguments"]]
    return sum(len(adapter.tok_encode(text)) > adapter.max_length + 1 for text in requests)


def samples_sha256(samples: Sequence[Mapping[str, Any]]) -> str:
    """Digest of what was asked, the same as lm-eval writes into its own result files."""
    text = "".join(s["doc_hash"] + s["prompt_hash"] + s["target_hash"] for s in samples)
    return hashlib.sha256(text.encode()).hexdigest()
