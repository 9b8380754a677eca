from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.text.opening import open_text_file
from data.text.parquet_files import layout
from data.text.text_files import Fields, ReadReport, Record

_TEXTS = ["a", None, "b", "a"]


def _written(path: Path, table: pa.Table, **settings: object) -> Path:
    pq.write_table(table, path, **settings)
    return path


def _records(path: Path, fields: Fields, report: ReadReport | None = None) -> list[Record]:
    return list(open_text_file(path, fields).records(report or ReadReport()))


@pytest.mark.parametrize(
    "kind",
    [
        pa.string(),
        pa.large_string(),
        pa.string_view(),
        pa.dictionary(pa.int8(), pa.string()),
        pa.dictionary(pa.int32(), pa.large_string()),
    ],
    ids=str,
)
def test_text_of_every_type_is_read_and_written_as_it_was(
    tmp_path: Path, kind: pa.DataType
) -> None:
    plain = pa.array(_TEXTS)
    coded = plain.dictionary_encode() if pa.types.is_dictionary(kind) else plain
    path = _written(tmp_path / "a.parquet", pa.table({"text": coded.cast(kind)}))

    assert [record.text for record in _records(path, Fields())] == ["a", "", "b", "a"]

    open_text_file(path, Fields()).write(tmp_path / "b.parquet", ["A", "", "b", "C"])

    after = pq.read_table(tmp_path / "b.parquet")
    assert after.column("text").to_pylist() == ["A", None, "b", "C"]
    assert after.schema == pq.read_table(path).schema


def test_more_different_texts_than_their_codes_can_count_are_written(tmp_path: Path) -> None:
    coded = pa.array(["a"] * 300).dictionary_encode().cast(pa.dictionary(pa.int8(), pa.string()))
    path = _written(tmp_path / "a.parquet", pa.table({"text": coded}))
    texts = [f"text {number}" for number in range(300)]

    open_text_file(path, Fields()).write(tmp_path / "b.parquet", texts)

    assert pq.read_table(tmp_path / "b.parquet").column("text").to_pylist() == texts


def test_a_context_that_is_missing_everywhere_is_empty(tmp_path: Path) -> None:
    path = _written(tmp_path / "a.parquet", pa.table({"text": ["a", "b"], "ask": pa.nulls(2)}))

    records = _records(path, Fields(context="ask"))

    assert [(record.text, record.context) for record in records] == [("a", ""), ("b", "")]


@pytest.mark.parametrize("name", ["text", "ask", "key"])
def test_a_row_that_is_not_utf_8_is_left_out_with_its_place(tmp_path: Path, name: str) -> None:
    columns = {one: pa.array(["x", "y", "z"]) for one in ("text", "ask", "key")}
    columns[name] = pa.array([b"x", b"\xff", b"z"], pa.binary()).view(pa.string())
    path = _written(tmp_path / "a.parquet", pa.table(columns))
    fields, report = Fields(context="ask", id="key"), ReadReport()

    assert [record.row for record in _records(path, fields, report)] == [1, 3]
    assert report.examples == [f"{path}:2: not UTF-8"]
    open_text_file(path, fields).write(tmp_path / "b.parquet", ["X", "Z"])
    assert [record.text for record in _records(tmp_path / "b.parquet", fields)] == ["X", "Z"]
    with pytest.raises(ValueError, match=r"a\.parquet:2: not UTF-8"):
        list(open_text_file(path, fields, strict=True).records(ReadReport()))


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["text", "text"], "two columns are named 'text'"),
        (["body", "id"], "no column 'text'; it has body, id"),
        (["text", "other"], "no column 'id'"),
    ],
)
def test_columns_that_cannot_be_told_are_refused(
    tmp_path: Path, names: list[str], message: str
) -> None:
    table = pa.table([pa.array(["a"]), pa.array(["b"])], names=names)
    path = _written(tmp_path / "a.parquet", table)

    with pytest.raises(ValueError, match=message):
        _records(path, Fields(id="id"))


@pytest.mark.parametrize("column", [pa.array([["x"]]), pa.array([b"x"]), pa.array([True])])
def test_columns_of_other_types_are_refused(tmp_path: Path, column: pa.Array) -> None:
    path = _written(tmp_path / "a.parquet", pa.table({"text": ["a"], "other": column}))

    for fields in (Fields(text="other"), Fields(context="other"), Fields(id="other")):
        with pytest.raises(ValueError, match=r"column 'other' holds .*, not text"):
            _records(path, fields)


def test_two_columns_that_nobody_reads_may_have_one_name(tmp_path: Path) -> None:
    table = pa.table([pa.array(["a"]), pa.array([1]), pa.array([2])], names=["text", "n", "n"])
    path = _written(tmp_path / "a.parquet", table)

    open_text_file(path, Fields()).write(tmp_path / "b.parquet", ["A"])

    after = pq.ParquetFile(tmp_path / "b.parquet").read()
    assert after.equals(table.set_column(0, "text", pa.array(["A"])))


