"""The ledger of edits: one row per flagged token; with the source, it gives the edited text."""

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from data.editing import splice
from data.errors import BadInput, readable
from data.files import check_path

SCHEMA = pa.schema(
    [
        ("document", pa.int64()),  # place of the document among all documents read, from 0
        ("document_id", pa.string()),  # keys the draw
        ("position", pa.int32()),  # of the token in its document, from 0
        ("start", pa.int64()),  # first character of the token in the document
        ("stop", pa.int64()),
        ("probability", pa.float32()),  # P(observed token | text before it)
        ("observed_token", pa.int32()),
        ("drawn_token", pa.int32()),  # -1 where the token was deleted
        ("changed", pa.bool_()),
        ("replacement", pa.string()),  # text that stands there afterwards; null if not changed
        ("candidate_mass", pa.float32()),
        ("change_probability", pa.float32()),  # exact, of a change by the draw
        ("drawn_probability", pa.float32()),  # P(drawn token | text before it); NaN if deleted
        ("divergence", pa.float32()),  # KL(law that the token is drawn from || prior), in bits
    ]
)
_LATER = 2
"""Number of the last columns that ledgers of earlier versions lack; nothing is replayed by them."""
_EARLIER = pa.schema(list(SCHEMA)[:-_LATER])
_METADATA = b"collapse"
_ROWS_PER_BATCH = 65_536


class Passage(NamedTuple):
    """A text to edit, with its id and what stands before it."""

    id: str
    text: str
    context: str = ""
    """Text that stands before it; it is read, and never edited."""
    is_paragraph: bool = False
    """Whether it stands in a file whose documents are paragraphs, so that an edit must not put a
    blank line into it."""


def with_metadata(schema: pa.Schema, metadata: Mapping[str, Any]) -> pa.Schema:
    """The schema with what was done, as JSON."""
    return schema.with_metadata({_METADATA: json.dumps(metadata, sort_keys=True).encode()})


def metadata(path: Path) -> dict[str, Any]:
    """The description of the edit that made a ledger, from the file's metadata.

    Raises:
        BadInput: The file is no ledger of edits, or its path no text.
    """
    check_path(path)
    if not path.is_file():
        raise BadInput(f"{path}: no such file; give the ledger.parquet of an edit")
    with whole(path, "give the ledger.parquet of an edit"):
        schema = pq.read_schema(path)
        is_ledger = schema.equals(SCHEMA) or schema.equals(_EARLIER)
        if not is_ledger or _METADATA not in (schema.metadata or {}):
            raise BadInput(f"{path}: not a ledger of edits; give the ledger.parquet of an edit")
        return dict(_object(json.loads(schema.metadata[_METADATA])))


def _object(content: Any) -> Mapping[str, Any]:
    if not isinstance(content, Mapping):
        raise TypeError(f"its description is a {type(content).__name__}, not an object")
    return content


@contextmanager
def whole(path: Path, mend: str) -> Iterator[None]:
    """Turn what is said of a damaged ledger, or a part of one, into one line with its mend.

    Raises:
        BadInput: The content is not what belongs there.
    """
    try:
        with readable(path, mend):
            yield
    except RecursionError as error:
        raise BadInput(f"{path}: cannot be read (nested too deeply); {mend}") from error
    except (OSError, pa.ArrowException) as error:
        if isinstance(error, OSError) and error.errno is not None:  # of the machine
            raise
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise BadInput(f"{path}: not a readable ledger ({reason}); {mend}") from error


class Change(NamedTuple):
    """A replacement of characters `start` to `stop` in one document."""

    document: int
    start: int
    stop: int
    replacement: str


def changes(path: Path) -> Iterator[Change]:
    """The changes of a ledger, in the order of the text; read a part at a time.

    Raises:
        BadInput: The file is damaged.
    """
    columns = [*Change._fields, "changed"]
    with whole(path, "edit again"), pq.ParquetFile(path) as file:
        yield from changes_in(file.iter_batches(_ROWS_PER_BATCH, columns=columns))


def changes_in(parts: Iterable[pa.RecordBatch | pa.Table]) -> Iterator[Change]:
    """The changes in parts of a ledger, in the order of the text."""
    for part in parts:
        rows = part.filter(part.column("changed")).select(list(Change._fields))
        yield from map(Change, *(column.to_pylist() for column in rows.columns))


def edited_texts(texts: Iterable[str], ledger: Iterable[Change]) -> Iterator[str]:
    """The texts with the changes of a ledger, in order; what is not changed stays as it is.

    Raises:
        BadInput: The ledger belongs to other texts, or was altered: a change lies outside its
            document, overlaps the one before, or has no text.
    """
    groups = itertools.groupby(ledger, key=lambda change: change.document)
    document, group = next(groups, (None, iter(())))
    index = -1
    for index, text in enumerate(texts):
        if index != document:
            yield text
            continue
        edits = list(group)
        _check_spans(index, len(text), edits)
        yield splice(text, [(e.start, e.stop) for e in edits], [e.replacement for e in edits])
        document, group = next(groups, (None, iter(())))
    if document is not None:
        raise BadInput(
            f"the ledger edits document {document}, out of order or beyond the {index + 1} "
            "documents of the text; give the text that was edited and its own ledger"
        )


def _check_spans(index: int, length: int, edits: Sequence[Change]) -> None:
    last = 0
    for edit in edits:
        if None in edit or not last <= edit.start <= edit.stop <= length:
            raise BadInput(
                f"document {index}: its edits do not follow each other within its {length:,} "
                "characters; give the text that was edited and its own ledger"
            )
        last = edit.stop
