from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.ledger import SCHEMA, Change, changes, edited_texts, metadata, with_metadata


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
