"""The commands that run a recipe and show its records: `collapse run` and `collapse show`."""

import os
import time
from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.commands.options import (
    Outputs,
    Settings,
    number,
    try_places,
    wide_console,
)
from benchmarks.commands.results.plan import show_stages
from benchmarks.commands.results.show import show_done
from benchmarks.commands.results.verdict import compared_with, show_reproduction
from benchmarks.reproducing.committed import COMMITTED, record_files, refuse_replacing
from benchmarks.running.torchrun import speaks, spread_over
from data.errors import BadInput, Count, Seed
from data.files import home

if TYPE_CHECKING:  # imported late, so that light commands stay quick
    from benchmarks.paper.family import AnyRecipe
    from benchmarks.running.record import Envelope
    from lightning_modules.device import Device
    from lightning_modules.library_warnings import LibraryWarning

app = typer.Typer()


@app.command(epilog="Example: collapse run smoke --seed 5; collapse run smoke --dry-run")
def run(
    recipe: Annotated[str, typer.Argument(help="Name of a recipe, or FILE.py:FUNCTION.")],
    seed: Annotated[
        list[int] | None, number(Seed, "--seed", help="Replicate; give it several times.")
    ] = None,
    settings: Settings = None,
    outputs: Outputs = None,
    records: Annotated[
        Path | None,
        typer.Option(help="Where the records of the run go; what counts. (OUTPUTS/records)"),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="With --records: replace committed records too.")
    ] = False,
    device: Annotated[Literal["auto", "cpu", "cuda"], typer.Option(help="Where to run.")] = "auto",
    devices: Annotated[
        int, number(Count, "--devices", help="Processes on this machine that share every stage.")
    ] = 1,
    jobs: Annotated[
        str,
        typer.Option(
            envvar="COLLAPSE_JOBS", help="Chains at a time: a number, or what cores are idle for."
        ),
    ] = "auto",
    sharded: Annotated[
        bool, typer.Option("--sharded", help="Fits divide the model over the processes (FSDP2).")
    ] = False,
    engine: Annotated[
        Literal["local", "ray"], typer.Option(help="This machine, or a Ray cluster.")
    ] = "local",
    wandb: Annotated[
        Literal["off", "offline", "online"], typer.Option(help="Mirror curves and metrics.")
    ] = "off",
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Settings, stages, time, memory and disk of the run; run nothing."
        ),
    ] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Why each stage is run or reused; run nothing.")
    ] = False,
) -> None:
    """Run all chains of a recipe, write one record per chain, and show the comparison."""
    check_together(engine, jobs, devices=devices, sharded=sharded, wandb=wandb)
    from benchmarks.families.catalogue import find_plan, find_recipe
    from benchmarks.variants import in_words, read_settings, with_settings

    changes = read_settings(settings or ())
    if (planned := find_plan(recipe)) is not None:
        family, plan = planned
        for line in plan.lines(recipe):
            typer.echo(line)
        if dry_run or explain:
            return
        named = tuple(family.start(recipe))
    else:  # before what takes seconds to load
        named = (find_recipe(recipe),)
    chosen = tuple(with_settings(one, changes) for one in named)
    seeds = seed or [0]
    console = wide_console()
    if changes and speaks():
        for before, after in zip(named, chosen, strict=True):
            line = f"{after.name}-{after.digest}: {in_words(before, after) or 'as it was'}"
            console.print(line, markup=False, highlight=False, soft_wrap=True)
    outputs = outputs or home()
    if dry_run or explain:
        from lightning_modules.device import Device

        if dry_run:
            show_plan(chosen[0], seeds, console)
        where = Device(name=device, sharded=sharded)
        for one in chosen:
            show_stages(one, seeds, outputs, where, console, costs=dry_run, reasons=explain)
        return
    records = records or outputs / "records"
    try_places([outputs, records])
    if not replace:
        refuse_replacing(path for one in chosen for path in record_files(one, seeds, records))
    if engine == "local":  # before what takes seconds to load; nodes have data of their own
        check_data(chosen)
    from lightning_modules.device import Device

    place = Device(name=device, sharded=sharded)  # before what takes seconds to load
    from benchmarks.run import run_fanned_out
    from lightning_modules.processes import leads, process_count

    if engine == "ray":
        say = partial(console.print, highlight=False, soft_wrap=True)
        for one in chosen:
            done = run_fanned_out(
                one, seeds, outputs=outputs, records=records, device=place, say=say
            )
            show_done(done, outputs / f"{one.name}-{one.digest}.png", console)
            show_reproduction(compared_with(one, done, COMMITTED), console)
        return
    if sharded:
        check_sharding(chosen)
    spread_over(devices)
    if sharded and process_count() == 1:
        raise BadInput(_ALONE)
    for one in chosen:
        done = run_here(
            one,
            seeds,
            outputs=outputs,
            records=records,
            device=place,
            wandb=wandb,
            console=console,
            jobs=1 if devices > 1 or process_count() > 1 else find_jobs(jobs, one, seeds, place),
        )
        if leads():
            show_reproduction(compared_with(one, done, COMMITTED), console)


