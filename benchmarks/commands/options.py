"""Options that several commands share, and the console they print to."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

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


def wide_console(width: int = 100) -> Console:
    """A console that is wide enough for the tables where there is no terminal to ask."""
    console = Console()
    return console if console.is_terminal else Console(width=width)