def test_a_file_of_one_row_group_keeps_it(tmp_path: Path) -> None:
    """More rows than are read at a time."""
    n = 3000
    table = pa.table({"text": [f"text {i}" for i in range(n)], "n": range(n)})
    path = _written(tmp_path / "a.parquet", table, compression="zstd")
    texts = ["changed", *(f"text {i}" for i in range(1, n))]

    open_text_file(path, Fields()).write(tmp_path / "b.parquet", texts)

    metadata = pq.read_metadata(tmp_path / "b.parquet")
    assert metadata.num_row_groups == 1
    assert metadata.row_group(0).column(0).compression == "ZSTD"


@pytest.mark.parametrize(
    "settings",
    [
        {"version": "1.0", "use_deprecated_int96_timestamps": True},
        {"version": "2.4", "coerce_timestamps": "us", "allow_truncated_timestamps": True},
        {"compression": {"text": "zstd", "n": "gzip", "t": "none"}, "store_schema": False},
        {"use_dictionary": False, "column_encoding": {"n": "DELTA_BINARY_PACKED"}},
        {"write_statistics": False, "write_page_index": True},
        {"use_dictionary": ["text"], "row_group_size": 1},
        {"bloom_filter_options": {"text": {"ndv": 3}, "n": {"ndv": 1000, "fpp": 0.01}}},
        {"sorting_columns": [pq.SortingColumn(1), pq.SortingColumn(2, descending=True)]},
    ],
    ids=lambda settings: "+".join(settings),
)
def test_what_is_not_edited_stays_as_it_is_in_every_layout(
    tmp_path: Path, settings: dict[str, object]
) -> None:
    table = pa.table(
        {
            "text": ["a", "b", "c"],
            "n": pa.array([1, 2, 3], pa.uint32()),
            "t": pa.array([1000, 2000, 3000], pa.timestamp("ns")),
        }
    )
    path = _written(tmp_path / "a.parquet", table, **settings)

    open_text_file(path, Fields()).write(tmp_path / "b.parquet", ["a", "b", "c"])

    before, after = (pq.ParquetFile(tmp_path / f"{name}.parquet") for name in "ab")
    assert after.schema.equals(before.schema)
    assert after.schema_arrow.equals(before.schema_arrow)
    assert after.read().equals(before.read())
    if "version" not in settings:  # where the types first written are not those that are read
        assert (tmp_path / "b.parquet").read_bytes() == path.read_bytes()


@pytest.mark.parametrize(("ndv", "fpp"), [(50, 0.05), (3000, 0.01), (10**6, 0.001)])
def test_a_bloom_filter_has_as_much_room_as_before_and_the_new_texts(
    tmp_path: Path, ndv: int, fpp: float
) -> None:
    n = 3000
    table = pa.table({"text": [f"text {i}" for i in range(n)], "n": [i % 7 for i in range(n)]})
    filters = {name: {"ndv": ndv, "fpp": fpp} for name in ("text", "n")}
    path = _written(tmp_path / "a.parquet", table, bloom_filter_options=filters)

    open_text_file(path, Fields()).write(tmp_path / "b.parquet", (f"TEXT {i}" for i in range(n)))

    before, after = (pq.read_metadata(tmp_path / f"{name}.parquet").row_group(0) for name in "ab")
    for place in range(2):
        sizes = [group.column(place).bloom_filter_length for group in (before, after)]
        assert sizes[0] == sizes[1]
    assert "text" in layout(pq.ParquetFile(path))["bloom_filter_options"]


def test_rows_are_not_said_to_be_sorted_by_a_column_that_was_edited(tmp_path: Path) -> None:
    table = pa.table({"n": [1, 1, 2], "text": ["a", "b", "c"], "m": [1, 2, 3]})
    order = [pq.SortingColumn(0), pq.SortingColumn(1), pq.SortingColumn(2)]
    path = _written(tmp_path / "a.parquet", table, sorting_columns=order)

    open_text_file(path, Fields()).write(tmp_path / "b.parquet", ["z", "y", "x"])

    (group,) = [pq.read_metadata(tmp_path / "b.parquet").row_group(0)]
    assert list(group.sorting_columns) == order[:1]


def test_a_layout_of_an_empty_file_is_one_that_can_be_written(tmp_path: Path) -> None:
    path = _written(tmp_path / "a.parquet", pa.table({"text": pa.array([], pa.string())}))

    with pq.ParquetFile(path) as file:
        assert layout(file)["store_schema"]
    open_text_file(path, Fields()).write(tmp_path / "b.parquet", [])

    assert pq.read_table(tmp_path / "b.parquet").equals(pq.read_table(path))


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"x" * 100 + b"PAR1"])
def test_a_damaged_file_is_named_in_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(content)

    with pytest.raises(ValueError, match="not a readable parquet file") as caught:
        _records(path, Fields())

    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)