_ALONE = "--sharded divides a model over processes; give --devices N too"


def check_together(engine: str, jobs: str, *, devices: int, sharded: bool, wandb: str) -> None:
    """Refuse options that do not go together, before anything is loaded for seconds.

    Raises:
        BadInput: Some do not, or `jobs` is neither `auto` nor a number from 1 on.
    """
    if engine == "ray" and (devices > 1 or sharded or wandb != "off"):
        raise BadInput(
            "--engine ray goes with neither --devices nor --sharded nor --wandb; leave them out"
        )
    if sharded and devices == 1 and "WORLD_SIZE" not in os.environ:
        raise BadInput(_ALONE)
    _check_jobs(jobs)


def check_data(recipes: "Sequence[AnyRecipe]") -> None:
    """Refuse studies whose data is not at hand, before anything is loaded for seconds.

    Raises:
        BadInput: Some of it is not; the message names all that a study lacks.
    """
    from benchmarks.running.study import Study

    for recipe in recipes:
        if isinstance(recipe, Study):
            recipe.check_data()


def _check_jobs(jobs: str) -> None:
    if jobs != "auto" and (not jobs.isdecimal() or int(jobs) < 1):
        raise BadInput(f"--jobs is {jobs!r}; give a number from 1 on, or auto")


def find_jobs(jobs: str, recipe: "AnyRecipe", seeds: Sequence[int], device: "Device") -> int:
    """Number of chains to run at a time: as many as cores are idle, on a GPU one after the other.

    Raises:
        BadInput: It is neither `auto` nor a number from 1 on.
    """
    _check_jobs(jobs)
    n_runs = len(set(seeds)) * len(recipe.arms)
    if jobs != "auto":
        return min(int(jobs), n_runs)
    if device.accelerator == "gpu":
        return 1
    from benchmarks.running.side_by_side import spare_cores

    return min(spare_cores(), n_runs)


def check_sharding(recipes: "Sequence[AnyRecipe]") -> None:
    """Refuse `--sharded` for recipes that train adapters alone, before any process is started.

    Raises:
        BadInput: One of them does.
    """
    from benchmarks.chains.recipe import Recipe

    for recipe in recipes:
        if isinstance(recipe, Recipe):
            recipe.first_fit.check_sharding()
            recipe.fit.check_sharding()


