"""The command `collapse reproduce`: a recipe is run again and held against its records."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from benchmarks.commands.options import Outputs, number, try_places, wide_console
from benchmarks.commands.results.verdict import compared_with, show_reproduction
from benchmarks.commands.run import find_jobs, run_here
from benchmarks.reproducing.committed import COMMITTED, record_files, refuse_replacing
from data.errors import BadInput, RunFailed, Seed
from data.files import home

app = typer.Typer()

REPRODUCED, NOT_REPRODUCED = 0, 1


@app.command(epilog="Example: collapse reproduce smoke --seed 0")
def reproduce(
    recipe: Annotated[str, typer.Argument(help="Name of a recipe with records.")],
    seed: Annotated[
        list[int] | None, number(Seed, "--seed", help="Replicate; the first one on record.")
    ] = None,
    outputs: Outputs = None,
    records: Annotated[
        Path | None, typer.Option(help="Where the new records go. (OUTPUTS/records)")
    ] = None,
    against: Annotated[Path, typer.Option(help="Records to compare with.")] = COMMITTED,
    device: Annotated[Literal["auto", "cpu", "cuda"], typer.Option(help="Where to run.")] = "auto",
    jobs: Annotated[
        str,
        typer.Option(
            envvar="COLLAPSE_JOBS", help="Chains at a time: a number, or what cores are idle for."
        ),
    ] = "auto",
) -> None:
    """Run a recipe again and say whether it finds what is on record.

    Exits with 0 if every number lies in the reference band, 1 if one does not, 2 if it could not be
    tried.
    """
    from benchmarks.families.catalogue import find_recipe, records_of
    from lightning_modules.device import Device

    chosen = find_recipe(recipe)
    committed = records_of(chosen, against)
    seeds = seed or [min(record.seed for record in committed)]
    outputs = outputs or home()
    records = records or outputs / "records"
    try_places([outputs, records])
    refuse_replacing(record_files(chosen, seeds, records))
    place = Device(name=device)
    console = wide_console()
    try:
        done = run_here(
            chosen,
            seeds,
            outputs=outputs,
            records=records,
            device=place,
            wandb="off",
            console=console,
            jobs=find_jobs(jobs, chosen, seeds, place),
        )
    except RunFailed as error:
        raise BadInput(f"could not be tried: {error}") from error
    found = compared_with(chosen, done, against)
    show_reproduction(found, console)
    verdict = found.verdict
    if verdict is None:
        raise BadInput(
            f"{against} has no chain of seed {seeds[0]} and fewer than two others of "
            f"{chosen.name}: nothing to compare with"
        )
    raise typer.Exit(REPRODUCED if verdict else NOT_REPRODUCED)
