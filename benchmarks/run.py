"""Runs a recipe: one record per seed and workflow, then tables, figure and verdicts."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pytorch_lightning.loggers import Logger
from rich.console import Console

from benchmarks.chain import run_chain
from benchmarks.comparison import CONTROL, LOSS
from benchmarks.laboratory import Laboratory
from benchmarks.leaderboard.live_mirror import LiveMirror, WandbMode, mirroring
from benchmarks.own_code import source_digest
from benchmarks.progress import Progress
from benchmarks.recipe import RECORD_SCHEMA, Recipe
from benchmarks.record import (
    Human,
    Record,
    sealed,
    write_record,
)
from benchmarks.sequential import Search, search
from benchmarks.showing import show
from benchmarks.stage import Stages
from benchmarks.surroundings import Commit, commit, environment, hardware
from benchmarks.task_work import check_downstream
from benchmarks.written import check_written
from data.workflow import Workflow, label
from lightning_modules.processes import leads, on_lead
from lightning_modules.trainer import Device, quiet

if TYPE_CHECKING:  # Ray is an extra
    from benchmarks.fan_out import Chain


def run_recipe(
    recipe: Recipe,
    seeds: Sequence[int],
    *,
    outputs: Path,
    records: Path,
    device: Device,
    wandb: WandbMode,
    explain: bool,
    console: Console,
) -> list[Record]:
    """Run all chains, write their records, and show how they compare.

    Args:
        recipe: What to run.
        seeds: Replicates.
        outputs: Stages, figures and W&B files; can be deleted.
        records: Receives one JSON file per chain.
        device: Where to run.
        wandb: Whether to mirror.
        explain: Whether to say of every stage why it ran or was reused.
        console: Where to show; of several processes only the first one does.

    Returns:
        The records of this run.
    """
    chains = [(seed, workflow) for seed in dict.fromkeys(seeds) for workflow in recipe.workflows]
    quiet()
    console = console if leads() else Console(quiet=True)
    progress = Progress(console, len(chains))
    mirrored = mirroring(
        recipe,
        mode=wandb if leads() else "off",
        folder=outputs / "wandb",
        say=progress.say,
    )
    began, code = time.monotonic(), commit()
    done: list[Record] = []
    with mirrored as mirror, progress.shown():
        for index, (seed, workflow) in enumerate(chains):
            name = f"{label(workflow)}-seed{seed}"
            progress.chain(index, name)
            record = _run_one(
                recipe, workflow, seed, outputs, device, mirror, progress, code, explain=explain
            )
            if index == 0:
                _show_human(record.human, console)
            path = on_lead(partial(write_record, record, records))
            progress.say(f"record {path}")
            done.append(record)
    console.print(f"\n{len(done)} chains in {time.monotonic() - began:.0f} s\n")
    if leads():
        show(done, outputs / f"{recipe.name}-{recipe.digest}.png", console)
    if mirror is not None and mirror.incomplete:
        chains_left = ", ".join(mirror.incomplete)
        console.print(
            f"W&B does not have all of {len(mirror.incomplete)} of {len(done)} chains: "
            f"{chains_left}; their records are complete",
            soft_wrap=True,
        )
    return done


def settle_difference(
    recipe: Recipe,
    workflow: Workflow,
    *,
    effect: float,
    budget: int,
    outputs: Path,
    records: Path,
    device: Device,
    console: Console,
) -> Search:
    """Run seeds of a workflow and of the control until their difference is clear of an effect.

    Records are like those of `run_recipe`, and finished chains are found again. But how many seeds
    there are depends on what they showed: no other table may take them for a study of a fixed
    number, so that they belong in a folder of their own.
    """
    quiet()
    progress, code = Progress(console, 2 * budget), commit()

    def difference_of(seed: int) -> float:
        last = []
        for place, name in enumerate((workflow, CONTROL)):
            progress.chain(2 * seed + place, f"{label(name)}-seed{seed}")
            record = _run_one(
                recipe, name, seed, outputs, device, None, progress, code, explain=False
            )
            write_record(record, records)
            last.append(record.last.metrics[LOSS].value)
        return last[0] - last[1]

    with progress.shown():
        found = search(difference_of, effect=effect, budget=budget)
    low, high = found.difference.low, found.difference.high
    console.print(
        f"{label(workflow)} - {CONTROL}: {found.difference.mean:+.4f} [{low:+.4f}, {high:+.4f}] "
        f"bits per byte over {found.difference.n} seeds; effect {effect:g}: {found.outcome}",
        highlight=False,
        soft_wrap=True,
    )
    console.print(
        f"This interval counts every look. The records in {records} do not: they stop where the "
        "difference was clear, so that show and profile would find too much in them.",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    return found


def run_fanned_out(
    recipe: Recipe,
    seeds: Sequence[int],
    *,
    outputs: Path,
    records: Path,
    device: Device,
    console: Console,
) -> list[Record]:
    """Do what `run_recipe` does with every chain as a task of a Ray cluster.

    `outputs` and `records` must lie on a file system that all nodes see.

    Raises:
        ValueError: Ray is not installed.
    """
    try:
        from benchmarks.fan_out import Chain, fan_out
    except ImportError as error:
        raise ValueError(
            "--engine ray needs Ray; install the extra: pip install -e '.[ray]'"
        ) from error
    check_downstream(recipe)
    chains = [
        Chain(
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
    done = fan_out(chains, partial(console.print, highlight=False, soft_wrap=True))
    show(done, outputs / f"{recipe.name}-{recipe.digest}.png", console)
    return done


def run_one_quietly(chain: "Chain") -> Path:
    """Run one chain without a word, and write its record."""
    quiet()
    record = _run_one(
        chain.recipe,
        chain.workflow,
        chain.seed,
        chain.outputs,
        chain.device,
        None,
        Progress(Console(quiet=True), 1),
        commit(),
        explain=False,
    )
    return write_record(record, chain.records)


def _run_one(
    recipe: Recipe,
    workflow: Workflow,
    seed: int,
    outputs: Path,
    device: Device,
    mirror: LiveMirror | None,
    progress: Progress,
    code: Commit,
    *,
    explain: bool,
) -> Record:
    check_downstream(recipe)
    check_written(recipe)
    started = datetime.now(UTC).isoformat(timespec="seconds")
    if mirror is not None:
        mirror.begin(workflow, seed)

    def loggers(generation: int) -> list[Logger]:
        return [] if mirror is None else mirror.loggers(generation)

    laboratory = Laboratory(
        recipe,
        seed,
        stages=Stages(
            outputs / "stages",
            outputs / "chains" / f"{recipe.name}-{label(workflow)}-seed{seed}.json",
            progress.say if explain else progress.note,
        ),
        device=device,
        progress=progress,
        loggers=loggers,
    )
    generations = run_chain(laboratory, workflow)
    unsealed = Record(
        record_schema=RECORD_SCHEMA,
        recipe=recipe.as_dict(),
        digest=recipe.digest,
        workflow=workflow,
        seed=seed,
        commit=code.id,
        dirty=code.dirty,
        environment=environment(device.precision),
        hardware=hardware(device.accelerator),
        started=started,
        seconds=sum({s.digest: s.seconds for g in generations for s in g.stages.values()}.values()),
        human=laboratory.human_facts(),
        generations=generations,
        method_sha256=source_digest(workflow),
        identities=laboratory.identities,
    )
    record = sealed(unsealed)
    if mirror is not None:
        mirror.finish(record)
    return record


def _show_human(human: Human, console: Console) -> None:
    console.print(
        f"human text: {human.source} ({human.licence}), {human.documents:,} documents, "
        f"{human.tokens:,} tokens, {human.bytes:,} bytes, {human.duplicates:,} duplicates dropped, "
        f"fingerprint {human.fingerprint}",
        highlight=False,
        soft_wrap=True,
    )
