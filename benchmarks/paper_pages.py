"""Writes the folder with the paper's tables, figures and claims: `docs/paper/`."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.claims import judge_all
from benchmarks.edit_rules import edit_rules_frame
from benchmarks.measured import FILLINGS, measure
from benchmarks.paper_claims import CLAIMS
from benchmarks.paper_figure import draw_u_shape
from benchmarks.published import find_tables
from benchmarks.record import Record
from benchmarks.rendering import (
    SUFFIX,
    Format,
    claims_page,
    edit_rules_page,
    index,
    render,
    stem,
    written_page,
)
from benchmarks.tables import ComparedTable, compare_tables
from benchmarks.written_report import (
    MAKE,
    chains_of_written_text,
    draw_written,
    is_whole,
    written_frame,
)
from data.files import write_atomic

FIGURE = "figure-05"
WRITTEN_FIGURE = "figure-03-11-12"


def render_tables(names: Sequence[str], records: Iterable[Record], form: Format) -> str:
    """Some tables, all by default, as one text.

    Raises:
        ValueError: A name is unknown.
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
        ValueError: A name is unknown.
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
