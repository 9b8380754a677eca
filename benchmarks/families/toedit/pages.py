"""Writes the folder with the paper's tables, figures and claims: `docs/paper/`."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from benchmarks.chains.record import Record
from benchmarks.families.toedit.cells import FILLINGS
from benchmarks.families.toedit.claims import CLAIMS
from benchmarks.families.toedit.edit_rules import edit_rules_frame
from benchmarks.families.toedit.figure import draw_u_shape
from benchmarks.families.toedit.written_report import (
    MAKE,
    chains_of_written_text,
    draw_written,
    is_whole,
    written_frame,
)
from benchmarks.paper.cells import measure
from benchmarks.paper.claims import judge_all
from benchmarks.paper.published import find_tables
from benchmarks.paper.rendering import SUFFIX, Format, claims_page, index, render, stem, templates
from benchmarks.paper.tables import ComparedTable, compare_tables
from data.files import write_atomic

FIGURE = "figure-05"
WRITTEN_FIGURE = "figure-03-11-12"


def render_tables(names: Sequence[str], records: Iterable[Record], form: Format) -> str:
    """Some tables, all by default, as one text.

    Raises:
        BadInput: A name is unknown.
    """
    tables = compare_tables(find_tables(names), records)
    return "\n".join(render(table, form) for table in tables)


def pages(records: Sequence[Record]) -> dict[str, str]:
    """Every text file of the folder, by name."""
    tables = list(compare_tables(find_tables(()), records))
    return {
        **table_pages(tables, tuple(SUFFIX)),
        "README.md": index(tables),
        "claims.md": claims_page(judge_all(CLAIMS, records)),
        "edit-rules.md": edit_rules_page(edit_rules_frame(records)),
        "smollm2-text.md": _written(records),
    }


def _written(records: Sequence[Record]) -> str:
    chains = chains_of_written_text(records)
    frame = written_frame(chains) if is_whole(chains) else None
    return written_page(frame, WRITTEN_FIGURE, MAKE)


def table_pages(tables: Iterable[ComparedTable], forms: Sequence[Format]) -> dict[str, str]:
    """Each table in each format, by file name."""
    return {
        f"{stem(table)}.{SUFFIX[form]}": render(table, form) for table in tables for form in forms
    }


def write_pages(
    names: Sequence[str], records: Sequence[Record], folder: Path, form: Format | None
) -> list[Path]:
    """Write tables to a folder; without names and format also its index, claims and figure.

    Returns:
        The files written.

    Raises:
        BadInput: A name is unknown.
    """
    whole = not names and form is None
    chosen = find_tables(names)
    forms = tuple(SUFFIX) if form is None else (form,)
    texts = pages(records) if whole else table_pages(compare_tables(chosen, records), forms)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        write_atomic(folder / name, text)
    written = [folder / name for name in texts]
    return [*written, *_figures(records, folder)] if whole else written


def _figures(records: Sequence[Record], folder: Path) -> list[Path]:
    drawn = []
    if ours := measure(records, FILLINGS["6"]):
        drawn += _both(folder, FIGURE)
        draw_u_shape(ours, drawn)
    if is_whole(chains := chains_of_written_text(records)):
        paths = _both(folder, WRITTEN_FIGURE)
        draw_written(chains, paths)
        drawn += paths
    return drawn


def _both(folder: Path, name: str) -> list[Path]:
    return [folder / f"{name}{suffix}" for suffix in (".png", ".pdf")]


def edit_rules_page(frame: pd.DataFrame) -> str:
    """The rules of Tables 5, 7 and 8 by loss, in Markdown."""
    body = frame.to_markdown(index=False, disable_numparse=True)
    return templates("markdown").get_template("edit_rules.md.jinja").render(body=body)


def written_page(frame: pd.DataFrame | None, figure: str, command: str) -> str:
    """Text of another model beside human text, in Markdown; None where records are missing."""
    body = "" if frame is None else frame.to_markdown(index=False, disable_numparse=True)
    page = templates("markdown").get_template("written.md.jinja")
    return page.render(body=body, figure=figure, command=command)
