"""Reads text files of users into documents; every line is either read or counted with a reason."""

import gzip
import io
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from data.corpus import Corpus, Document

SUFFIXES = (".jsonl", ".jsonl.gz", ".jsonl.zst", ".parquet", ".txt")
_MAX_EXAMPLES = 5


@dataclass
class ReadReport:
    """What was read and what was not."""

    read: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    """Documents or lines left out, by reason."""
    examples: list[str] = field(default_factory=list)
    """The first skipped places as `file:line: reason`."""

    def skip(self, place: str, reason: str, *, strict: bool) -> None:
        """Count a skipped place, or stop at it.

        Raises:
            ValueError: In strict mode.
        """
        if strict:
            raise ValueError(f"{place}: {reason}; mend the line or read without --strict")
        self.skipped[reason] += 1
        if len(self.examples) < _MAX_EXAMPLES:
            self.examples.append(f"{place}: {reason}")


def read_files(
    paths: Iterable[Path], *, field: str = "text", strict: bool = False
) -> tuple[Corpus, ReadReport]:
    """Read jsonl (plain, .gz, .zst), parquet and txt files.

    A document's id is `<file name>:<line or row>`. A txt file holds one document per paragraph
    (paragraphs are separated by an empty line).

    Args:
        paths: Files to read, in this order.
        field: Name of the text field in jsonl and parquet.
        strict: Stop at the first malformed line instead of counting it.

    Raises:
        ValueError: A file is missing, of an unknown kind or has no usable document, or a line is
            malformed in strict mode.
    """
    report = ReadReport()
    files = list(paths)
    corpus = Corpus.of(
        document for path in files for document in _documents(path, field, strict, report)
    )
    if len(corpus) == 0:
        names = ", ".join(map(str, files)) or "(no file)"
        reasons = "; ".join(report.examples) or "it is empty"
        raise ValueError(f"{names}: no document to read ({reasons}); give text in field {field!r}")
    return corpus, report


def _documents(path: Path, field: str, strict: bool, report: ReadReport) -> Iterator[Document]:
    if not path.is_file():
        raise ValueError(f"{path}: no such file; check the path")
    for place, text in _texts(path, field, strict, report):
        if not text.strip():
            report.skip(f"{path}:{place}", "empty document", strict=strict)
            continue
        report.read += 1
        yield Document(f"{path.name}:{place}", text, path.name, "unknown", 0)


def _texts(path: Path, field: str, strict: bool, report: ReadReport) -> Iterator[tuple[int, str]]:
    name = path.name
    if name.endswith(".parquet"):
        yield from _parquet_texts(path, field)
    elif name.endswith((".jsonl", ".jsonl.gz", ".jsonl.zst")):
        for number, line in _lines(path, strict, report):
            if line.strip():
                text = _json_text(line, field, f"{path}:{number}", strict, report)
                if text is not None:
                    yield number, text
    elif name.endswith(".txt"):
        yield from _paragraphs(_lines(path, strict, report))
    else:
        raise ValueError(f"{path}: unknown kind of file; use one of {', '.join(SUFFIXES)}")


def _lines(path: Path, strict: bool, report: ReadReport) -> Iterator[tuple[int, str]]:
    for number, raw in enumerate(_raw_lines(path), start=1):
        try:
            yield number, raw.decode("utf-8")
        except UnicodeDecodeError:
            report.skip(f"{path}:{number}", "not UTF-8", strict=strict)


def _raw_lines(path: Path) -> Iterator[bytes]:
    try:
        with _open(path) as file:
            yield from file
    except (EOFError, gzip.BadGzipFile, zlib.error, zstandard.ZstdError) as error:
        raise ValueError(f"{path}: the file is damaged ({error}); get it again") from error


def _open(path: Path) -> io.BufferedIOBase:
    if path.suffix == ".gz":
        return gzip.open(path, "rb")
    if path.suffix == ".zst":
        reader = zstandard.ZstdDecompressor().stream_reader(
            path.open("rb"), read_across_frames=True
        )
        return io.BufferedReader(reader)
    return path.open("rb")


def _json_text(line: str, field: str, place: str, strict: bool, report: ReadReport) -> str | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else type(error).__name__
        report.skip(place, f"not JSON ({reason})", strict=strict)
        return None
    if not isinstance(row, dict) or not isinstance(row.get(field), str):
        report.skip(place, f"no text in field {field!r}", strict=strict)
        return None
    text: str = row[field]
    try:
        text.encode()
    except UnicodeEncodeError:
        report.skip(place, "not Unicode text (a lone surrogate)", strict=strict)
        return None
    return text


def _parquet_texts(path: Path, field: str) -> Iterator[tuple[int, str]]:
    try:
        file = pq.ParquetFile(path)
    except (OSError, ValueError) as error:
        raise ValueError(f"{path}: not a readable parquet file ({error})") from error
    if field not in file.schema_arrow.names:
        names = ", ".join(file.schema_arrow.names)
        raise ValueError(f"{path}: no column {field!r}; it has {names}")
    column = file.schema_arrow.field(field).type
    if not (pa.types.is_string(column) or pa.types.is_large_string(column)):
        raise ValueError(f"{path}: column {field!r} holds {column}, not text")
    number = 0
    try:
        for batch in file.iter_batches(columns=[field]):
            for text in batch.column(0).to_pylist():
                number += 1
                yield number, text or ""
    except OSError as error:
        raise ValueError(f"{path}: the file is damaged ({error}); get it again") from error


def _paragraphs(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    first, block = 0, ""
    for number, line in lines:
        if line.strip():
            first, block = first or number, block + line
        elif block:
            yield first, block.rstrip("\n")
            first, block = 0, ""
    if block:
        yield first, block.rstrip("\n")
