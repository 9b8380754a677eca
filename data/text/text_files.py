"""Files of documents, read and rewritten: what every kind of file has.

Only texts that change are written anew, every other byte stays; `data.text.line_files` and
`data.text.parquet_files` have the kinds, `data.text.opening` tells them by the file's name.
"""

import os
import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from data.errors import BadInput

_MAX_EXAMPLES = 5
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def shown(path: Path | str) -> str:
    """A path as text of one line: bytes that are no UTF-8 and control characters are escaped."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def is_unicode(text: str) -> bool:
    """Whether text can be written as UTF-8; a lone surrogate cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


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

    holds_paragraphs = False
    """Whether a document is a paragraph, which a blank line would cut in two."""

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

    @property
    def name(self) -> str:
        """Name of the file, without its folder, as text that can be written anywhere."""
        return shown(self.path.name)

    @property
    def place(self) -> str:
        """Path of the file as messages give it."""
        return shown(self.path)

    def _id(self, row: int, given: object) -> str:
        return f"{self.name}:{row}" if given is None else str(given)

    def _next(self, texts: Iterator[str]) -> str:
        """The next text to write.

        Raises:
            BadInput: There is none, as the file has more documents than when it was read.
        """
        for text in texts:
            return text
        raise BadInput(f"{self.place}: changed while it was read; run again")
