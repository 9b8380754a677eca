"""The commands about files of runs: `collapse where`, `collapse export`, `collapse outputs`."""

import json as json_text
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from benchmarks.commands.folders import RecordFolders, read_of_recipe, read_together
from benchmarks.commands.options import Outputs, Settings, number, wide_console
from benchmarks.reproducing.committed import own_records
from data.errors import BadInput, CountOrNone, Seed
from data.files import home

if TYPE_CHECKING:  # imported late, so that light commands stay quick
    from benchmarks.chains.record import Record
    from benchmarks.keeping.places import MadeFiles

app = typer.Typer()
RecipeName = Annotated[str, typer.Argument(help="Name of a recipe, or FILE.py:FUNCTION.")]
WorkflowName = Annotated[str, typer.Argument(help="One of its workflows.")]
OfSeed = Annotated[int, number(Seed, "--seed", help="Replicate.")]
OfGeneration = Annotated[
    int | None, number(CountOrNone, "--generation", help="Generation of the model; the last one.")
]


@app.command(epilog="Example: collapse where smoke replace --seed 0 --generation 3")
def where(
    recipe: RecipeName,
    workflow: WorkflowName,
    seed: OfSeed = 0,
    generation: OfGeneration = None,
    settings: Settings = None,
    outputs: Outputs = None,
    records: RecordFolders = None,
    as_json: Annotated[bool, typer.Option("--json", help="Paths as JSON, for scripts.")] = False,
) -> None:
    """Print where a model of a chain lies, and the corpus that it learned."""
    _, found = _files(recipe, settings, workflow, seed, generation, outputs, records)
    paths = {"checkpoint": found.checkpoint, "corpus": found.corpus, "tokenizer": found.tokenizer}
    if as_json:
        plain = {
            name: [str(one) for one in path] if isinstance(path, tuple) else str(path)
            for name, path in paths.items()
        }
        typer.echo(json_text.dumps(plain, indent=1))
        return
    for name, path in paths.items():
        for one in path if isinstance(path, tuple) else (path,):
            typer.echo(f"{name}\t{one}")


@app.command(epilog="Example: collapse export smoke replace shared/ --generation 3")
def export(
    recipe: RecipeName,
    workflow: WorkflowName,
    folder: Annotated[Path, typer.Argument(help="Folder to make, for model/ and dataset/.")],
    seed: OfSeed = 0,
    generation: OfGeneration = None,
    settings: Settings = None,
    outputs: Outputs = None,
    records: RecordFolders = None,
) -> None:
    """Copy a model and the corpus it learned as Hugging Face folders, each with its card.

    model/ opens with transformers' from_pretrained, dataset/ with datasets' load_dataset.
    """
    from benchmarks.keeping.export import export_dataset, export_model

    if folder.exists() and any(folder.iterdir() if folder.is_dir() else [folder]):
        raise BadInput(f"{folder} is there already; name a folder that is to be made")
    record, found = _files(recipe, settings, workflow, seed, generation, outputs, records)
    typer.echo(export_model(record, found, folder / "model"))
    typer.echo(export_dataset(record, found, folder / "dataset"))


@app.command(epilog="Example: collapse outputs --remove")
def outputs(
    folder: Annotated[Path | None, typer.Argument(help="Folder of outputs. (outputs/)")] = None,
    remove: Annotated[
        bool, typer.Option("--remove", help="Remove stages that no record of yours needs.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    records: RecordFolders = None,
) -> None:
    """Show how large the outputs are, and remove what no record of yours needs."""
    from benchmarks.keeping.outputs import SPARE, remove_all, sort_outputs
    from benchmarks.planning.words import size_in_words

    place = folder or home()
    if not place.is_dir():
        raise BadInput(f"{place} is no folder; nothing has been run there")
    mine = [record for _, record in read_together(records or _own())] if records or _own() else []
    found = sort_outputs(place, mine)
    table = Table()
    for column in ("what", "folders", "size"):
        table.add_column(column, justify="left" if column == "what" else "right")
    for kind, entries in found.items():
        table.add_row(kind, str(len(entries)), size_in_words(sum(one.size for one in entries)))
    console = wide_console()
    console.print(table)
    spare = found[SPARE]
    if not remove:
        return
    if not spare:
        typer.echo("nothing to remove")
        return
    if not yes:
        typer.confirm(f"remove {len(spare)} folders of {place}?", abort=True)
    remove_all(spare)
    typer.echo(f"removed {len(spare)} folders; the next run makes again what it needs")


def _own() -> list[Path]:
    return [own_records()] if own_records().is_dir() else []


def _files(
    recipe: str,
    settings: list[str] | None,
    workflow: str,
    seed: int,
    generation: int | None,
    outputs: Path | None,
    records: list[Path] | None,
) -> "tuple[Record, MadeFiles]":
    """The record of a chain, and the files of one of its generations.

    Raises:
        BadInput: No such chain is on record, or its files are not on this machine.
    """
    from benchmarks.chains.record import Record
    from benchmarks.families.catalogue import find_chains
    from benchmarks.keeping.places import made_files
    from benchmarks.variants import read_settings, with_settings

    chosen = with_settings(find_chains(recipe), read_settings(settings or ()))
    own = [record for _, record in read_together(_own())] if _own() and not records else []
    found = [record for record in own if record.digest == chosen.digest]
    found += read_of_recipe(chosen, records)
    for record in found:
        if isinstance(record, Record) and (record.workflow, record.seed) == (workflow, seed):
            last = chosen.generations if generation is None else generation
            return record, made_files(record, last, outputs or home())
    known = ", ".join(sorted({f"{one.arm}-seed{one.seed}" for one in found}))
    raise BadInput(f"no chain {workflow}-seed{seed} of {recipe} is on record; there are {known}")
