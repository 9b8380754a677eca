"""THE flow of every run: recipe, seeds and arms become one record each."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from pytorch_lightning.loggers import Logger
from rich.console import Console

from benchmarks.chains.chain import run_chain
from benchmarks.chains.inputs import check_evaluation, check_inputs
from benchmarks.chains.recipe import Recipe
from benchmarks.chains.record import Human, Record
from benchmarks.chains.staged_chain import StagedChain
from benchmarks.comparing.curves import CONTROL, LOSS
from benchmarks.comparing.sequential import Search, search
from benchmarks.families.catalogue import family_of
from benchmarks.paper.family import AnyRecipe
from benchmarks.running.bench import Bench, no_loggers
from benchmarks.running.digests import RECORD_SCHEMA
from benchmarks.running.own_code import source_digest
from benchmarks.running.progress import Progress, ProgressOfMany, Told, ToldProgress
from benchmarks.running.record import (
    AnyRecord,
    Envelope,
    StageFacts,
    StudyRecord,
    read_as,
    sealed,
    stage_facts,
    write_record,
)
from benchmarks.running.side_by_side import side_by_side, tell
from benchmarks.running.stage import Stages
from benchmarks.running.study import FamilyRecipe, RunsItself
from benchmarks.running.surroundings import Commit, commit, environment, hardware
from data.errors import BadInput
from data.workflow import Workflow, label
from lightning_modules.device import Device
from lightning_modules.library_warnings import listen
from lightning_modules.processes import on_lead
from lightning_modules.trainer import quiet


class Observer(Protocol):
    """Looks on while runs go on, and changes nothing of them."""

    def begin(self, arm: str, seed: int, /) -> None:
        """Called when a run of an arm with a seed begins."""

    def loggers(self, generation: int) -> list[Logger]:
        """Lightning loggers that draw the training curve of one generation."""

    def finish(self, record: Any, /) -> None:
        """Called when a run has ended, with its record."""


class NoObserver:
    """The observer of a run that nobody looks on at."""

    def begin(self, arm: str, seed: int, /) -> None:
        """Let the run begin without a word."""

    def loggers(self, generation: int) -> list[Logger]:
        """No loggers, so that no training curve is drawn."""
        return no_loggers(generation)

    def finish(self, record: Any, /) -> None:
        """Let the run end without a word."""


@dataclass(frozen=True, kw_only=True)
class Session:
    """Folders, device, progress and observer that all runs of one command share."""

    outputs: Path
    """Folder of stages and checkpoints; it can be deleted, and is then made again."""
    records: Path
    """Folder that receives one JSON file per run."""
    device: Device
    progress: Progress
    observer: Observer = field(default_factory=NoObserver)
    explain: bool = False
    """Whether to say of every stage why it ran or was reused."""
    code: Commit = field(default_factory=lambda: commit())
    """Commit of the code, taken when the session begins, for the working tree may change while it
    lasts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RunTask:
    """One run, as a task of a cluster or of a process of its own."""

    recipe: AnyRecipe
    seed: int
    arm: str
    outputs: Path
    """Folder of stages that all nodes see, so that a run that moves goes on where it was."""
    records: Path
    device: Device
    explain: bool = False
    """Whether to say of every stage why it ran or was reused."""

    @property
    def name(self) -> str:
        """Name of the run within its recipe."""
        return run_name(self.arm, self.seed)


def run_name(arm: str, seed: int) -> str:
    """Name of a run within its recipe, such as `replace-seed0`."""
    return f"{label(arm)}-seed{seed}"


def tasks_of(
    recipe: AnyRecipe,
    seeds: Sequence[int],
    outputs: Path,
    records: Path,
    device: Device,
    *,
    explain: bool = False,
) -> dict[str, RunTask]:
    """Every run of a recipe as a task, by its name, seed by seed."""
    tasks = (
        RunTask(
            recipe=recipe,
            seed=seed,
            arm=arm,
            outputs=outputs,
            records=records,
            device=device,
            explain=explain,
        )
        for seed, arm in _runs(recipe, seeds)
    )
    return {task.name: task for task in tasks}


