"""Options that several commands share, and the console they print to."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from data.files import try_file, try_folder

DEFAULT_RECORDS = Path("benchmarks/records")
SPEED_HISTORY = Path("benchmarks/speed_history.jsonl")
Outputs = Annotated[
    Path | None, typer.Option(help="Stages and checkpoints; can be deleted. [outputs/]")
]
Records = Annotated[Path, typer.Option(help="Where records are kept; what counts.")]
SettledRecords = Annotated[
    Path | None,
    typer.Option(
        help="Apart from others, for their number was not fixed before. [OUTPUTS/settled]"
    ),
]


def try_places(folders: Iterable[Path] = (), files: Iterable[Path | None] = ()) -> None:
    """Make sure, before any work, that a command can write where it was told to.

    Args:
        folders: Folders that are made where they are missing.
        files: Files in folders that are there; None is no file.

    Raises:
        OSError: It cannot.
    """
    for folder in folders:
        try_folder(folder)
    for file in files:
        if file is not None:
            try_file(file)


def wide_console(width: int = 100) -> Console:
    """A console that is wide enough for the tables where there is no terminal to ask."""
    console = Console()
    return console if console.is_terminal else Console(width=width)
