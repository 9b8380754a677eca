"""The edited files again, from source and ledger: the same bytes, or one line and nothing left."""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.editing.outcome import EditedFile, LedgerSource
from benchmarks.editing.replay import replay, write_texts
from data.errors import BadInput
from data.files import file_digest
from data.ledger import SCHEMA, Change, with_metadata
from data.text.opening import open_text_file
from data.text.text_files import Fields, ReadReport
from lightning_modules.editing.drawn_text import keeps_paragraph
from tests.support.edits import changes_of
from tests.support.text_files import FILES, Made


def _ledger(path: Path, edits: Sequence[Change], source: LedgerSource | None) -> Path:
    """A ledger of these changes, as an edit writes it."""
    rows = [
        dict.fromkeys(SCHEMA.names, 0) | edit._asdict() | {"document_id": "", "changed": True}
        for edit in edits
    ]
    schema = with_metadata(SCHEMA, {"source": source and asdict(source)})
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
    return path


def _edited(folder: Path, inputs: Sequence[Path], edits: Sequence[Change]) -> Path:
    """Edit files without a model: their ledger, beside `text/`."""
    files = [open_text_file(path, Fields()) for path in inputs]
    targets = write_texts(files, edits, folder / "text")
    source = LedgerSource(
        files=[
            EditedFile(
                name=file.name, sha256=file_digest(file.path), edited_sha256=file_digest(target)
            )
            for file, target in zip(files, targets, strict=True)
        ],
        fields=Fields(),
    )
    return _ledger(folder / "ledger.parquet", edits, source)


@st.composite
def _edits(draw: st.DrawFn, made: Sequence[Made]) -> list[Change]:
    edits, document = [], 0
    for one in made:
        for text in one.texts:
            found = draw(changes_of(text))
            if one.suffix == ".txt":
                kept = keeps_paragraph(text, found)
                found = [change for change, is_kept in zip(found, kept, strict=True) if is_kept]
            edits += [Change(document, *change) for change in found]
            document += 1
    return edits


@settings(deadline=None)  # files are written
@given(st.lists(FILES, min_size=1, max_size=3), st.data())
def test_a_replay_is_the_edit_in_any_order_of_the_inputs(
    made: list[Made], data: st.DataObject
) -> None:
    edits = data.draw(_edits(made))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        letters = data.draw(st.permutations("abc"))
        inputs = [folder / f"{c}{one.suffix}" for c, one in zip(letters, made, strict=False)]
        for path, one in zip(inputs, made, strict=True):
            path.write_bytes(one.content)
        ledger = _edited(folder, inputs, edits)

        again = replay(ledger, data.draw(st.permutations(inputs)), folder / "again")

        assert [path.name for path in again] == [path.name for path in inputs]
        for path, one in zip(again, made, strict=True):
            assert path.read_bytes() == (folder / "text" / path.name).read_bytes()
            read = open_text_file(path, Fields()).records(ReadReport())
            assert len(list(read)) == len(one.texts)


@pytest.fixture
def inputs(tmp_path: Path) -> list[Path]:
    """Two files whose names do not stand in the order of the alphabet."""
    paths = [tmp_path / "b.jsonl", tmp_path / "a.jsonl"]
    for path in paths:
        path.write_text(json.dumps({"text": f"of {path.name}"}) + "\n")
    return paths


def test_files_that_are_edited_in_another_order_than_their_names_come_back(
    tmp_path: Path, inputs: list[Path]
) -> None:
    ledger = _edited(tmp_path, inputs, [Change(0, 0, 2, "first"), Change(1, 0, 2, "second")])

    replay(ledger, inputs[::-1], tmp_path / "again")

    assert json.loads((tmp_path / "again/b.jsonl").read_text()) == {"text": "first b.jsonl"}
    assert json.loads((tmp_path / "again/a.jsonl").read_text()) == {"text": "second a.jsonl"}


def _altered(source: LedgerSource, how: str) -> dict[str, object]:
    content = asdict(source)
    files = content["files"]
    if how == "order":
        files.reverse()
    elif how == "digest":
        files[1]["edited_sha256"] = "0" * 64
    elif how == "twice":
        files.append(files[0])
    elif how == "name":
        files[0]["name"] = "../b.jsonl"
    elif how == "earlier version":
        content["files"] = {file["name"]: file["sha256"] for file in files}
    elif how == "field":
        content["fields"]["text"] = 7
    else:
        del content["files"]
    return content


@pytest.mark.parametrize(
    "how", ["order", "digest", "twice", "name", "earlier version", "field", "none"]
)
def test_an_altered_description_is_refused_and_nothing_is_left(
    tmp_path: Path, inputs: list[Path], how: str
) -> None:
    ledger = _edited(tmp_path, inputs, [Change(0, 0, 2, "first")])
    metadata = json.loads(pq.read_schema(ledger).metadata[b"collapse"])
    source = LedgerSource(
        files=[EditedFile(**file) for file in metadata["source"]["files"]], fields=Fields()
    )
    table = pq.read_table(ledger)
    schema = with_metadata(SCHEMA, {"source": _altered(source, how)})
    pq.write_table(table.replace_schema_metadata(schema.metadata), ledger)

    with pytest.raises(BadInput) as caught:
        replay(ledger, inputs, tmp_path / "new" / "again")

    assert "\n" not in str(caught.value)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    "edits",
    [
        [Change(0, 0, 2, "other")],
        [],
        [Change(0, 0, 99, "first")],
        [Change(0, 0, 2, "first"), Change(7, 0, 1, "x")],
    ],
)
def test_altered_rows_are_refused_and_what_was_there_stays(
    tmp_path: Path, inputs: list[Path], edits: list[Change]
) -> None:
    ledger = _edited(tmp_path, inputs, [Change(0, 0, 2, "first")])
    metadata = pq.read_schema(ledger).metadata
    _ledger(ledger, edits, None)
    pq.write_table(pq.read_table(ledger).replace_schema_metadata(metadata), ledger)
    (tmp_path / "again").mkdir()
    (tmp_path / "again/mine.txt").write_text("mine")

    with pytest.raises(BadInput):
        replay(ledger, inputs, tmp_path / "again")

    assert [path.name for path in (tmp_path / "again").iterdir()] == ["mine.txt"]


def test_a_ledger_of_a_chain_names_no_files(tmp_path: Path, inputs: list[Path]) -> None:
    ledger = _ledger(tmp_path / "ledger.parquet", [], None)

    with pytest.raises(BadInput, match="names no files; it was made by a chain"):
        replay(ledger, inputs, tmp_path / "again")