def run_recipe(recipe: AnyRecipe, seeds: Sequence[int], session: Session) -> list[Envelope]:
    """Run every arm of a recipe for every seed, and write the records.

    Args:
        recipe: Recipe whose arms are run.
        seeds: Replicates; one that is named twice runs once.
        session: Folders, device, progress and observer of the runs.

    Returns:
        The records of this run, seed by seed.
    """
    runs = _runs(recipe, seeds)
    quiet()
    progress = session.progress
    progress.n_chains = len(runs)
    done: list[Envelope] = []
    with progress.shown():
        for index, (seed, arm) in enumerate(runs):
            progress.chain(index, run_name(arm, seed))
            record = _run_one(recipe, arm, seed, session)
            if index == 0 and isinstance(record, Record):
                for line in _rests_on(record):
                    progress.tell(line)
            path = on_lead(partial(write_record, record, session.records))
            progress.say(f"record {path}")
            done.append(record)
    return done


def settle_difference(
    recipe: Recipe, workflow: Workflow, session: Session, *, effect: float, budget: int
) -> Search:
    """Run seeds of a workflow and of the control until their difference is clear of an effect.

    Records are like those of `run_recipe`, and finished chains are found again. But how many seeds
    there are depends on what they showed: no other table may take them for a study of a fixed
    number, so that they belong in a folder of their own.
    """
    quiet()
    progress = session.progress
    progress.n_chains = 2 * budget

    def difference_of(seed: int) -> float:
        last = []
        for place, name in enumerate((workflow, CONTROL)):
            progress.chain(2 * seed + place, run_name(name, seed))
            record = _run_chain(recipe, name, seed, session)
            write_record(record, session.records)
            last.append(record.last.metrics[LOSS].value)
        return last[0] - last[1]

    with progress.shown():
        return search(difference_of, effect=effect, budget=budget)


def run_fanned_out(
    recipe: AnyRecipe,
    seeds: Sequence[int],
    *,
    outputs: Path,
    records: Path,
    device: Device,
    say: Callable[[str], None],
) -> list[Envelope]:
    """Do what `run_recipe` does with every run as a task of a Ray cluster.

    `outputs` and `records` must lie on a file system that all nodes see.

    Raises:
        BadInput: Ray is not installed.
    """
    try:
        from benchmarks.running.fan_out import fan_out
    except ImportError as error:
        raise BadInput(
            "--engine ray needs Ray; install the extra: pip install -e '.[ray]'"
        ) from error
    if isinstance(recipe, Recipe):
        check_evaluation(recipe)
    tasks = tasks_of(recipe, seeds, outputs.absolute(), records.absolute(), device)
    paths = fan_out(tasks, run_one_quietly, gpus=int(device.accelerator == "gpu"), say=say)
    kind = family_of(recipe).record()
    return [read_as(kind, paths[name]) for name in tasks]


def run_side_by_side(
    recipe: AnyRecipe,
    seeds: Sequence[int],
    *,
    outputs: Path,
    records: Path,
    device: Device,
    progress: ProgressOfMany,
    jobs: int,
    threads: int,
    explain: bool = False,
) -> list[Envelope]:
    """Do what `run_recipe` does with so many runs at a time, each in a process of its own.

    Runs that share a stage wait for the one that makes it. An error of one ends all; what is
    finished is kept, and a second call goes on there.

    Args:
        recipe: Recipe whose arms are run.
        seeds: Replicates; one that is named twice runs once.
        outputs: Folder of stages and checkpoints.
        records: Folder that receives one JSON file per run.
        device: Device of every run.
        progress: Shows all runs at once.
        jobs: Number of runs at a time.
        threads: Threads that torch takes in each.
        explain: Whether to say of every stage why it ran or was reused.
    """
    if isinstance(recipe, Recipe):
        check_inputs(recipe)
    tasks = tasks_of(recipe, seeds, outputs, records, device, explain=explain)
    kind = family_of(recipe).record()
    done: dict[str, Envelope] = {}
    with progress.shown():
        results = side_by_side(
            tasks, run_one_and_tell, jobs=jobs, threads=threads, hear=progress.hear
        )
        for name, path in results:
            record = read_as(kind, Path(path))
            if not done and isinstance(record, Record):
                for line in _rests_on(record):
                    progress.hear(Told(name, "tell", line))
            progress.finished(name, f"record {path}")
            done[name] = record
    return [done[name] for name in tasks]


def run_one_and_tell(task: RunTask) -> str:
    """Run one task in a process of its own, and tell the first one how it comes along."""
    return _run_task(task, ToldProgress(tell))


