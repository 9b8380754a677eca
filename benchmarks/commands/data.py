"""The commands about packages of text and models: `collapse data list`, `fetch` and `check`."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from benchmarks.commands.options import AsJson, Row, show_rows
from data.errors import BadInput

if TYPE_CHECKING:  # imported late, so that light commands stay quick
    from data.sources.archives import Archive
    from data.sources.fetching import Wheel

app = typer.Typer(help="Human text in pinned packages.", no_args_is_help=True)


@app.command(name="list")
def list_sources(as_json: AsJson = False) -> None:
    """List sources of human text and packaged models, and whether they are at hand."""
    show_rows(sources(), as_json=as_json)


def sources() -> list[Row]:
    """Sources of human text, labelled texts, works of authors and packaged models, a row each."""
    from data.sources.labelled import LABELLED, PackagedLabels
    from data.sources.packaged_encoder import PACKAGED_ENCODERS
    from data.sources.packaged_prior import PACKAGED_PRIORS
    from data.sources.texts import SOURCES
    from data.story_style.authors import WRITINGS

    texts = [
        {
            "name": source.name,
            "domain": source.domain,
            "licence of the text": source.licence,
            "package": source.wheel.requirement,
            "at hand": _at_hand(source.wheel),
            "evaluated in": list(source.evaluated_in),
        }
        for source in SOURCES.values()
    ]
    labelled = [
        {
            "name": one.name,
            "domain": one.domain,
            "licence of the text": one.licence,
            "package": one.wheel.requirement if isinstance(one, PackagedLabels) else "none",
            "at hand": _at_hand(one.wheel)
            if isinstance(one, PackagedLabels)
            else ("yes" if one.file.is_file() else "no"),
            "evaluated in": [],
        }
        for one in LABELLED.values()
    ]
    works: list[Row] = [
        {
            "name": one.name,
            "domain": one.domain,
            "licence of the text": one.licence,
            "package": one.carrier.requirement,
            "at hand": "yes" if one.at_hand() else "no",
            "evaluated in": [],
        }
        for one in WRITINGS.values()
    ]
    return [*texts, *labelled, *works] + [
        {
            "name": name,
            "domain": kind,
            "licence of the text": "Apache-2.0",
            "package": wheel.requirement,
            "at hand": _at_hand(wheel),
            "evaluated in": [],
        }
        for kind, packaged in (("prior", PACKAGED_PRIORS), ("encoder", PACKAGED_ENCODERS))
        for name, wheel in packaged.items()
    ]


def _at_hand(wheel: "Wheel") -> str:
    from data.sources.fetching import open_package

    try:
        open_package(wheel)
    except BadInput:
        return "no"
    return "yes"


@app.command()
def fetch(name: Annotated[str, typer.Argument(help="A source or packaged model.")]) -> None:
    """Download a pinned package without its dependencies and check its SHA-256.

    Packages of npm and Debian need that registry's own client, or the file put into the cache.
    """
    from data.sources import fetching
    from data.sources.archives import fetch_archive
    from data.sources.labelled import LABELLED, FiledLabels, fetch_labelled

    if isinstance(labelled := LABELLED.get(name), FiledLabels):
        Console().print(f"{fetch_labelled(labelled)}: from the hub", soft_wrap=True)
        return
    archive = _archive(name)
    path = fetch_archive(archive) if archive else fetching.fetch(_wheel(name))
    Console().print(f"{path}: SHA-256 is as pinned", soft_wrap=True)


@app.command()
def check(
    name: Annotated[str, typer.Argument(help="A source, or a jsonl, parquet or txt file.")],
    field: Annotated[str, typer.Option(help="Text field of a file.")] = "text",
    strict: Annotated[bool, typer.Option(help="Stop at the first malformed line.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read a source or a file whole and say what is in it."""
    from data.sources.texts import SOURCES, check_source
    from data.story_style.authors import WRITINGS
    from data.text.reading import read_files

    console = Console(soft_wrap=True, highlight=False)
    skipped: dict[str, int] = {}
    examples: Sequence[str] = ()
    if name in WRITINGS:
        _check_works(name, as_json)
        return
    if name in SOURCES:
        corpus = check_source(SOURCES[name])
    else:
        corpus, report = read_files([Path(name)], field=field, strict=strict)
        skipped, examples = dict(report.skipped), report.examples
    if as_json:
        facts = {"documents": len(corpus), "bytes": corpus.n_bytes, "skipped": skipped}
        row = {"name": name, **facts, "fingerprint": corpus.fingerprint}
        typer.echo(json.dumps(row, indent=1, ensure_ascii=False))
        return
    if skipped:
        for reason, count in skipped.items():
            console.print(f"skipped {count:,}: {reason}")
        for example in examples:
            console.print(f"  {example}")
    console.print(
        f"{name}: {len(corpus):,} documents, {corpus.n_bytes:,} bytes, "
        f"fingerprint {corpus.fingerprint}"
    )


def _check_works(name: str, as_json: bool) -> None:
    from data.story_style.authors import WRITINGS, check_writings

    source = WRITINGS[name]
    works = check_writings(source)
    n_words = sum(len(one.text.split()) for one in works)
    if as_json:
        row = {"name": name, "works": len(works), "words": n_words}
        typer.echo(json.dumps({**row, "fingerprint": source.fingerprint}, indent=1))
        return
    Console(soft_wrap=True, highlight=False).print(
        f"{name}: {len(works):,} works, {n_words:,} words, fingerprint {source.fingerprint}"
    )


def _archive(name: str) -> "Archive | None":
    """The archive of another registry than Python's that carries a source; None for others."""
    from data.sources.archives import Archive
    from data.story_style.authors import WRITINGS

    for one in WRITINGS.values():
        if isinstance(one.carrier, Archive) and name in (one.name, one.carrier.distribution):
            return one.carrier
    return None


def _wheel(name: str) -> "Wheel":
    from data.program_distillation.templates.problems import REASONING_GYM
    from data.sources.fetching import Wheel as Package
    from data.sources.labelled import LABELLED, PackagedLabels
    from data.sources.packaged_encoder import PACKAGED_ENCODERS
    from data.sources.packaged_prior import PACKAGED_PRIORS
    from data.sources.texts import SOURCES
    from data.story_style.authors import WRITINGS

    for source in SOURCES.values():
        if name in (source.name, source.wheel.distribution):
            return source.wheel
    for one in WRITINGS.values():
        if isinstance(one.carrier, Package) and name in (one.name, one.carrier.distribution):
            return one.carrier
    for labelled in LABELLED.values():
        if isinstance(labelled, PackagedLabels) and name in (
            labelled.name,
            labelled.wheel.distribution,
        ):
            return labelled.wheel
    if name == REASONING_GYM.distribution:
        return REASONING_GYM
    for model, wheel in {**PACKAGED_PRIORS, **PACKAGED_ENCODERS}.items():
        if name in (model, wheel.distribution):
            return wheel
    raise BadInput(f"unknown source {name!r}; see: collapse data list")
