"""Options that several commands share, and the console they print to."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from data.errors import BadInput, range_of, read_number
from data.files import check_path, try_file, try_folder

SPEED_HISTORY = Path("benchmarks/speed_history.jsonl")
Outputs = Annotated[
    Path | None, typer.Option(help="Stages and checkpoints; can be deleted. (outputs/)")
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="FIELD=VALUE",
        help="Change a setting of the recipe, such as generations=6 or fit.learning_rate=1e-3.",
    ),
]
SettledRecords = Annotated[
    Path | None,
    typer.Option(
        help="Apart from others, for their number was not fixed before. (OUTPUTS/settled)"
    ),
]


@dataclass(frozen=True)
class Number:
    """Reads a number of the command line: finite, whole where its type is, and in its range.

    Args:
        name: Name of the option, for the message.
        hint: Type of the number with its range, such as `data.errors.Count`.
    """

    name: str
    hint: Any

    def __call__(self, given: object) -> float:
        """The number that was given, as text or as a default."""
        return read_number(self.name, str(given), self.hint)


def number(hint: Any, *names: str, help: str) -> Any:
    """An option that takes a number of a type, whose range stands in its help.

    Args:
        hint: Type of the number with its range, such as `data.errors.Count`.
        names: The option's name with its dashes, such as `--seed`.
        help: What it decides.
    """
    return typer.Option(
        *names,
        help=f"{help} ({range_of(hint)})",
        parser=Number(names[0], hint),
        metavar="NUMBER",
    )


def try_places(
    folders: Iterable[Path] = (),
    files: Iterable[Path | None] = (),
    figures: Iterable[Path | None] = (),
    inputs: Iterable[Path] = (),
) -> None:
    """Make sure, before any work, that a command can write where it was told to.

    Args:
        folders: Folders that are made where they are missing.
        files: Files in folders that are there; None is no file.
        figures: Files in folders that are made where they are missing; None is no file.
        inputs: Files that are read, which no output may replace.

    Raises:
        BadInput: A path is no text, or two outputs, or an input and an output, are one file.
        OSError: It cannot.
    """
    files, figures = ([path for path in some if path is not None] for some in (files, figures))
    for folder in folders:
        try_folder(folder)
    for file in files:
        try_file(file)
    for figure in figures:
        check_path(figure)
        try_folder(figure.parent)
    taken = {path.resolve(): "is read" for path in inputs}
    for path in (*files, *figures):
        if use := taken.get(path.resolve()):
            raise BadInput(f"{path}: {use}, and would be written over; name another file")
        taken[path.resolve()] = "is named twice"


PIPE_WIDTH = 1000
"""Columns of a line in a pipe or a file: enough for every table, so that no name is cut."""
Row = dict[str, Any]
"""One row of a list by its columns: text, numbers, None, or a list of names."""
AsJson = Annotated[bool, typer.Option("--json", help="The same as JSON, for scripts.")]


def wide_console(width: int = PIPE_WIDTH) -> Console:
    """A console that is wide enough for the tables where there is no terminal to ask."""
    console = Console()
    return console if console.is_terminal else Console(width=width)


def show_rows(rows: Sequence[Row], *, as_json: bool) -> None:
    """Print rows as a table, or as JSON; the first row has all columns."""
    if as_json:
        typer.echo(json.dumps(rows, indent=1, ensure_ascii=False))
        return
    table = Table()
    for name in rows[0] if rows else ():
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(escape(_cell(value)) for value in row.values()))
    wide_console().print(table)


def _cell(value: object) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value))
    return "" if value is None else str(value)