def run_here(
    recipe: "AnyRecipe",
    seeds: Sequence[int],
    *,
    outputs: Path,
    records: Path,
    device: "Device",
    wandb: Literal["off", "offline", "online"],
    console: Console,
    explain: bool = False,
    jobs: int = 1,
) -> "list[Envelope]":
    """Run a recipe on this machine and show its records; of several processes the first shows."""
    from benchmarks.chains.recipe import Recipe
    from benchmarks.leaderboard.mirror.live import mirroring
    from benchmarks.run import NoObserver, Session, run_recipe
    from benchmarks.running.progress import Progress
    from lightning_modules.processes import leads

    console = console if leads() else Console(quiet=True)
    progress = Progress(console)
    mode = wandb if leads() else "off"
    began = time.monotonic()
    if not isinstance(recipe, Recipe) and wandb != "off":
        raise BadInput("--wandb mirrors chains of generations; leave it out of this recipe")
    if jobs > 1 and wandb == "off":
        return _run_jobs(
            recipe,
            seeds,
            outputs=outputs,
            records=records,
            device=device,
            console=console,
            explain=explain,
            jobs=jobs,
        )
    mirrored = (
        mirroring(recipe, mode=mode, folder=outputs / "wandb", say=progress.say)
        if isinstance(recipe, Recipe)
        else nullcontext(None)
    )
    with mirrored as mirror:
        session = Session(
            outputs=outputs,
            records=records,
            device=device,
            progress=progress,
            observer=NoObserver() if mirror is None else mirror,
            explain=explain,
        )
        done = run_recipe(recipe, seeds, session)
    _show_end(recipe, done, time.monotonic() - began, outputs, console)
    if mirror is not None and mirror.incomplete:
        console.print(
            f"W&B does not have all of {len(mirror.incomplete)} of {len(done)} chains: "
            f"{', '.join(mirror.incomplete)}; their records are complete",
            soft_wrap=True,
        )
    return done


def _show_end(
    recipe: "AnyRecipe",
    done: "list[Envelope]",
    seconds: float,
    outputs: Path,
    console: Console,
) -> None:
    from benchmarks.chains.recipe import Recipe
    from lightning_modules.library_warnings import in_words
    from lightning_modules.processes import leads

    what = "chains" if isinstance(recipe, Recipe) else "runs"
    console.print(f"\n{len(done)} {what} in {seconds:.0f} s\n")
    if leads():
        show_done(done, outputs / f"{recipe.name}-{recipe.digest}.png", console)
    for line in in_words(_warnings_of(done), "library_warnings in the records"):
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _warnings_of(done: "Sequence[Envelope]") -> "list[LibraryWarning]":
    """What libraries warned of in the stages of these runs, each stage once."""
    from benchmarks.chains.record import Record
    from benchmarks.running.record import StudyRecord
    from lightning_modules.library_warnings import LibraryWarning

    parts = [
        part
        for record in done
        if isinstance(record, Record | StudyRecord)
        for part in (record.generations if isinstance(record, Record) else [record])
    ]
    stages = {stage.digest: stage for part in parts for stage in part.stages.values()}
    return [
        LibraryWarning(**one.model_dump())
        for stage in stages.values()
        for one in stage.library_warnings
    ]


def _run_jobs(
    recipe: "AnyRecipe",
    seeds: Sequence[int],
    *,
    outputs: Path,
    records: Path,
    device: "Device",
    console: Console,
    explain: bool,
    jobs: int,
) -> "list[Envelope]":
    """Run so many chains at a time, each in a process with its share of the cores."""
    import torch

    from benchmarks.run import run_side_by_side
    from benchmarks.running.progress import ProgressOfMany

    threads = max(torch.get_num_threads() // jobs, 1)
    n_runs = len(set(seeds)) * len(recipe.arms)
    console.print(
        f"{n_runs} runs, {jobs} at a time with {threads} thread{'s' if threads > 1 else ''} each",
        highlight=False,
    )
    began = time.monotonic()
    done = run_side_by_side(
        recipe,
        seeds,
        outputs=outputs,
        records=records,
        device=device,
        progress=ProgressOfMany(console, n_runs),
        jobs=jobs,
        threads=threads,
        explain=explain,
    )
    _show_end(recipe, done, time.monotonic() - began, outputs, console)
    return done


def show_plan(recipe: "AnyRecipe", seeds: Sequence[int], console: Console) -> None:
    """Print what a run would do."""
    table = Table(title=f"{recipe.name}-{recipe.digest}: {recipe.summary}", show_header=False)
    for key, value in recipe.as_dict().items():
        table.add_row(key, str(value))
    console.print(table)
    last = getattr(recipe, "generations", None)
    what = "run" if last is None else "chain"
    end = "" if last is None else f": generations 0 to {last}"
    for seed in seeds:
        for arm in recipe.arms:
            console.print(f"{what} {arm}-seed{seed}{end}")
