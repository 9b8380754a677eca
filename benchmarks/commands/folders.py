"""Which records a command reads: the project's, wherever it is given, and beside them your own."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmarks.reproducing.committed import COMMITTED, own_records
from data.errors import BadInput

if TYPE_CHECKING:  # imported late, so that light commands stay quick
    from benchmarks.running.record import Envelope
    from benchmarks.running.study import FamilyRecipe

RecordFolders = Annotated[
    list[Path] | None,
    typer.Option(
        "--records",
        help="Folder of records; several are read together. (the project's and OUTPUTS/records)",
    ),
]


def record_folders(given: Sequence[Path] | None) -> list[Path]:
    """The folders that were given; else that of the project, and that of your own if it is there.

    Raises:
        BadInput: One that was given is no folder.
    """
    if not given:
        return [folder for folder in (COMMITTED, own_records()) if folder.is_dir()]
    for folder in given:
        if not folder.is_dir():
            raise BadInput(f"{folder} is no folder; give --records one that holds records")
    return list(given)


def read_together(
    given: Sequence[Path] | None, keep: "Callable[[Envelope], Envelope] | None" = None
) -> "list[tuple[Path, Envelope]]":
    """The records of some folders with their files.

    Without a folder, what is read of your own beside the project's is said on the standard error;
    a run of yours that the project has too is left out. Folders that are given are read as they
    are.

    Args:
        given: Folders; None for the project's and your own.
        keep: What is kept in place of each record once it is read and validated; None for all.

    Raises:
        BadInput: A folder is none, or a file is no valid record in its place.
    """
    from benchmarks.families.catalogue import read_any
    from benchmarks.running.record import in_their_places, no_search_for_garbage

    found: dict[Path, Envelope] = {}
    for folder in record_folders(given):
        paths = _files(folder)
        with no_search_for_garbage():
            read = {path: keep(read_any(path)) if keep else read_any(path) for path in paths}
        in_their_places(read, paths[0].parents[1] if paths else folder)
        if given or not found:
            found |= read
            continue
        names = {record.name for record in found.values()}
        new = {path: record for path, record in read.items() if record.name not in names}
        _tell(folder, len(new), len(read) - len(new))
        found |= new
    return list(found.items())


def read_of_recipe(recipe: "FamilyRecipe", given: Sequence[Path] | None) -> "list[Envelope]":
    """The records of a recipe as it stands now.

    Raises:
        BadInput: No record is of this recipe, or `read_together` finds fault.
    """
    found = [record for _, record in read_together(given) if record.digest == recipe.digest]
    if not found:
        places = " and ".join(map(str, record_folders(given)))
        raise BadInput(
            f"{places} has no record of {recipe.name}-{recipe.digest}; make one: collapse run "
            f"{recipe.name}"
        )
    return found


def refuse_empty(found: Sequence[object], given: Sequence[Path] | None) -> None:
    """Make sure that there is something to show.

    Raises:
        BadInput: The folders hold no record of the kind that a command is about.
    """
    if not found:
        places = " and ".join(map(str, record_folders(given)))
        raise BadInput(
            f"{places} holds no records of chains; give --records a folder that does, or make "
            "some: collapse run smoke"
        )


def _files(folder: Path) -> list[Path]:
    """Files of records below a folder of recipes, or in the folder of one recipe."""
    return sorted(folder.glob("*/*.json")) or sorted(folder.glob("*.json"))


def _tell(folder: Path, new: int, again: int) -> None:
    said = f"with {new} records of your own from {folder}"
    if again:
        said += f"; {again} more are of runs that the project has, which count instead"
    typer.echo(f"{said} (--records FOLDER reads that alone)", err=True)
