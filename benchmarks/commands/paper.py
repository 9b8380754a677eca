"""The commands about the paper: `collapse tables` and `collapse claims`."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmarks.commands.options import Records
from benchmarks.running.record import DEFAULT_RECORDS
from data.errors import BadInput

if TYPE_CHECKING:  # imported late, so that light commands stay quick
    from benchmarks.chains.record import Record

app = typer.Typer()


@app.command()
def tables(
    name: Annotated[
        list[str] | None, typer.Argument(help="1, 2, .. 13-17, .., figures. [all]")
    ] = None,
    form: Annotated[
        Literal["markdown", "latex", "html", "csv"] | None,
        typer.Option("--format", help="[markdown on the terminal, all four in a folder]"),
    ] = None,
    records: Records = DEFAULT_RECORDS,
    out: Annotated[Path | None, typer.Option(help="Write files here instead of printing.")] = None,
) -> None:
    """Show the paper's tables beside ours: printed, audit, ours, difference, verdict, records."""
    from benchmarks.families.toedit.pages import render_tables, write_pages

    if out is not None and out.exists() and not out.is_dir():
        raise BadInput(f"{out} is a file; give --out a folder")
    found, names = _records(records), name or []
    if out is None:
        typer.echo(render_tables(names, found, form or "markdown"), nl=False)
        return
    for path in write_pages(names, found, out, form):
        typer.echo(path)


@app.command()
def claims(
    records: Records = DEFAULT_RECORDS,
    json: Annotated[Path | None, typer.Option(help="Write the whole ledger here.")] = None,
) -> None:
    """Judge every claim of the paper by records, printed numbers and theory."""
    from benchmarks.families.toedit.claims import CLAIMS
    from benchmarks.paper.claims import as_json, judge_all
    from data.files import write_atomic

    if json is not None and not json.parent.is_dir():
        raise BadInput(f"{json.parent} is no folder; make it or choose another --json")
    entries = judge_all(CLAIMS, _records(records))
    table = Table()
    for column in ("claim", "where", "tier", "verdict", "observed, or what would make it so"):
        table.add_column(column, overflow="fold")
    for entry in entries:
        claim, judgement = entry.claim, entry.judgement
        observed = judgement.observed or claim.command
        cells = (claim.id, claim.where, judgement.tier, judgement.verdict, observed)
        table.add_row(*map(escape, cells))
    terminal = Console()
    console = terminal if terminal.is_terminal else Console(width=120)
    console.print(table)
    counts = Counter(entry.judgement.verdict for entry in entries)
    console.print(", ".join(f"{n} {verdict}" for verdict, n in counts.most_common()))
    if json is not None:
        write_atomic(json, as_json(entries))


def _records(folder: Path) -> "list[Record]":
    from benchmarks.chains.record import read_records

    if not folder.is_dir():
        raise BadInput(f"{folder} is no folder; give --records the one that holds the records")
    return read_records(folder)
