import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from data.text.reading import read_files

_ROWS = [{"text": "first text", "n": 1}, {"text": "second text", "n": 2}]
_JSONL = "".join(json.dumps(row) + "\n" for row in _ROWS).encode()


def _write(folder: Path, name: str) -> Path:
    path = folder / name
    if name.endswith(".parquet"):
        pq.write_table(pa.Table.from_pylist(_ROWS), path)
    elif name.endswith(".gz"):
        path.write_bytes(gzip.compress(_JSONL, mtime=0))
    elif name.endswith(".zst"):
        path.write_bytes(zstandard.compress(_JSONL))
    elif name.endswith(".txt"):
        path.write_text("first text\n\nsecond text\n")
    else:
        path.write_bytes(_JSONL)
    return path


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.jsonl.zst", "a.parquet", "a.txt"])
def test_every_format_gives_the_same_texts(tmp_path: Path, name: str) -> None:
    corpus, report = read_files([_write(tmp_path, name)])

    assert list(corpus.texts()) == ["first text", "second text"]
    assert report.read == 2
    assert not report.skipped


def test_a_paragraph_keeps_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("one\ntwo\n\n\nthree")

    corpus, _ = read_files([path])

    assert list(corpus.texts()) == ["one\ntwo", "three"]


def test_malformed_lines_are_counted_with_their_place(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"text": "good"}\n{"text": \n\xff\xfe\n{"other": 1}\n{"text": "  "}\n')

    corpus, report = read_files([path])

    assert list(corpus.texts()) == ["good"]
    assert report.skipped.total() == 4
    assert report.examples[0].startswith(f"{path}:2: not JSON")
    assert report.examples[1] == f"{path}:3: not UTF-8"
    assert report.examples[2] == f"{path}:4: no text in field 'text'"
    assert report.examples[3] == f"{path}:5: empty document"


def test_a_file_of_several_zstandard_frames_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.zst"
    path.write_bytes(zstandard.compress(_JSONL) + zstandard.compress(_JSONL))

    corpus, _ = read_files([path])

    assert len(corpus) == 4


def test_text_that_is_no_unicode_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "good"}\n{"text": "\\ud800"}\n')

    _, report = read_files([path])

    assert report.examples == [f"{path}:2: not Unicode text (a lone surrogate)"]


def test_a_column_that_holds_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="column 'n' holds int64, not text"):
        read_files([_write(tmp_path, "a.parquet")], field="n")


def test_strict_stops_at_the_first_malformed_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "good"}\n{broken\n')

    with pytest.raises(ValueError, match=r"a\.jsonl:2: not JSON"):
        read_files([path], strict=True)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", b"", "no document to read"),
        ("a.csv", b"x", "unknown kind of file"),
        ("a.parquet", b"not parquet", "not a readable parquet file"),
        # Without a time in it, from which each process of the tests would name this case anew.
        ("a.jsonl.gz", gzip.compress(_JSONL, mtime=0)[:20], "damaged"),
        ("a.jsonl.gz", b"no gzip at all", "damaged"),
        ("a.jsonl.zst", b"no zstandard at all", "damaged"),
    ],
)
def test_an_unusable_file_is_named(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(ValueError, match=rf"{name}.*{message}"):
        read_files([path])


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"gone\.jsonl: no such file"):
        read_files([tmp_path / "gone.jsonl"])


def test_a_missing_column_is_named_with_those_that_are_there(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no column 'body'; it has text, n"):
        read_files([_write(tmp_path, "a.parquet")], field="body")


def test_a_prompt_is_read_from_its_field(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"q": "Who?", "a": "The king."}\n{"q": "Who?"}\n{"a": "A lamp."}\n')

    corpus, report = read_files([path], field="a", prompt_field="q")

    assert [(d.prompt, d.text) for d in corpus] == [("Who?", "The king.")]
    assert report.skipped.total() == 2
