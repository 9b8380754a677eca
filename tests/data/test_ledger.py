from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.ledger import SCHEMA, Change, changes, edited_texts, metadata, with_metadata
from tests.support.edits import changes_of
from tests.support.text_files import one_paragraph


def _row(document: int, start: int, stop: int, replacement: str | None) -> dict[str, object]:
    values = dict.fromkeys(SCHEMA.names, 0) | {"document_id": str(document)}
    mine = {"document": document, "start": start, "stop": stop, "replacement": replacement}
    return values | mine | {"changed": replacement is not None}


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    rows = [_row(0, 0, 3, "AAA"), _row(1, 0, 1, None), _row(2, 1, 2, ""), _row(2, 4, 5, "longer")]
    schema = with_metadata(SCHEMA, {"seed": 3})
    path = tmp_path / "ledger.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
    return path


def test_only_changes_are_read(ledger: Path) -> None:
    assert list(changes(ledger)) == [
        Change(0, 0, 3, "AAA"),
        Change(2, 1, 2, ""),
        Change(2, 4, 5, "longer"),
    ]


def test_texts_are_made_from_source_and_ledger(ledger: Path) -> None:
    texts = edited_texts(["aaabbb", "same", "xyzuv", "rest"], changes(ledger))

    assert list(texts) == ["AAAbbb", "same", "xzulonger", "rest"]


@pytest.mark.parametrize("texts", [["aaabbb", "same"], ["aaabbb", "same", "xy"]])
def test_a_ledger_of_another_text_is_refused(ledger: Path, texts: list[str]) -> None:
    with pytest.raises(ValueError, match="document 2"):
        list(edited_texts(texts, changes(ledger)))


def test_what_was_done_comes_with_it(ledger: Path) -> None:
    assert metadata(ledger) == {"seed": 3}


def test_a_file_that_is_no_ledger_is_refused(tmp_path: Path) -> None:
    table = tmp_path / "other.parquet"
    pq.write_table(pa.table({"a": [1]}), table)
    text = tmp_path / "text.parquet"
    text.write_text("hello")

    for path in (table, text, tmp_path / "missing"):
        with pytest.raises(ValueError, match="ledger"):
            metadata(path)


@pytest.mark.parametrize(
    "edits",
    [
        [Change(0, -1, 2, "x")],
        [Change(0, 2, 1, "x")],
        [Change(0, 0, 2, "x"), Change(0, 1, 3, "y")],
        [Change(0, 2, 3, "x"), Change(0, 0, 1, "y")],
        [Change(0, 4, 6, "x")],
        [Change(0, 0, 1, None)],  # type: ignore[arg-type]
        [Change(1, 0, 1, "x"), Change(0, 0, 1, "x")],
        [Change(-1, 0, 1, "x")],
        [Change(0, 0, 1, "x"), Change(1, 0, 1, "x"), Change(0, 2, 3, "x")],
    ],
)
def test_changes_that_do_not_lie_in_their_documents_are_refused(edits: list[Change]) -> None:
    with pytest.raises(ValueError, match=r"document -?\d"):
        list(edited_texts(["first", "second"], edits))


@settings(deadline=None)
@given(one_paragraph(), st.data())
def test_changes_in_order_are_made_and_nothing_else(text: str, data: st.DataObject) -> None:
    edits = data.draw(changes_of(text))

    (edited,) = edited_texts([text], [Change(0, *change) for change in edits])

    for start, stop, replacement in reversed(edits):
        text = text[:start] + replacement + text[stop:]
    assert edited == text


@pytest.mark.parametrize("content", ["[]", "{", "7", "null", "[" * 100_000, "\udcff"])
def test_altered_metadata_is_refused_in_one_line(tmp_path: Path, content: str) -> None:
    path = tmp_path / "ledger.parquet"
    raw = content.encode("utf-8", "surrogateescape")
    pq.write_table(SCHEMA.with_metadata({b"collapse": raw}).empty_table(), path)

    with pytest.raises(ValueError, match=r"ledger\.parquet: cannot be read") as caught:
        metadata(path)

    assert "\n" not in str(caught.value)


def test_a_ledger_of_other_types_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.parquet"
    schema = with_metadata(SCHEMA.set(3, pa.field("start", pa.string())), {"seed": 3})
    pq.write_table(schema.empty_table(), path)

    with pytest.raises(ValueError, match="not a ledger of edits"):
        metadata(path)


def test_a_ledger_that_is_cut_off_inside_is_refused(ledger: Path) -> None:
    content = bytearray(ledger.read_bytes())
    content[4:60] = b"\xff" * 56
    ledger.write_bytes(bytes(content))

    with pytest.raises(ValueError, match="edit again"):
        list(changes(ledger))
