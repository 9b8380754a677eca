"""The commands about the papers: `collapse tables` and `collapse claims`."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmarks.commands.folders import RecordFolders, read_together
from benchmarks.commands.options import AsJson, show_rows, try_places
from data.errors import BadInput

if TYPE_CHECKING:  # imported late, so that light commands stay quick
    from benchmarks.paper.claims import Entry

app = typer.Typer()


@app.command(epilog="Example: collapse tables 3 13-17 --format latex")
def tables(
    name: Annotated[
        list[str] | None,
        typer.Argument(help="3, 13-17, figures, FAMILY or FAMILY/TABLE. (all of every family)"),
    ] = None,
    form: Annotated[
        Literal["markdown", "latex", "html", "csv"] | None,
        typer.Option("--format", help="(markdown on the terminal, all four in a folder)"),
    ] = None,
    as_json: AsJson = False,
    records: RecordFolders = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Write files here, of several families into a folder each."),
    ] = None,
) -> None:
    """Show the papers' tables beside ours: printed, audit, ours, difference, verdict, records."""
    from benchmarks.families.catalogue import find_family, find_tables
    from benchmarks.paper.pages import cells, render_tables, write_pages

    if out is not None and out.exists() and not out.is_dir():
        raise BadInput(f"{out} is a file; give --out a folder")
    try_places([] if out is None else [out])
    if as_json and (out is not None or form is not None):
        raise BadInput("--json goes to the terminal alone; leave --format and --out out")
    found, chosen = [record for _, record in read_together(records)], find_tables(name or ())
    if as_json:
        families = [(find_family(one), names) for one, names in chosen.items()]
        show_rows([row for it, names in families for row in cells(it, names, found)], as_json=True)
        return
    for family, names in chosen.items():
        it = find_family(family)
        if out is None:
            typer.echo(render_tables(it, names, found, form or "markdown"), nl=False)
            continue
        folder = out if name and len(chosen) == 1 else out / it.docs
        for path in write_pages(it, names, found, folder, form):
            typer.echo(path)


@app.command(epilog="Example: collapse claims toedit --json claims.json")
def claims(
    family: Annotated[
        list[str] | None, typer.Argument(help="Families whose claims are judged. (all)")
    ] = None,
    records: RecordFolders = None,
    json: Annotated[Path | None, typer.Option(help="Write the whole ledger here.")] = None,
) -> None:
    """Judge every claim of the papers by records, printed numbers and theory."""
    from benchmarks.families.catalogue import FAMILIES, find_family
    from benchmarks.paper.claims import as_json, correction_words
    from benchmarks.paper.pages import ledger
    from data.files import write_atomic

    if json is not None and not json.parent.is_dir():
        raise BadInput(f"{json.parent} is no folder; make it or choose another --json")
    try_places(files=[json])
    chosen = tuple(map(find_family, dict.fromkeys(family))) if family else FAMILIES
    found = [record for _, record in read_together(records)]
    entries = {one.name: ledger(one, found) for one in chosen}
    terminal = Console()
    console = terminal if terminal.is_terminal else Console(width=120)
    for one in chosen:
        if entries[one.name]:
            console.print(_ledger(one.paper.title, entries[one.name]))
            console.print(correction_words(entries[one.name]))
    counts = Counter(entry.verdict for mine in entries.values() for entry in mine)
    console.print(", ".join(f"{n} {verdict}" for verdict, n in counts.most_common()))
    if json is not None:
        write_atomic(json, as_json(entries))


def _ledger(title: str, entries: "list[Entry]") -> Table:
    table = Table(title=title)
    for column in ("claim", "where", "tier", "verdict", "observed, or what would make it so"):
        table.add_column(column, overflow="fold")
    for entry in entries:
        claim, judgement = entry.claim, entry.judgement
        observed = "; ".join(filter(None, (entry.observed or claim.command, entry.reason)))
        cells = (claim.id, claim.where, judgement.tier, entry.verdict, observed)
        table.add_row(*map(escape, cells))
    return table