def run_one_quietly(task: RunTask) -> str:
    """Run one task without a word, and write its record; return its path."""
    return _run_task(task, Progress(Console(quiet=True)))


def _run_task(task: RunTask, progress: Progress) -> str:
    listen()
    quiet()
    progress.chain(0, task.name)
    session = Session(
        outputs=task.outputs,
        records=task.records,
        device=task.device,
        progress=progress,
        explain=task.explain,
    )
    record = _run_one(task.recipe, task.arm, task.seed, session)
    return str(write_record(record, task.records))


def _runs(recipe: FamilyRecipe, seeds: Sequence[int]) -> list[tuple[int, str]]:
    """Every arm of every seed, each once, seed by seed."""
    return [(seed, arm) for seed in dict.fromkeys(seeds) for arm in recipe.arms]


def _run_one(recipe: AnyRecipe, arm: str, seed: int, session: Session) -> Envelope:
    if isinstance(recipe, Recipe):
        return _run_chain(recipe, arm, seed, session)
    return _run_study(recipe, arm, seed, session)


def _run_chain(recipe: Recipe, workflow: Workflow, seed: int, session: Session) -> Record:
    check_inputs(recipe)
    started, bench = _begin(recipe, workflow, seed, session)
    chain = StagedChain(recipe, seed, bench)
    generations = run_chain(chain, workflow)
    stages = [stage for generation in generations for stage in generation.stages.values()]
    record = Record(
        **_envelope(recipe, seed, session, started, stages),
        workflow=workflow,
        human=chain.human_facts(),
        generations=generations,
        method_sha256=source_digest(workflow),
        identities=chain.identities,
        evaluated=chain.evaluated,
    )
    return _ended(record, session)


def _run_study(recipe: RunsItself, arm: str, seed: int, session: Session) -> Envelope:
    session = replace(session, device=recipe.place(session.device))
    started, bench = _begin(recipe, arm, seed, session)
    found = recipe.run(arm, seed, bench)
    stages = {kind: stage_facts(stage) for (_, kind), stage in sorted(bench.used.items())}
    kind = family_of(recipe).record()
    assert issubclass(kind, StudyRecord), "the family's recipes run themselves"
    record = kind(
        **_envelope(recipe, seed, session, started, stages.values()),
        arm=arm,
        stages=stages,
        **found,
    )
    return _ended(record, session)


def _begin(recipe: FamilyRecipe, arm: str, seed: int, session: Session) -> tuple[str, Bench]:
    """When a run began, and the bench that runs its stages."""
    started = datetime.now(UTC).isoformat(timespec="seconds")
    session.observer.begin(arm, seed)
    outputs, progress = session.outputs, session.progress
    stages = Stages(
        outputs / "stages",
        outputs / "chains" / f"{recipe.name}-{run_name(arm, seed)}.json",
        progress.say if session.explain else progress.note,
    )
    return started, Bench(stages, session.device, progress, session.observer.loggers)


def _envelope(
    recipe: FamilyRecipe, seed: int, session: Session, started: str, stages: Iterable[StageFacts]
) -> dict[str, Any]:
    """What the records of all families share; a stage that is used twice counts once."""
    return {
        "record_schema": RECORD_SCHEMA,
        "recipe": recipe.as_dict(),
        "digest": recipe.digest,
        "seed": seed,
        "commit": session.code.id,
        "dirty": session.code.dirty,
        "environment": environment(session.device.precision),
        "hardware": hardware(session.device.accelerator),
        "started": started,
        "seconds": sum({stage.digest: stage.seconds for stage in stages}.values()),
    }


def _ended(record: AnyRecord, session: Session) -> AnyRecord:
    whole = sealed(record)
    session.observer.finish(whole)
    return whole


def _rests_on(record: Record) -> Iterator[str]:
    """What a chain rests on: its human text, and what its checkpoint has that fits leave out."""
    yield _in_words(record.human)
    dropout = None if record.identities is None else record.identities.dropout
    if dropout:
        names = ", ".join(f"{name} ({value:g})" for name, value in dropout.items())
        yield f"dropout of the checkpoint is set to 0 in every fit: {names}"


def _in_words(human: Human) -> str:
    return (
        f"human text: {human.source} ({human.licence}), {human.documents:,} documents, "
        f"{human.tokens:,} tokens, {human.bytes:,} bytes, {human.duplicates:,} duplicates dropped, "
        f"fingerprint {human.fingerprint}"
    )
