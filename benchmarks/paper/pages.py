"""The pages of a family: its tables, claims and figures, as text or as a folder below `docs/`."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.paper.claims import Entry, judge_all
from benchmarks.paper.family import Family
from benchmarks.paper.rendering import SUFFIX, Format, claims_page, index, render, stem
from benchmarks.paper.tables import ComparedTable, compare_tables
from benchmarks.running.record import Envelope
from data.files import write_atomic


def ledger(family: Family, records: Sequence[Envelope]) -> list[Entry]:
    """The claims of a family, judged by records, by what is printed and by the theory."""
    return judge_all(family.claims(), records, family.audit(), family.rules(), looks=family.looks())


def render_tables(
    family: Family, names: Sequence[str], records: Sequence[Envelope], form: Format
) -> str:
    """Some tables of a family, all by default, as one text.

    Raises:
        BadInput: A name is unknown.
    """
    return "\n".join(render(table, form) for table in compare_tables(family, names, records))


def cells(
    family: Family, names: Sequence[str], records: Sequence[Envelope]
) -> list[dict[str, object]]:
    """Every printed cell of some tables with what was measured, as plain values.

    Raises:
        BadInput: A name is unknown.
    """
    return [
        {
            "family": family.name,
            "table": one.cell.table,
            "row": one.cell.row,
            "column": one.cell.column,
            "unit": one.cell.unit,
            "printed": one.cell.printed,
            "ours": None if one.ours is None else one.ours.mean,
            "low": None if one.ours is None else one.ours.low,
            "high": None if one.ours is None else one.ours.high,
            "difference": one.difference,
            "verdict": one.verdict,
            "command": one.command,
        }
        for table in compare_tables(family, names, records)
        for one in table.comparisons
    ]


def pages(family: Family, records: Sequence[Envelope]) -> dict[str, str]:
    """Every text file of the family's folder, by name."""
    tables = compare_tables(family, (), records)
    return {
        **table_pages(tables, tuple(SUFFIX)),
        "README.md": index(family, tables),
        "claims.md": claims_page(family, ledger(family, records)),
        **family.pages(records),
    }


def table_pages(tables: Iterable[ComparedTable], forms: Sequence[Format]) -> dict[str, str]:
    """Each table in each format, by file name."""
    return {
        f"{stem(table)}.{SUFFIX[form]}": render(table, form) for table in tables for form in forms
    }


def write_pages(
    family: Family,
    names: Sequence[str],
    records: Sequence[Envelope],
    folder: Path,
    form: Format | None,
) -> list[Path]:
    """Write tables to a folder; without names and format also its index, claims and figures.

    Returns:
        The files written.

    Raises:
        BadInput: A name is unknown.
    """
    whole = not names and form is None
    forms = tuple(SUFFIX) if form is None else (form,)
    texts = (
        pages(family, records)
        if whole
        else table_pages(compare_tables(family, names, records), forms)
    )
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        write_atomic(folder / name, text)
    written = [folder / name for name in texts]
    return [*written, *family.figures(records, folder)] if whole else written
