"""Files of lines, read and rewritten: JSON lines, plain or packed, and paragraphs of text."""

import itertools
import json
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from data.files import atomic
from data.text.json_spans import json_literals
from data.text.packed_lines import create_packed, raw_lines
from data.text.text_files import ReadReport, Record, TextFile, is_unicode


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
                if record is not None and (text := self._next(remaining)) != record.text:
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
                report.skip(f"{self.place}:{number}", "not UTF-8", strict=self.strict)


class JsonLines(_Lines):
    """One JSON object per line; a text that changes is escaped anew as a whole."""

    def stretches(self, report: ReadReport) -> Iterator[_Stretch]:
        """The lines; one that is no document is left out and counted."""
        for number, line in self.lines(report):
            if not line.strip():
                yield _Stretch(line)
                continue
            try:
                yield self._stretch(number, line)
            except _Malformed as error:
                report.skip(f"{self.place}:{number}", str(error), strict=self.strict)
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
            if not isinstance(given, str | int | Decimal):
                raise _Malformed(f"no id in field {self.fields.id!r}")
            if not is_unicode(str(given)):
                raise _Malformed(f"no Unicode text in field {self.fields.id!r} for the id")
        return _Stretch(line, Record(number, self._id(number, given), text, context), start, stop)

    def _string(
        self, literals: dict[str, tuple[object, int, int]], name: str, what: str = "text"
    ) -> tuple[str, int, int]:
        value, start, stop = literals.get(name, (None, 0, 0))
        if not isinstance(value, str):
            raise _Malformed(f"no {what} in field {name!r}")
        if not is_unicode(value):
            raise _Malformed("not Unicode text (a lone surrogate)")
        return value, start, stop

    def literal(self, text: str, before: str) -> str:
        """The text as a JSON string, in ASCII alone where it was so before."""
        return json.dumps(text, ensure_ascii=before.isascii())


class Paragraphs(_Lines):
    """One document per paragraph; empty lines separate them."""

    holds_paragraphs = True

    def stretches(self, report: ReadReport) -> Iterator[_Stretch]:
        """The paragraphs, and the empty lines between them."""
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
                place = f"{self.place}:{numbers[0]}"
                report.skip(place, "a paragraph that is not UTF-8", strict=self.strict)
            else:
                report.read += 1

    def _stretch(self, first: int, block: str) -> _Stretch:
        text = block.rstrip("\r\n")
        return _Stretch(block, Record(first, self._id(first, None), text, ""), 0, len(text))

    def literal(self, text: str, before: str) -> str:
        """The text itself."""
        return text


class _Malformed(Exception):
    """A line that is no document; says why."""
