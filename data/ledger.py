"""The ledger of edits: one row per flagged token; with the source, it gives the edited text."""

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from data.editing import splice
from data.errors import BadInput

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
    ]
)
_METADATA = b"collapse"
_ROWS_PER_BATCH = 65_536


class Passage(NamedTuple):
    """A text to edit, with its id and what stands before it."""

    id: str
    text: str
    context: str = ""
    """Text that stands before it; it is read, and never edited."""


def with_metadata(schema: pa.Schema, metadata: Mapping[str, Any]) -> pa.Schema:
    """The schema with what was done, as JSON."""
    return schema.with_metadata({_METADATA: json.dumps(metadata, sort_keys=True).encode()})


def metadata(path: Path) -> dict[str, Any]:
    """The description of the edit that made a ledger, from the file's metadata.

    Raises:
        BadInput: The file is no ledger of edits.
    """
    try:
        schema = pq.read_schema(path)
    except (OSError, ValueError) as error:
        raise BadInput(f"{path}: not a readable ledger ({error}); give ledger.parquet") from error
    if schema.names != SCHEMA.names or _METADATA not in (schema.metadata or {}):
        raise BadInput(f"{path}: not a ledger of edits; give the ledger.parquet of an edit")
    content: dict[str, Any] = json.loads(schema.metadata[_METADATA])
    return content


class Change(NamedTuple):
    """A replacement of characters `start` to `stop` in one document."""

    document: int
    start: int
    stop: int
    replacement: str


def changes(path: Path) -> Iterator[Change]:
    """The changes of a ledger, in the order of the text; read a part at a time."""
    columns = [*Change._fields, "changed"]
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(_ROWS_PER_BATCH, columns=columns):
            rows = batch.filter(batch.column("changed")).select(Change._fields)
            yield from map(Change, *(column.to_pylist() for column in rows.columns))


def edited_texts(texts: Iterable[str], ledger: Iterable[Change]) -> Iterator[str]:
    """The texts with the changes of a ledger, in order; what is not changed stays as it is.

    Raises:
        BadInput: The ledger belongs to other texts.
    """
    groups = itertools.groupby(ledger, key=lambda change: change.document)
    document, group = next(groups, (None, iter(())))
    index = -1
    for index, text in enumerate(texts):
        if index != document:
            yield text
            continue
        edits = list(group)
        if edits[-1].stop > len(text):
            raise BadInput(f"document {index} is shorter than its edits: not the text edited")
        yield splice(text, [(e.start, e.stop) for e in edits], [e.replacement for e in edits])
        document, group = next(groups, (None, iter(())))
    if document is not None:
        raise BadInput(f"the ledger edits document {document}, the text has {index + 1}")
