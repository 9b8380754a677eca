"""Writes a file anew without some of its documents; every other byte of text stays."""

from collections.abc import Container
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from data.files import atomic
from data.text.line_files import JsonLines, Paragraphs
from data.text.packed_lines import create_packed
from data.text.parquet_files import ParquetFile, layout
from data.text.text_files import ReadReport, TextFile


def write_without(file: TextFile, target: Path, rows: Container[int]) -> None:
    """Write the file without the documents of some rows; the target appears whole.

    What is no document, such as a malformed line, is left out too, as it is when a file is read.

    Args:
        file: A file of jsonl, parquet or txt.
        target: Path of the new file, whose name has the same ending.
        rows: Rows that are left out, as `Record.row` counts them.
    """
    if isinstance(file, ParquetFile):
        _write_parquet(file, target, rows)
    elif isinstance(file, JsonLines | Paragraphs):
        _write_lines(file, target, rows)
    else:
        raise TypeError(f"{type(file).__name__} is no kind of file that is known")


def _write_lines(file: JsonLines | Paragraphs, target: Path, rows: Container[int]) -> None:
    """Lines as they are; with a removed paragraph goes the gap behind it."""
    was_removed = False
    with atomic(target) as partial, create_packed(partial, target.suffix) as writer:
        for stretch in file.stretches(ReadReport()):
            if stretch.record is not None:
                was_removed = stretch.record.row in rows
            if was_removed and (stretch.record is not None or file.holds_paragraphs):
                continue
            writer.write(stretch.raw.encode())


def _write_parquet(file: ParquetFile, target: Path, rows: Container[int]) -> None:
    readable = {record.row for record in file.records(ReadReport())}
    with file.path.open("rb") as raw, pq.ParquetFile(raw) as source:
        before = 0
        with (
            atomic(target) as partial,
            partial.open("wb") as out,
            pq.ParquetWriter(out, source.schema_arrow, **layout(source)) as writer,
        ):
            for group in range(source.num_row_groups):
                table = source.read_row_group(group)
                numbers = range(before + 1, before + table.num_rows + 1)
                before += table.num_rows
                kept = [number in readable and number not in rows for number in numbers]
                table = table.filter(pa.array(kept, pa.bool_()))
                writer.write_table(table, row_group_size=max(table.num_rows, 1))
