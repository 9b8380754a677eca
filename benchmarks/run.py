"""THE flow of a run: recipe, seeds and workflows become one record per chain."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Protocol

from pytorch_lightning.loggers import Logger
from rich.console import Console

from benchmarks.chains.chain import run_chain
from benchmarks.chains.inputs import check_evaluation, check_inputs
from benchmarks.chains.recipe import Recipe
from benchmarks.chains.record import Human, Record, read_record, sealed, write_record
from benchmarks.chains.staged_chain import StagedChain
from benchmarks.comparing.curves import CONTROL, LOSS
from benchmarks.comparing.sequential import Search, search
from benchmarks.running.bench import Bench, no_loggers
from benchmarks.running.digests import RECORD_SCHEMA
from benchmarks.running.own_code import source_digest
from benchmarks.running.progress import Progress
from benchmarks.running.stage import Stages
from benchmarks.running.surroundings import Commit, commit, environment, hardware
from data.errors import BadInput
from data.workflow import Workflow, label
from lightning_modules.processes import on_lead
from lightning_modules.trainer import Device, quiet


class Observer(Protocol):
    """Looks on while chains run, and changes nothing of them."""

    def begin(self, workflow: Workflow, seed: int) -> None:
        """A chain begins."""

    def loggers(self, generation: int) -> list[Logger]:
        """Draw the training curve of one generation."""

    def finish(self, record: Record) -> None:
        """A chain has ended in a record."""


class NoObserver:
    """Nobody looks on."""

    def begin(self, workflow: Workflow, seed: int) -> None:
        """Do nothing."""

    def loggers(self, generation: int) -> list[Logger]:
        """Draw no curve."""
        return no_loggers(generation)

    def finish(self, record: Record) -> None:
        """Do nothing."""


@dataclass(frozen=True, kw_only=True)
class Session:
    """What all chains of one command share."""

    outputs: Path
    """Stages and checkpoints; can be deleted."""
    records: Path
    """Receives one JSON file per chain."""
    device: Device
    progress: Progress
    observer: Observer = field(default_factory=NoObserver)
    explain: bool = False
    """Whether to say of every stage why it ran or was reused."""
    code: Commit = field(default_factory=lambda: commit())
    """Taken when the session begins, for the working tree may change while it lasts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChainTask:
    """One chain, as a task of a cluster."""

    recipe: Recipe
    seed: int
    workflow: Workflow
    outputs: Path
    """Seen by all nodes, so that a chain that moves goes on where it was."""
    records: Path
    device: Device

    @property
    def name(self) -> str:
        """Names the chain within its recipe."""
        return chain_name(self.workflow, self.seed)


def chain_name(workflow: Workflow, seed: int) -> str:
    """What a chain is called within its recipe: `replace-seed0`."""
    return f"{label(workflow)}-seed{seed}"


def run_recipe(recipe: Recipe, seeds: Sequence[int], session: Session) -> list[Record]:
    """Run all chains of a recipe and write their records.

    Args:
        recipe: What to run.
        seeds: Replicates; one that is named twice runs once.
        session: Where, and who looks on.

    Returns:
        The records of this run, seed by seed.
    """
    chains = [(seed, workflow) for seed in dict.fromkeys(seeds) for workflow in recipe.workflows]
    quiet()
    progress = session.progress
    progress.n_chains = len(chains)
    done: list[Record] = []
    with progress.shown():
        for index, (seed, workflow) in enumerate(chains):
            progress.chain(index, chain_name(workflow, seed))
            record = _run_one(recipe, workflow, seed, session)
            if index == 0:
                progress.tell(_in_words(record.human))
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
            progress.chain(2 * seed + place, chain_name(name, seed))
            record = _run_one(recipe, name, seed, session)
            write_record(record, session.records)
            last.append(record.last.metrics[LOSS].value)
        return last[0] - last[1]

    with progress.shown():
        return search(difference_of, effect=effect, budget=budget)


def run_fanned_out(
    recipe: Recipe,
    seeds: Sequence[int],
    *,
    outputs: Path,
    records: Path,
    device: Device,
    say: Callable[[str], None],
) -> list[Record]:
    """Do what `run_recipe` does with every chain as a task of a Ray cluster.

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
    check_evaluation(recipe)
    tasks = [
        ChainTask(
            recipe=recipe,
            seed=seed,
            workflow=workflow,
            outputs=outputs.absolute(),
            records=records.absolute(),
            device=device,
        )
        for seed in dict.fromkeys(seeds)
        for workflow in recipe.workflows
    ]
    by_name = {task.name: task for task in tasks}
    paths = fan_out(by_name, run_one_quietly, gpus=int(device.accelerator == "gpu"), say=say)
    return [read_record(paths[name]) for name in by_name]


def run_one_quietly(task: ChainTask) -> str:
    """Run one chain without a word, and write its record; return its path."""
    quiet()
    session = Session(
        outputs=task.outputs,
        records=task.records,
        device=task.device,
        progress=Progress(Console(quiet=True)),
    )
    record = _run_one(task.recipe, task.workflow, task.seed, session)
    return str(write_record(record, task.records))


def _run_one(recipe: Recipe, workflow: Workflow, seed: int, session: Session) -> Record:
    check_inputs(recipe)
    started = datetime.now(UTC).isoformat(timespec="seconds")
    session.observer.begin(workflow, seed)
    outputs, progress, device = session.outputs, session.progress, session.device
    stages = Stages(
        outputs / "stages",
        outputs / "chains" / f"{recipe.name}-{chain_name(workflow, seed)}.json",
        progress.say if session.explain else progress.note,
    )
    chain = StagedChain(recipe, seed, Bench(stages, device, progress, session.observer.loggers))
    generations = run_chain(chain, workflow)
    unsealed = Record(
        record_schema=RECORD_SCHEMA,
        recipe=recipe.as_dict(),
        digest=recipe.digest,
        workflow=workflow,
        seed=seed,
        commit=session.code.id,
        dirty=session.code.dirty,
        environment=environment(device.precision),
        hardware=hardware(device.accelerator),
        started=started,
        seconds=sum({s.digest: s.seconds for g in generations for s in g.stages.values()}.values()),
        human=chain.human_facts(),
        generations=generations,
        method_sha256=source_digest(workflow),
        identities=chain.identities,
    )
    record = sealed(unsealed)
    session.observer.finish(record)
    return record


def _in_words(human: Human) -> str:
    return (
        f"human text: {human.source} ({human.licence}), {human.documents:,} documents, "
        f"{human.tokens:,} tokens, {human.bytes:,} bytes, {human.duplicates:,} duplicates dropped, "
        f"fingerprint {human.fingerprint}"
    )
