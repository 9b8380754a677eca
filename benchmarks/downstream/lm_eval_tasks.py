"""Accuracy on tasks, by lm-eval: our adapter, and the tasks of tier `paper` with their pins."""

import csv
import hashlib
import importlib.util
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huggingface_hub import try_to_load_from_cache
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from data.errors import BadInput
from data.sources.evaluation_sets import EVALUATION_SETS
from data.sources.fetching import open_package

TASKS = Path(__file__).parent / "tasks"
PREFIX = "collapse_"
"""Beginning of the local tasks' names, so that none hides a stock task."""


@dataclass(frozen=True, slots=True)
class HubTask:
    """A stock task as the paper used it; tier `paper` only, its data come from the hub."""

    column: str
    """Name of the task's column in the paper's tables."""
    tables: tuple[str, ...]
    task: str
    metric: str
    filter: str
    shots: int
    version: str
    """Version of the task in lm-eval; the paper's own is unknown."""
    data: str
    """Hub name of the data set that it reads."""


@dataclass(frozen=True, slots=True)
class TaskScore:
    """Value of one metric on one task."""

    value: float
    stderr: float | None
    """Standard error over items; None where lm-eval gives none."""
    n: int
    """Number of items that were asked."""
    version: str
    """Version of the task; scores of different versions are not comparable."""


@dataclass(frozen=True, slots=True)
class Downstream:
    """Result of evaluating one model on some tasks."""

    scores: Mapping[str, TaskScore]
    """Scores of the model, by `task/metric/filter`."""
    samples: Mapping[str, str]
    """SHA-256 per task over the documents, prompts and targets in their order."""
    items: Mapping[str, Sequence[Mapping[str, Any]]]
    """Items by task: the number, what was asked, and the outcome of each metric."""
    outcomes: Mapping[str, str]
    """SHA-256 per task over its items: equal digests answered every item alike."""
    cut: Mapping[str, int]
    """Requests per task that were longer than the model's context and lost their beginning."""
    tokens: int
    """Number of tokens in all requests, as the model reads them."""
    lm_eval: str
    """Version of lm-eval that asked and scored."""


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
                line["data"],
            )
            for line in csv.DictReader(stream)
        )


def local_tasks() -> tuple[str, ...]:
    """Names of the tasks that need no hub."""
    return tuple(sorted(path.stem for path in TASKS.glob(f"{PREFIX}*.yaml")))


def known_tasks() -> tuple[str, ...]:
    """Local tasks, and the stock tasks of tier `paper`."""
    return (*local_tasks(), *dict.fromkeys(task.task for task in hub_tasks()))


def check_tasks(tasks: Sequence[str]) -> None:
    """Make sure that tasks can be evaluated here, before anything is trained.

    Raises:
        BadInput: lm-eval is not installed, a task is unknown, or its data are not at hand.
    """
    unknown = sorted(set(tasks) - set(known_tasks()))
    if unknown or not tasks:
        raise BadInput(f"unknown tasks {unknown}; use some of {', '.join(known_tasks())}")
    if importlib.util.find_spec("lm_eval") is None:
        raise BadInput("lm-eval is not installed; run: pip install -e '.[lm-eval]'")
    for task in tasks:
        if task in local_tasks():
            open_package(EVALUATION_SETS[task.removeprefix(PREFIX)].wheel)
    from_hub = [task for task in tasks if task not in local_tasks()]
    data = {task.data for task in hub_tasks() if task.task in from_hub}
    missing = sorted(name for name in data if not _cached(name))
    if missing:
        raise BadInput(
            f"data of {', '.join(from_hub)} are not in the hub's cache ({', '.join(missing)}); "
            f"fetch them where the hub is in reach, or use some of {', '.join(local_tasks())}"
        )


def _cached(dataset: str) -> bool:
    found = try_to_load_from_cache(dataset, "README.md", repo_type="dataset")
    return isinstance(found, str)


