"""The command `collapse leaderboard`."""

import gc
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console

from benchmarks.commands.folders import (
    RecordFolders,
    read_together,
    refuse_empty,
)
from benchmarks.commands.options import SPEED_HISTORY, AsJson, try_places, wide_console
from benchmarks.reproducing.committed import COMMITTED, own_records
from data.errors import BadInput
from data.files import home

if TYPE_CHECKING:  # imported late, so that light commands stay quick
    from benchmarks.chains.record import Record
    from benchmarks.leaderboard.ranking import Track, Unranked

app = typer.Typer()


@app.command()
def leaderboard(
    records: RecordFolders = None,
    markdown: Annotated[
        Path | None, typer.Option(help="Write LEADERBOARD.md: what collapses, and all ranks.")
    ] = None,
    tracks: Annotated[
        Path | None, typer.Option(help="Write the long tables of all tracks, in Markdown.")
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(help="Draw what collapses: PNG, PDF or SVG by suffix.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option(help="Write a page with every method into this folder.")
    ] = None,
    history: Annotated[
        Path, typer.Option(help="With --html: speed over time, from collapse speed.")
    ] = SPEED_HISTORY,
    push: Annotated[
        bool,
        typer.Option("--push", help="Mirror the records to W&B (WANDB_ENTITY, WANDB_PROJECT)."),
    ] = False,
    pull: Annotated[
        str | None,
        typer.Option(help="ENTITY/PROJECT of W&B: rebuild its record files, rank nothing."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Look for errors and tampering; rank nothing.")
    ] = False,
    rerun: Annotated[
        Literal["nothing", "data", "chain"],
        typer.Option(help="With --check: make the human text, or the whole chain, anew."),
    ] = "nothing",
    since: Annotated[
        str | None, typer.Option(help="With --rerun: only records newer than this commit.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Rank all methods in tracks of what they may use, or check the records."""
    console = wide_console()
    if not check and (rerun != "nothing" or since is not None):
        raise BadInput("--rerun and --since belong to --check; add it")
    shows = [
        ("--markdown", markdown),
        ("--tracks", tracks),
        ("--picture", picture),
        ("--html", html),
        ("--push", push or None),
    ]
    if (check or pull is not None) and (unused := [name for name, value in shows if value]):
        alone = "--check" if check else "--pull"
        raise BadInput(f"{alone} ranks nothing, so {' and '.join(unused)} cannot go with it")
    if check and pull is not None:
        raise BadInput("--check and --pull are two commands; run them one after the other")
    if pull is not None:
        raise typer.Exit(_pull(pull, records or [own_records()], console))
    if check:
        raise typer.Exit(_check(records or [COMMITTED], rerun, since, console))
    try_places([] if html is None else [html], [markdown, tracks, picture])
    chains = read_chains(records)
    found = [record for _, record in chains]
    from benchmarks.leaderboard.ranking import rank, unranked

    ranked = rank(found)
    if as_json:
        from benchmarks.leaderboard import headline

        typer.echo(headline.as_json(headline.table(ranked)), nl=False)
        return
    left = unranked(found)
    _show(ranked, left, console)
    if markdown or tracks or picture:
        _write(ranked, left, markdown, tracks, picture)
    if html is not None:
        from benchmarks.leaderboard.page import write_page

        page = write_page(chains, ranked, left, html, history=history)
        console.print(f"page: {page}", soft_wrap=True)
    if push:
        from benchmarks.leaderboard.mirror.mirror import push as push_files

        push_files([path for path, _ in chains], say=_saying(console))


def _pull(source: str, folders: list[Path], console: Console) -> int:
    from benchmarks.leaderboard.mirror.mirror import pull

    if len(folders) > 1:
        raise BadInput("--pull fills one folder; give --records once")
    return 1 if pull(source, folders[0], say=_saying(console)) else 0


def _saying(console: Console) -> Callable[[str], None]:
    return partial(console.print, highlight=False, markup=False, soft_wrap=True)


def _check(
    folders: list[Path],
    rerun: Literal["nothing", "data", "chain"],
    since: str | None,
    console: Console,
) -> int:
    from benchmarks.leaderboard.checks.check import check_records
    from benchmarks.leaderboard.checks.provenance import Repository

    repository = Repository()
    checked = check_records(folders, repository)
    if rerun != "nothing":
        from benchmarks.leaderboard.checks.rerun import newer, with_rerun

        checked = with_rerun(
            checked,
            rerun,
            chosen=newer(checked, folders, since, repository),
            outputs=home(),
            say=_saying(console),
        )
    for finding in checked.findings:
        _saying(console)(str(finding))
    console.print(checked.summary, highlight=False)
    return 1 if checked.failed else 0


def read_chains(folders: list[Path] | None) -> "list[tuple[Path, Record]]":
    """The records of chains below some folders, lean and with their files; all are validated.

    Raises:
        BadInput: There is no such folder, it is empty, or a file is no valid record of any family.
    """
    from benchmarks.chains.record import Record
    from benchmarks.leaderboard.lean import leaner
    from benchmarks.running.record import no_search_for_garbage

    with no_search_for_garbage():
        found = read_together(folders, leaner())
        chains = [(path, record) for path, record in found if isinstance(record, Record)]
        refuse_empty(chains, folders)
        gc.freeze()  # all of them stay until the command ends: no search need look at them
    return chains


def _show(ranked: "Sequence[Track]", left: "Sequence[Unranked]", console: Console) -> None:
    from benchmarks.leaderboard.board import left_lines, tables
    from benchmarks.leaderboard.headline import main_first

    for table in tables(main_first(ranked)):
        console.print(table)
    for line in left_lines(left):
        console.print(f"not ranked: {line}", highlight=False, soft_wrap=True)


def _write(
    ranked: "Sequence[Track]",
    left: "Sequence[Unranked]",
    markdown: Path | None,
    tracks: Path | None,
    picture: Path | None,
) -> None:
    from benchmarks.leaderboard import board
    from benchmarks.leaderboard.headline import draw_picture, main_first, studies
    from benchmarks.leaderboard.summary import summary
    from data.files import write_atomic

    if markdown is not None:
        write_atomic(markdown, summary(ranked, left))
    if tracks is not None:
        write_atomic(tracks, board.markdown(main_first(ranked), left))
    if picture is not None:
        draw_picture(studies(ranked), picture)
