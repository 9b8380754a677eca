"""Reads files of programs with their answers; every row is verified or counted with a reason."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import BadInput
from data.executing.answers import read_answer
from data.text.json_spans import json_literals
from data.text.packed_lines import raw_lines
from data.text.text_files import ReadReport, shown

SUFFIXES = (".jsonl", ".jsonl.gz", ".jsonl.zst", ".parquet")
_ROWS_PER_BATCH = 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """Names of the fields of a file of programs."""

    program: str = "program"
    answer: str = "answer"
    question: str = "question"
    """Shown on the page beside the program; a file need not have it."""
    id: str | None = None
    """Field that names a row in the results; file and line without it."""


@dataclass(frozen=True, slots=True)
class Row:
    """A program with the answer that it should give."""

    id: str
    question: str
    program: str
    answer: int | Fraction


def read_rows(
    paths: Iterable[Path], columns: Columns, report: ReadReport, *, strict: bool = False
) -> Iterator[Row]:
    """The rows of jsonl (plain, .gz, .zst) and parquet files, in order.

    Args:
        paths: The files.
        columns: Names of their fields.
        report: Counts what is read, and what is left out, by reason.
        strict: Stop at the first row that cannot be read instead of counting it.

    Raises:
        BadInput: A file is missing, of an unknown kind or damaged, or given twice; no column of a
            parquet file has the name; a row cannot be read in strict mode; or no row can be read
            at all.
    """
    files = list(paths)
    fields: dict[str, Any] = {}
    for path, name in zip(files, _names(files), strict=True):
        for number, fields in _fields(path, columns, report, strict):
            place = f"{shown(path)}:{number}"
            try:
                row = _row(fields, columns, f"{name}:{number}")
            except ValueError as error:
                report.skip(place, str(error), strict=strict)
            else:
                report.read += 1
                yield row
    if report.read == 0:
        names, has = ", ".join(map(shown, files)), shown(", ".join(fields)) or "none"
        reasons = "; ".join(report.examples) or "it is empty"
        raise BadInput(
            f"{names}: no program with an answer ({reasons}; the fields of the last row: {has}); "
            "name theirs with --program and --answer"
        )


def count_rows(paths: Iterable[Path]) -> int:
    """Rows of files, those that cannot be read and empty lines included.

    Raises:
        BadInput: A file is missing, of an unknown kind or damaged.
    """
    total = 0
    for path in paths:
        if _kind(path) == ".parquet":
            with _opened(path) as file:
                total += file.metadata.num_rows
        else:
            total += sum(1 for _ in raw_lines(path))
    return total


def _names(files: Sequence[Path]) -> list[str]:
    """A name for each file that no other one has: its own, or its path where two share theirs.

    Raises:
        BadInput: A file is given twice, so that its programs would count twice.
    """
    places = Counter(path.resolve() for path in files)
    for path in files:
        if places[path.resolve()] > 1:
            raise BadInput(f"{shown(path)}: given twice; name every file once")
    own = Counter(path.name for path in files)
    return [shown(path.name if own[path.name] == 1 else path) for path in files]


def _kind(path: Path) -> str:
    """Which of the known endings the name of a file has."""
    if not path.is_file():
        raise BadInput(f"{shown(path)}: no such file; check the path")
    for suffix in SUFFIXES:
        if path.name.endswith(suffix):
            return suffix
    raise BadInput(f"{shown(path)}: unknown kind of file; use one of {', '.join(SUFFIXES)}")


def _fields(
    path: Path, columns: Columns, report: ReadReport, strict: bool
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Number and fields of every row that is one."""
    if _kind(path) == ".parquet":
        yield from _parquet_fields(path, columns)
        return
    for number, raw in enumerate(raw_lines(path), start=1):
        if not raw.strip():
            continue
        try:
            yield number, _json_fields(raw.decode("utf-8"))
        except UnicodeDecodeError:
            report.skip(f"{shown(path)}:{number}", "not UTF-8", strict=strict)
        except (ValueError, RecursionError) as error:
            said = error.msg if isinstance(error, json.JSONDecodeError) else type(error).__name__
            report.skip(f"{shown(path)}:{number}", f"not JSON ({said})", strict=strict)


def _json_fields(line: str) -> dict[str, Any]:
    """Fields of an object; a decimal is the text that stands in the file, every digit of it.

    None may be named twice: one reader takes the first, another one the last.
    """
    return {
        name: line[start:stop] if isinstance(value, float) else value
        for name, (value, start, stop) in json_literals(line, once=True).items()
    }


def _parquet_fields(path: Path, columns: Columns) -> Iterator[tuple[int, dict[str, Any]]]:
    with _opened(path) as file:
        has = file.schema_arrow.names
        wanted = [columns.program, columns.answer, *([columns.id] if columns.id else [])]
        for name in wanted:
            if has.count(name) != 1:
                raise BadInput(
                    f"{shown(path)}: no column {name!r}, or two; it has {shown(', '.join(has))}"
                )
        names = {*wanted, columns.question} & set(has)
        number = 0
        for batch in file.iter_batches(_ROWS_PER_BATCH, columns=sorted(names)):
            kinds = {field.name: field.type for field in batch.schema}
            for fields in batch.to_pylist():
                number += 1
                yield number, {name: _told(value, kinds[name]) for name, value in fields.items()}


def _told(value: object, kind: pa.DataType) -> object:
    """A value of a column; a float as the text that names it at the width of its column.

    A number of 16 or 32 bits comes as the nearest one of 64, whose digits say what nobody wrote:
    .1 would be read as 0.10000000149011612. A whole number is itself at every width.
    """
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    if not isinstance(value, float):
        return value
    if value.is_integer() and kind != pa.float64():
        return int(value)
    return str(kind.to_pandas_dtype()(value))


class _opened:  # a context manager that is read like a function
    """A parquet file, with what its library says turned into one line."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> pq.ParquetFile:
        try:
            self._file = pq.ParquetFile(self._path)
        except pa.ArrowException as error:
            raise self._unreadable(error) from error
        return self._file

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._file.close()
        if isinstance(error, UnicodeDecodeError):
            raise BadInput(f"{shown(self._path)}: a text is not UTF-8; mend it") from error
        if isinstance(error, pa.ArrowException | OSError):  # a page inside is damaged
            raise self._unreadable(error) from error

    def _unreadable(self, error: Exception) -> BadInput:
        reason = str(error).splitlines()[0]
        return BadInput(
            f"{shown(self._path)}: not a readable parquet file ({reason}); get it again"
        )


def _row(fields: dict[str, Any], columns: Columns, place: str) -> Row:
    """A row of its fields.

    Raises:
        ValueError: It has no program, or no answer that is a number.
    """
    program = fields.get(columns.program)
    if not isinstance(program, str):
        raise ValueError(f"no program in field {columns.program!r}")
    if fields.get(columns.answer) is None:
        raise ValueError(f"no answer in field {columns.answer!r}")
    try:
        answer = read_answer(fields[columns.answer])
    except ValueError as error:
        raise ValueError(f"the answer {_reason(error)}") from error
    name = place if columns.id is None else fields.get(columns.id)
    if isinstance(name, bool) or not isinstance(name, str | int | Decimal):
        raise ValueError(f"no id in field {columns.id!r}")
    question = fields.get(columns.question)
    return Row(str(name), question if isinstance(question, str) else "", program, answer)


def _reason(error: ValueError) -> str:
    """What is wrong with an answer, without the answer: equal reasons are counted as one."""
    return str(error).partition(":")[0]