def evaluate_tasks(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    tasks: Sequence[str],
    *,
    batch_size: int = 8,
    limit: int | None = None,
    shots: int | None = None,
    context: int | None = None,
) -> Downstream:
    """Score a model on tasks, without a network where they are local.

    Args:
        model: Model to score, on the device where it shall run.
        tokenizer: Tokenizer of the model.
        tasks: Names of tasks, some of `known_tasks()`.
        batch_size: Prompts at a time; decides speed and the last digits of log-probabilities.
        limit: Number of items of each task that are asked, from its beginning; None asks all.
        shots: Number of solved items before each prompt; None leaves what the task itself says.
            Local tasks have one split, so that these are other items of the same set.
        context: Tokens that the model reads at most; None leaves what its configuration says.

    Raises:
        BadInput: lm-eval is not installed, a task is unknown, or its data are not at hand.
    """
    check_tasks(tasks)
    import lm_eval
    from lm_eval.models.huggingface import HFLM
    from lm_eval.tasks import TaskManager

    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    adapter = HFLM(
        pretrained=model,
        tokenizer=tokenizer,
        batch_size=batch_size,
        device=str(model.device),
        max_length=context,
    )
    results = lm_eval.simple_evaluate(
        model=adapter,
        tasks=list(tasks),
        task_manager=TaskManager(
            include_path=str(TASKS), include_defaults=not set(tasks) <= set(local_tasks())
        ),
        limit=limit,
        num_fewshot=shots,
        log_samples=True,
    )
    items = {task: outcomes(found) for task, found in results["samples"].items()}
    requests = {task: list(_requests(results["samples"][task])) for task in results["samples"]}
    lengths = {task: [len(adapter.tok_encode(r)) for r in requests[task]] for task in requests}
    return Downstream(
        scores={
            key: score
            for task in results["results"]
            for key, score in _scores(results, task).items()
        },
        samples={task: samples_sha256(found) for task, found in results["samples"].items()},
        items=items,
        outcomes={task: _sha256(found) for task, found in items.items()},
        cut={
            task: sum(length > adapter.max_length + 1 for length in lengths[task])
            for task in lengths
        },
        tokens=sum(map(sum, lengths.values())),
        lm_eval=lm_eval.__version__,
    )


def _scores(results: Mapping[str, Any], task: str) -> dict[str, TaskScore]:
    found = results["results"][task]
    parts = results["group_subtasks"].get(task) or [task]
    n = sum(results["n-samples"][part]["effective"] for part in parts)
    errors = {key: found[key.replace(",", "_stderr,")] for key in _metrics(found)}
    return {
        f"{task}/{key.replace(',', '/')}": TaskScore(
            value=float(found[key]),
            stderr=float(error) if isinstance(error, int | float) else None,
            n=n,
            version=str(results["versions"][task]),
        )
        for key, error in errors.items()
    }


def _metrics(found: Mapping[str, Any]) -> list[str]:
    return [key for key in found if "," in key and "_stderr," not in key]


def _requests(samples: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for sample in samples:
        for request in sample["arguments"]:
            yield "".join(part for part in request if isinstance(part, str))


def samples_sha256(samples: Sequence[Mapping[str, Any]]) -> str:
    """Digest of what was asked, the same as lm-eval writes into its own result files."""
    text = "".join(s["doc_hash"] + s["prompt_hash"] + s["target_hash"] for s in samples)
    return hashlib.sha256(text.encode()).hexdigest()


def outcomes(samples: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Every item with its number, what was asked, and the outcome of each metric."""
    return [
        {
            "item": sample["doc_id"],
            "asked": sample["doc_hash"],
            **{metric: sample[metric] for metric in sorted(sample["metrics"])},
        }
        for sample in samples
    ]


def _sha256(items: Sequence[Mapping[str, Any]]) -> str:
    lines = [json.dumps(item, sort_keys=True) for item in items]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
