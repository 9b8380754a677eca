"""Downstream tasks as stages of a bench: text is searched for questions, models are scored."""

from collections.abc import Sequence
from importlib import metadata

from benchmarks.downstream.lm_eval_tasks import TASKS
from benchmarks.downstream.questions import coverage, overlap, refuse_shared, searched_sets
from benchmarks.downstream.record import DownstreamFacts
from benchmarks.downstream.scoring import score_tasks
from benchmarks.running.bench import Bench, Pinned
from benchmarks.running.stage import File, Stage
from data.files import file_digest
from lightning_modules.processes import leads


def refuse_overlap(
    bench: Bench, tasks: Sequence[str], name: str, texts: Sequence[File], generation: int
) -> Stage | None:
    """Look through text that a chain may train on, before it does.

    Args:
        bench: Bench that runs the search as a stage.
        tasks: Names of the tasks whose questions are looked for.
        name: Name of the text, for the message.
        texts: Files of the text.
        generation: Index of the generation that will train on the text.

    Returns:
        The stage that looked; None without tasks.

    Raises:
        EvaluatedText: It shares text with a question of one of the tasks.
    """
    if not tasks:
        return None
    stage = bench.run(generation, "overlap", overlap, texts=texts, tasks=pinned_tasks(tasks))
    refuse_shared(name, stage.facts["shared"])
    return stage


def refuse_evaluated_human_text(
    bench: Bench, tasks: Sequence[str], human: Stage, source: str
) -> Stage | None:
    """Look through all human text but the held-out part, before the first fit on it.

    Says which questions cannot be looked for: what is too short, or inside no package.

    Args:
        bench: Bench that runs the search as a stage.
        tasks: Names of the tasks whose questions are looked for.
        human: The stage that divided the human text.
        source: Name of the human text, for the message.

    Returns:
        The stage that looked; None without tasks.

    Raises:
        EvaluatedText: It shares text with a question of one of the tasks.
    """
    texts = [human.file(f"{name}.arrow") for name in human.facts["parts"] if name != "held_out"]
    stage = refuse_overlap(bench, tasks, source, texts, 0)
    if stage is not None and leads():
        bench.progress.say(coverage(stage.facts["searched"]))
    return stage


def scored_stage(
    bench: Bench,
    tasks: Sequence[str],
    model: File,
    generation: int,
    *,
    limit: int | None,
    shots: int | None,
    context: int,
) -> Stage:
    """Stage that scores one model.

    Args:
        bench: Bench that runs the evaluation as a stage.
        tasks: Names of the tasks to evaluate.
        model: Checkpoint of the model that is scored.
        generation: Index of the generation that the model is of.
        limit: Number of items of each task that are asked, from its beginning; None asks all.
        shots: Number of solved items in each prompt; None leaves what the task says.
        context: Tokens that the model reads at most.
    """
    return bench.run(
        generation,
        "downstream",
        score_tasks,
        progress=1,  # unknown before the prompts are made
        model=model,
        tasks=pinned_tasks(tasks),
        limit=limit,
        shots=shots,
        context=context,
    )


def scores_of(
    stage: Stage, searched: Stage, *, limit: int | None, shots: int | None
) -> DownstreamFacts:
    """Scores of one model, for the record.

    Args:
        stage: The stage that scored it.
        searched: The stage that looked for the questions in the text to train on.
        limit: Number of items of each task that were asked at most; None for all.
        shots: Number of solved items in each prompt; None for what the task says.
    """
    facts = {
        name: stage.facts[name] for name in DownstreamFacts.model_fields if name in stage.facts
    }
    return DownstreamFacts(limit=limit, shots=shots, searched=searched.facts["searched"], **facts)


def pinned_tasks(tasks: Sequence[str]) -> Pinned:
    """Tasks, and what decides their scores besides model and settings: lm-eval, prompts, questions.

    The code of this project is in the address of the stage anyway.
    """
    files = sorted(TASKS.glob("*.py"))
    files += [
        path for path in sorted(TASKS.glob("*yaml")) if path.stem in tasks or path.name[0] == "_"
    ]
    identity = {
        "names": list(tasks),
        "lm_eval": metadata.version("lm_eval"),
        "files": {path.name: file_digest(path)[:12] for path in files},
        "sets": {task: chosen.wheel.sha256 for task, chosen in searched_sets(tasks).items()},
    }
    return Pinned(tuple(tasks), identity)
