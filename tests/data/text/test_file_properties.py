"""What holds for every file of documents: none is lost, and nothing else changes."""

import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from data.text.opening import open_text_file
from data.text.text_files import Fields, ReadReport, TextFile
from tests.support.text_files import FILES, WORDS, Made


@contextmanager
def _opened(made: Made) -> Iterator[tuple[TextFile, Path]]:
    """The file, and a path of the same kind beside it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{made.suffix}"
        path.write_bytes(made.content)
        yield open_text_file(path, Fields()), path.with_name(f"b{made.suffix}")


def _texts(file: TextFile) -> list[str]:
    return [record.text for record in file.records(ReadReport())]


@settings(deadline=None)  # files are written
@given(FILES)
def test_every_document_is_read_or_counted(made: Made) -> None:
    report = ReadReport()
    with _opened(made) as (file, _):
        read = [record.text for record in file.records(report)]

    assert read == list(made.texts)
    assert report.read == len(read)
    assert sum(report.skipped.values()) == made.n_bad


@settings(deadline=None)  # files are written
@given(FILES)
def test_what_is_not_edited_comes_back_byte_for_byte(made: Made) -> None:
    with _opened(made) as (file, target):
        file.write(target, made.texts)
        written = target.read_bytes()

        if made.n_bad == 0:
            assert written == made.content
        assert _texts(open_text_file(target, Fields())) == list(made.texts)


@settings(deadline=None)  # files are written
@given(FILES, st.data())
def test_edited_texts_are_read_back_and_the_others_stay(made: Made, data: st.DataObject) -> None:
    is_text = WORDS.filter(lambda word: bool(word.encode().strip()))
    with _opened(made) as (file, target):
        edits = [
            data.draw(is_text) if text and data.draw(st.booleans()) else text for text in made.texts
        ]

        file.write(target, edits)

        report = ReadReport()
        again = open_text_file(target, Fields())
        assert [record.text for record in again.records(report)] == edits
        assert not report.skipped
        if made.suffix == ".parquet" and made.n_bad == 0:
            _has_the_same_layout(made.content, target.read_bytes())


def _has_the_same_layout(first: bytes, second: bytes) -> None:
    before, after = (pq.ParquetFile(io.BytesIO(content)) for content in (first, second))
    assert after.schema.equals(before.schema)
    assert after.schema_arrow.equals(before.schema_arrow)
    assert after.metadata.num_row_groups == before.metadata.num_row_groups
    for number in range(before.metadata.num_row_groups):
        groups = [file.metadata.row_group(number) for file in (before, after)]
        assert groups[0].num_rows == groups[1].num_rows
        for place in range(groups[0].num_columns):
            old, new = (group.column(place) for group in groups)
            assert new.compression == old.compression
            assert new.has_dictionary_page == old.has_dictionary_page
            assert new.is_stats_set == old.is_stats_set
            assert new.has_offset_index == old.has_offset_index
    assert after.read().drop(["text"]).equals(before.read().drop(["text"]))
