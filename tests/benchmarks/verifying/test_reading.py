"""Rows of programs are read from every kind of file, or are counted with a reason."""

import gzip
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from benchmarks.verifying.reading import Columns, Row, count_rows, read_rows
from data.errors import BadInput
from data.text.text_files import ReadReport

_ROWS: list[dict[str, Any]] = [
    {"question": "How many?", "program": "x = 18", "answer": "18", "n": 7},
    {"question": "Which part?", "program": "x = 1/4", "answer": "1/4", "n": 8},
]


def _lines(rows: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def _read(
    path: Path, columns: Columns | None = None, *, strict: bool = False
) -> tuple[list[Row], ReadReport]:
    report = ReadReport()
    return list(read_rows([path], columns or Columns(), report, strict=strict)), report


def _write(path: Path) -> None:
    content = _lines(_ROWS)
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(_ROWS), path)
    elif path.suffix == ".gz":
        path.write_bytes(gzip.compress(content))
    elif path.suffix == ".zst":
        path.write_bytes(zstandard.compress(content))
    else:
        path.write_bytes(content)


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.jsonl.zst", "a.parquet"])
def test_every_kind_of_file_has_the_same_rows(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    _write(path)

    rows, report = _read(path)

    assert rows == [
        Row(f"{name}:1", "How many?", "x = 18", 18),
        Row(f"{name}:2", "Which part?", "x = 1/4", Fraction(1, 4)),
    ]
    assert (report.read, report.skipped.total(), count_rows([path])) == (2, 0, 2)


@pytest.mark.parametrize("name", ["a.jsonl", "a.parquet"])
def test_fields_are_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    _write(path)

    (first, _), _ = _read(path, Columns(program="question", answer="n", question="no", id="n"))

    assert first == Row("7", "", "How many?", 7)


def test_a_number_of_json_is_read_with_every_digit(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        '{"program": "", "answer": 0.12345678901234567890123}\n'
        '{"program": "", "answer": 12345678901234567890123}\n{"program": "", "answer": 1e2}\n'
    )

    rows, _ = _read(path)

    assert [row.answer for row in rows] == [
        Fraction("0.12345678901234567890123"),
        12345678901234567890123,
        100,
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"nonsense\n", "not JSON (Expecting '{')"),
        (b"[1]\n", "not JSON (Expecting '{')"),
        (b"\xff\xfe\n", "not UTF-8"),
        (b"[" * 100_000 + b"\n", "not JSON (Expecting '{')"),
        (b'{"program": ' + b"[" * 100_000 + b"\n", "not JSON (RecursionError)"),
        (b'{"program": "x = 3", "answer": 3, "answer": 4}\n', "not JSON (A field is named twice)"),
        (b'{"program": 3, "answer": 3}\n', "no program in field 'program'"),
        (b'{"answer": 3}\n', "no program in field 'program'"),
        (b'{"program": "x = 3"}\n', "no answer in field 'answer'"),
        (b'{"program": "x = 3", "answer": null}\n', "no answer in field 'answer'"),
        (b'{"program": "x = 3", "answer": "three"}\n', "the answer says no number"),
        (b'{"program": "x = 3", "answer": "1/0"}\n', "the answer is a fraction over zero"),
        (b'{"program": "x = 3", "answer": true}\n', "the answer is bool, no number and no text"),
        (b'{"program": "x = 3", "answer": NaN}\n', "the answer says no number"),
        (b'{"program": "x = 3", "answer": "\xd9\xa1"}\n',
         "the answer has digits other than 0 to 9"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_read_is_counted_with_its_reason(
    tmp_path: Path, line: bytes, reason: str
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(_lines(_ROWS[:1]) + line + b"\n" + _lines(_ROWS[1:]))

    rows, report = _read(path)

    assert [row.id for row in rows] == ["a.jsonl:1", "a.jsonl:4"]
    assert report.skipped == {reason: 1}
    assert report.examples == [f"{path}:2: {reason}"]
    with pytest.raises(BadInput, match=r"a\.jsonl:2: .*mend the line or read without --strict"):
        _read(path, strict=True)


def test_a_row_without_the_id_that_is_asked_for_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(_lines([*_ROWS, {"program": "", "answer": 1, "n": 0.5}]))

    rows, report = _read(path, Columns(id="n"))

    assert [row.id for row in rows] == ["7", "8", "0.5"]
    assert report.skipped.total() == 0
    assert _read(path, Columns(id="question"))[1].skipped == {"no id in field 'question'": 1}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.jsonl", None, "no such file"),
        ("a.csv", b"x", "unknown kind of file; use one of .jsonl"),
        ("a.jsonl", b"", "no program with an answer (it is empty"),
        ("a.jsonl", b'{"code": "x", "answer": 1}\n', "fields of the last row: code, answer"),
        ("a.jsonl.gz", b"no gzip", "the file is damaged"),
        ("a.parquet", b"no parquet", "not a readable parquet file"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line(
    tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(BadInput) as error:
        _read(path)

    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_a_parquet_file_without_the_column_says_what_it_has(tmp_path: Path) -> None:
    _write(tmp_path / "a.parquet")

    with pytest.raises(BadInput, match="no column 'code', or two; it has question, program"):
        _read(tmp_path / "a.parquet", Columns(program="code"))


def test_a_parquet_file_of_text_that_is_not_utf_8_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    wrong = pa.array([b"x = 1", b"x = \xff"]).cast(pa.string(), safe=False)
    pq.write_table(pa.table({"program": wrong, "answer": [1, 1]}), path)

    with pytest.raises(BadInput, match=r"a\.parquet: a text is not UTF-8; mend it"):
        _read(path)


def test_a_parquet_file_whose_pages_are_damaged_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    _write(path)
    content = bytearray(path.read_bytes())
    content[4:60] = bytes(56)
    path.write_bytes(content)

    with pytest.raises(BadInput, match=r"a\.parquet: not a readable parquet file"):
        _read(path)


@pytest.mark.parametrize("kind", [pa.float16(), pa.float32(), pa.float64()], ids=str)
@pytest.mark.parametrize("packed", [False, True])
def test_a_float_of_parquet_says_what_its_width_says(
    tmp_path: Path, kind: pa.DataType, packed: bool
) -> None:
    """Of 16 and 32 bits the nearest double has digits that nobody wrote."""
    path = tmp_path / "a.parquet"
    values = [0.1, -2.5, 2048.0, 40_000.0, float("nan"), float("inf"), None]
    numbers = pa.array(np.array(values[:6], kind.to_pandas_dtype()), kind)
    column = pa.concat_arrays([numbers, pa.nulls(1, kind)])
    if packed and kind != pa.float16():  # arrow has no dictionary of halves
        column = column.dictionary_encode()
    pq.write_table(pa.table({"program": [""] * 7, "answer": column, "n": column}), path)

    rows, report = _read(path, Columns(id="n"))

    assert [row.answer for row in rows] == [Fraction(1, 10), Fraction(-5, 2), 2048, 40_000]
    assert [row.id for row in rows][:2] == ["0.1", "-2.5"]
    assert report.skipped == {"the answer says no number": 2, "no answer in field 'answer'": 1}


def test_files_of_one_name_have_ids_apart(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("one/a.jsonl", "two/a.jsonl", "two/b.jsonl")]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        _write(path)

    rows = list(read_rows(paths, Columns(), ReadReport()))

    assert len({row.id for row in rows}) == len(rows) == 6
    assert [rows[0].id, rows[4].id] == [f"{paths[0]}:1", "b.jsonl:1"]
    with pytest.raises(BadInput, match=r"a\.jsonl: given twice; name every file once"):
        list(read_rows([paths[0], tmp_path / "two/../one/a.jsonl"], Columns(), ReadReport()))
