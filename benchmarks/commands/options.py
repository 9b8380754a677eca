"""Options that several commands share, and the console they print to."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from data.errors import range_of, read_number
from data.files import check_path, try_file, try_folder

DEFAULT_RECORDS = Path("benchmarks/records")
SPEED_HISTORY = Path("benchmarks/speed_history.jsonl")
Outputs = Annotated[
    Path | None, typer.Option(help="Stages and checkpoints; can be deleted. (outputs/)")
]
Records = Annotated[Path, typer.Option(help="Where records are kept; what counts.")]
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
) -> None:
    """Make sure, before any work, that a command can write where it was told to.

    Args:
        folders: Folders that are made where they are missing.
        files: Files in folders that are there; None is no file.
        figures: Files in folders that are made where they are missing; None is no file.

    Raises:
        BadInput: A path is no text.
        OSError: It cannot.
    """
    for folder in folders:
        try_folder(folder)
    for file in files:
        if file is not None:
            try_file(file)
    for figure in figures:
        if figure is not None:
            check_path(figure)
            try_folder(figure.parent)


def wide_console(width: int = 100) -> Console:
    """A console that is wide enough for the tables where there is no terminal to ask."""
    console = Console()
    return console if console.is_terminal else Console(width=width)
