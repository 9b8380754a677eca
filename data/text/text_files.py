"""Files of documents, read and rewritten: only texts that change, every other byte stays.

A text that changes in a jsonl file is written anew as a whole, so that its escapes may differ.
"""

import itertools
import json
import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import BadInput
from data.files import atomic
from data.text.packed_lines import create_packed, raw_lines

SUFFIXES = (".jsonl", ".jsonl.gz", ".jsonl.zst", ".parquet", ".txt")
_MAX_EXAMPLES = 5
_ROWS_PER_BATCH = 1024
_BYTE_ORDER_MARK = "\ufeff"


@dataclass
class ReadReport:
    """What was left out while files were read, with examples."""

    read: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    """Number of documents or lines left out, by reason."""
    examples: list[str] = field(default_factory=list)
    """The first skipped places as `file:line: reason`."""

    def skip(self, place: str, reason: str, *, strict: bool) -> None:
        """Count a skipped place, or stop at it.

        Raises:
            BadInput: The reading is strict, so that nothing may be skipped.
        """
        if strict:
            raise BadInput(f"{place}: {reason}; mend the line or read without --strict")
        self.skipped[reason] += 1
        if len(self.examples) < _MAX_EXAMPLES:
            self.examples.append(f"{place}: {reason}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Fields:
    """Names of the fields of jsonl and parquet files that are read."""

    text: str = "text"
    context: str | None = None
    """Field of the text that stands before the document's; None where there is none."""
    id: str | None = None
    """Field that identifies a document wherever it stands; `<file name>:<line or row>` without it,
    and where a parquet file has none."""


class Record(NamedTuple):
    """A document where it stands in its file."""

    row: int
    """Line (jsonl, and the first of a paragraph in txt) or row (parquet), from 1."""
    id: str
    text: str
    context: str


class TextFile(ABC):
    """A file of documents of a user's own, to read and to write anew.

    Args:
        path: Path of the file.
        fields: Names of the fields that are read of it.
        strict: Stop at the first malformed line instead of counting it.
    """

    def __init__(self, path: Path, fields: Fields, *, strict: bool = False) -> None:
        self.path = path
        self.fields = fields
        self.strict = strict

    @abstractmethod
    def records(self, report: ReadReport) -> Iterator[Record]:
        """All documents, in order; every line is either given or counted in the report."""

    @abstractmethod
    def write(self, target: Path, texts: Iterable[str]) -> None:
        """Write the file anew with these texts, one per record; the target appears whole."""

    def _id(self, row: int, given: object) -> str:
        return f"{self.path.name}:{row}" if given is None else str(given)


def open_text_file(path: Path, fields: Fields, *, strict: bool = False) -> TextFile:
    """The file by the kind that its name tells.

    Raises:
        BadInput: It is missing or of an unknown kind.
    """
    if not path.is_file():
        raise BadInput(f"{path}: no such file; check the path")
    if path.name.endswith(".parquet"):
        return _ParquetFile(path, fields, strict=strict)
    if path.name.endswith((".jsonl", ".jsonl.gz", ".jsonl.zst")):
        return _JsonLines(path, fields, strict=strict)
    if path.name.endswith(".txt"):
        return _Paragraphs(path, fields, strict=strict)
    raise BadInput(f"{path}: unknown kind of file; use one of {', '.join(SUFFIXES)}")


class _Stretch(NamedTuple):
    """Consecutive characters of a file: a document with what surrounds it, or no document."""

    raw: str
    record: Record | None = None
    start: int = 0
    """Place in `raw` where the text, as it is written in the file, begins."""
    stop: int = 0


class _Lines(TextFile):
    """A file of lines; all stretches together are the file, but for malformed lines."""

    @abstractmethod
    def stretches(self, report: ReadReport) -> Iterator[_Stretch]:
        """All of the file that is kept, in order."""

    @abstractmethod
    def literal(self, text: str, before: str) -> str:
        """The text as it is written in the file, in place of `before`."""

    def records(self, report: ReadReport) -> Iterator[Record]:
        return (stretch.record for stretch in self.stretches(report) if stretch.record)

    def write(self, target: Path, texts: Iterable[str]) -> None:
        remaining = iter(texts)
        with atomic(target) as partial_path, create_packed(partial_path, target.suffix) as file:
            for raw, record, start, stop in self.stretches(ReadReport()):
                if record is not None and (text := _next(remaining, self.path)) != record.text:
                    file.write((raw[:start] + self.literal(text, raw[start:stop])).encode())
                    file.write(raw[stop:].encode())
                else:
                    file.write(raw.encode())

    def lines(self, report: ReadReport) -> Iterator[tuple[int, str]]:
        """Lines with their ends, from 1."""
        for number, raw in enumerate(raw_lines(self.path), start=1):
            try:
                yield number, raw.decode("utf-8")
            except UnicodeDecodeError:
                report.skip(f"{self.path}:{number}", "not UTF-8", strict=self.strict)


class _JsonLines(_Lines):
    def stretches(self, report: ReadReport) -> Iterator[_Stretch]:
        for number, line in self.lines(report):
            if not line.strip():
                yield _Stretch(line)
                continue
            try:
                yield self._stretch(number, line)
            except _Malformed as error:
                report.skip(f"{self.path}:{number}", str(error), strict=self.strict)
            else:
                report.read += 1

    def _stretch(self, number: int, line: str) -> _Stretch:
        try:
            literals = json_literals(line)
        except (ValueError, RecursionError) as error:
            reason = error.msg if isinstance(error, json.JSONDecodeError) else type(error).__name__
            raise _Malformed(f"not JSON ({reason})") from error
        text, start, stop = self._string(literals, self.fields.text, "text")
        context = "" if (name := self.fields.context) is None else self._string(literals, name)[0]
        given = None
        if self.fields.id is not None:
            given = literals.get(self.fields.id, (None, 0, 0))[0]
            if not isinstance(given, str | int):
                raise _Malformed(f"no id in field {self.fields.id!r}")
        return _Stretch(line, Record(number, self._id(number, given), text, context), start, stop)

    def _string(
        self, literals: dict[str, tuple[object, int, int]], name: str, what: str = "text"
    ) -> tuple[str, int, int]:
        value, start, stop = literals.get(name, (None, 0, 0))
        if not isinstance(value, str):
            raise _Malformed(f"no {what} in field {name!r}")
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise _Malformed("not Unicode text (a lone surrogate)") from error
        return value, start, stop

    def literal(self, text: str, before: str) -> str:
        return json.dumps(text, ensure_ascii=before.isascii())


class _Paragraphs(_Lines):
    """One document per paragraph; empty lines separate them."""

    def stretches(self, report: ReadReport) -> Iterator[_Stretch]:
        lines = enumerate(raw_lines(self.path), start=1)
        for is_text, group in itertools.groupby(lines, key=lambda line: bool(line[1].strip())):
            numbers, raw = zip(*group, strict=True)
            block = b"".join(raw)
            if not is_text:
                yield _Stretch(block.decode("ascii"))
                continue
            try:
                yield self._stretch(numbers[0], block.decode("utf-8"))
            except UnicodeDecodeError:
                place = f"{self.path}:{numbers[0]}"
                report.skip(place, "a paragraph that is not UTF-8", strict=self.strict)
            else:
                report.read += 1

    def _stretch(self, first: int, block: str) -> _Stretch:
        text = block.rstrip("\r\n")
        return _Stretch(block, Record(first, self._id(first, None), text, ""), 0, len(text))

    def literal(self, text: str, before: str) -> str:
        return text


class _ParquetFile(TextFile):
    def records(self, report: ReadReport) -> Iterator[Record]:
        names = [n for n in (self.fields.text, self.fields.context, self.fields.id) if n]
        row = 0
        for batch in self._batches(names):
            columns = {name: batch.column(name).to_pylist() for name in names}
            for place in range(batch.num_rows):
                row += 1
                report.read += 1
                given = columns[self.fields.id][place] if self.fields.id else None
                context = columns[self.fields.context][place] if self.fields.context else ""
                text = columns[self.fields.text][place]
                yield Record(row, self._id(row, given), text or "", context or "")

    def write(self, target: Path, texts: Iterable[str]) -> None:
        remaining = iter(texts)
        with pq.ParquetFile(self.path) as source:
            schema = source.schema_arrow
            place = schema.get_field_index(self.fields.text)
            with atomic(target) as partial_path, pq.ParquetWriter(partial_path, schema) as writer:
                for batch in self._batches(None):
                    before = batch.column(place)
                    given = [_next(remaining, self.path) for _ in range(len(before))]
                    after = [
                        None if old is None else new
                        for old, new in zip(before.to_pylist(), given, strict=True)
                    ]
                    edited = pa.array(after, type=before.type)
                    writer.write_batch(batch.set_column(place, schema.field(place), edited))

    def _batches(self, names: list[str] | None) -> Iterator[pa.RecordBatch]:
        try:
            with pq.ParquetFile(self.path) as file:
                self._check(file.schema_arrow)
                yield from file.iter_batches(_ROWS_PER_BATCH, columns=names)
        except (OSError, pa.ArrowInvalid) as error:
            raise BadInput(f"{self.path}: not a readable parquet file ({error})") from error

    def _check(self, schema: pa.Schema) -> None:
        for name in filter(None, (self.fields.text, self.fields.context)):
            if name not in schema.names:
                columns = ", ".join(schema.names)
                raise BadInput(f"{self.path}: no column {name!r}; it has {columns}")
            column = schema.field(name).type
            if not (pa.types.is_string(column) or pa.types.is_large_string(column)):
                raise BadInput(f"{self.path}: column {name!r} holds {column}, not text")
        if self.fields.id is not None and self.fields.id not in schema.names:
            raise BadInput(f"{self.path}: no column {self.fields.id!r} for the id")


def _next(texts: Iterator[str], path: Path) -> str:
    for text in texts:
        return text
    raise BadInput(f"{path}: changed while it was read; run again")


class _Malformed(Exception):
    """A line that is no document; says why."""


_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


def json_literals(line: str) -> dict[str, tuple[object, int, int]]:
    """The fields of a JSON object with the characters of the line that each value covers.

    Knowing where a value stands, it can be replaced without writing the others anew, whose numbers
    and spaces would not come back as they were.

    Raises:
        json.JSONDecodeError: The line is no JSON object.
    """
    literals: dict[str, tuple[object, int, int]] = {}

    def skip(at: int) -> int:
        return _SPACE.match(line, at).end()  # type: ignore[union-attr]  # matches everywhere

    def expect(character: str, at: int) -> int:
        if not line.startswith(character, at):
            raise json.JSONDecodeError(f"Expecting '{character}'", line, at)
        return skip(at + 1)

    at = expect("{", skip(len(_BYTE_ORDER_MARK) if line.startswith(_BYTE_ORDER_MARK) else 0))
    while not line.startswith("}", at):
        if literals:
            at = expect(",", at)
        key, at = _DECODER.raw_decode(line, at)
        if not isinstance(key, str):
            raise json.JSONDecodeError("Expecting a name in quotes", line, at)
        start = expect(":", skip(at))
        value, stop = _DECODER.raw_decode(line, start)
        literals[key] = (value, start, stop)
        at = skip(stop)
    if (at := skip(at + 1)) != len(line):
        raise json.JSONDecodeError("Extra data", line, at)
    return literals
