import gzip
import json
import os
import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from data.files import file_digest
from data.text.json_spans import json_literals
from data.text.opening import open_text_file
from data.text.text_files import Fields, ReadReport, TextFile

_LINES = (
    '{"id": 7, "text": "plain",  "score": 1.0e5 , "more": [1, {"text": "no"}]}\n'
    "\n"
    '{"text":"\\u00e9 escaped \\n twice","nested":{"a":1}}\r\n'
    '{"text": "caf\u00e9 \u2028 raw", "text": "the last one counts"}\n'
    '{"text": ""}\n'
    '{"text": "no end of line"}'
)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def _texts(file: TextFile) -> list[str]:
    return [record.text for record in file.records(ReadReport())]


def _packed(path: Path, content: bytes) -> Path:
    if path.suffix == ".gz":
        content = gzip.compress(content)
    if path.suffix == ".zst":
        content = zstandard.ZstdCompressor().compress(content)
    path.write_bytes(content)
    return path


def _unpacked(path: Path) -> bytes:
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes())
    if path.suffix == ".zst":
        return zstandard.ZstdDecompressor().decompressobj().decompress(path.read_bytes())
    return path.read_bytes()


@given(st.dictionaries(st.text(), _VALUES, max_size=5), st.sampled_from([None, 2]), st.booleans())
def test_literals_are_the_values_of_the_object(
    row: dict[str, object], indent: int | None, ascii_only: bool
) -> None:
    line = json.dumps(row, indent=indent, ensure_ascii=ascii_only) + "\n"

    literals = json_literals(line)

    assert {key: value for key, (value, _, _) in literals.items()} == row
    for value, start, stop in literals.values():
        assert json.loads(line[start:stop]) == value


@pytest.mark.parametrize("line", ['{"a": 1, "a": 1}', '{"a": 1, "b": 2, "\\u0061": 3}'])
def test_a_field_that_is_named_twice_is_refused_on_demand(line: str) -> None:
    with pytest.raises(json.JSONDecodeError, match="A field is named twice"):
        json_literals(line, once=True)
    assert json_literals(line)["a"][0] == json.loads(line)["a"]


@given(st.text(alphabet='{}[]":, ab1\\\n', max_size=12))
def test_what_is_json_is_decided_as_the_standard_library_decides(line: str) -> None:
    try:
        expected = json.loads(line)
    except ValueError:
        expected = None

    if isinstance(expected, dict):
        assert {key: value for key, (value, _, _) in json_literals(line).items()} == expected
    else:
        with pytest.raises(json.JSONDecodeError):
            json_literals(line)


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz", ".jsonl.zst"])
def test_unchanged_texts_give_back_the_file(tmp_path: Path, suffix: str) -> None:
    source = _packed(tmp_path / f"a{suffix}", _LINES.encode())
    file = open_text_file(source, Fields())
    target = tmp_path / f"b{suffix}"

    file.write(target, _texts(file))

    assert _unpacked(target) == _LINES.encode()


def test_only_the_text_of_a_line_changes(tmp_path: Path) -> None:
    source = _packed(tmp_path / "a.jsonl", _LINES.encode())
    file = open_text_file(source, Fields())
    texts = _texts(file)
    assert texts == [
        "plain",
        "\u00e9 escaped \n twice",
        "the last one counts",
        "",
        "no end of line",
    ]

    file.write(tmp_path / "b.jsonl", ["pl\u00e9in", 'quo"te', *texts[2:]])

    lines = (tmp_path / "b.jsonl").read_bytes().decode().splitlines(keepends=True)
    before = _LINES.splitlines(keepends=True)
    assert lines[0] == before[0].replace('"plain"', '"pl\\u00e9in"')
    assert lines[2] == '{"text":"quo\\"te","nested":{"a":1}}\r\n'
    assert lines[3:] == before[3:]


def test_a_byte_order_mark_stays(tmp_path: Path) -> None:
    source = _packed(tmp_path / "a.jsonl", '\ufeff{"text": "a"}\n'.encode())
    file = open_text_file(source, Fields())

    file.write(tmp_path / "b.jsonl", ["b"])

    assert (tmp_path / "b.jsonl").read_bytes().decode() == '\ufeff{"text": "b"}\n'


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_paragraphs_keep_the_lines_between_them(tmp_path: Path, newline: str) -> None:
    content = newline.join(["", "one", "goes on", "", "  ", "two", "", ""])
    source = _packed(tmp_path / "a.txt", content.encode())
    file = open_text_file(source, Fields())
    assert _texts(file) == [f"one{newline}goes on", "two"]

    file.write(tmp_path / "same.txt", _texts(file))
    file.write(tmp_path / "new.txt", ["ONE", "two"])

    assert (tmp_path / "same.txt").read_bytes() == content.encode()
    expected = content.replace(f"one{newline}goes on", "ONE")
    assert (tmp_path / "new.txt").read_bytes() == expected.encode()


def test_parquet_keeps_columns_types_and_nulls(tmp_path: Path) -> None:
    table = pa.table(
        {
            "n": pa.array([1, 2, 3], pa.int16()),
            "body": pa.array(["a", None, "c"], pa.large_string()),
            "tags": pa.array([["x"], [], None], pa.list_(pa.string())),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    file = open_text_file(tmp_path / "a.parquet", Fields(text="body"))
    assert _texts(file) == ["a", "", "c"]

    file.write(tmp_path / "b.parquet", ["A", "", "c"])

    after = pq.read_table(tmp_path / "b.parquet")
    assert after.schema == table.schema
    assert after.column("body").to_pylist() == ["A", None, "c"]
    assert after.drop(["body"]) == table.drop(["body"])


def test_malformed_lines_are_counted_and_left_out(tmp_path: Path) -> None:
    content = b'{"text": "a"}\nnot json\n{"text": "\xff"}\n{"other": 1}\n{"text": "\\ud800"}\n'
    source = _packed(tmp_path / "a.jsonl", content)
    file, report = open_text_file(source, Fields()), ReadReport()

    records = list(file.records(report))
    file.write(tmp_path / "b.jsonl", ["A"])

    assert [record.text for record in records] == ["a"]
    assert report.read == 1
    assert sum(report.skipped.values()) == 4
    assert (tmp_path / "b.jsonl").read_text() == '{"text": "A"}\n'


@pytest.mark.parametrize("kept", [0.5, 0.9, 0.999])
@pytest.mark.parametrize("suffix", [".jsonl.gz", ".jsonl.zst"])
def test_a_packed_file_that_is_cut_off_is_refused(tmp_path: Path, suffix: str, kept: float) -> None:
    noise = random.Random(0).randbytes(400_000).hex()  # packs badly: some blocks of each format
    lines = "".join(f'{{"text": "{noise[i : i + 800]}"}}\n' for i in range(0, len(noise), 800))
    source = _packed(tmp_path / f"a{suffix}", lines.encode())
    content = source.read_bytes()
    source.write_bytes(content[: int(len(content) * kept)])

    with pytest.raises(ValueError, match="the file is damaged"):
        _texts(open_text_file(source, Fields()))


def test_several_frames_are_one_file(tmp_path: Path) -> None:
    pack = zstandard.ZstdCompressor().compress
    path = tmp_path / "a.jsonl.zst"
    path.write_bytes(pack(b'{"text": "a"}\n{"te') + pack(b'xt": "b"}\n{"text": "c"}'))

    assert _texts(open_text_file(path, Fields())) == ["a", "b", "c"]


def test_a_paragraph_that_is_not_utf_8_is_left_out_as_one_document(tmp_path: Path) -> None:
    source = _packed(tmp_path / "a.txt", b"one line\nbad \xff line\nthird\n\nsecond\n")
    file, report = open_text_file(source, Fields()), ReadReport()

    assert [record.text for record in file.records(report)] == ["second"]
    assert (report.read, sum(report.skipped.values())) == (1, 1)
    assert report.examples == [f"{source}:1: a paragraph that is not UTF-8"]


def test_rows_without_an_id_are_known_by_their_place(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": ["a", "b"], "id": ["x", None]}), tmp_path / "a.parquet")

    file = open_text_file(tmp_path / "a.parquet", Fields(id="id"))

    assert [record.id for record in file.records(ReadReport())] == ["x", "a.parquet:2"]


def test_context_and_id_come_from_their_fields(tmp_path: Path) -> None:
    source = _packed(
        tmp_path / "a.jsonl", b'{"q": "why?", "text": "so", "key": 12}\n{"text": "x"}\n'
    )
    file = open_text_file(source, Fields(context="q", id="key"))
    report = ReadReport()

    (record,) = file.records(report)

    assert (record.id, record.context) == ("12", "why?")
    assert report.skipped == {"no text in field 'q'": 1}


def test_a_target_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    source = _packed(tmp_path / "a.jsonl", b'{"text": "a"}\n{"text": "b"}\n')
    file = open_text_file(source, Fields())

    with pytest.raises(ValueError, match="changed while it was read"):
        file.write(tmp_path / "b.jsonl", ["only one"])

    assert not (tmp_path / "b.jsonl").exists()


def test_the_digest_is_that_of_the_bytes(tmp_path: Path) -> None:
    path = _packed(tmp_path / "a.txt", b"abc")

    assert file_digest(path).startswith("ba7816bf8f01cfea414140de5dae2223")


def test_a_whole_number_of_any_length_is_json(tmp_path: Path) -> None:
    digits = "9" * 5000
    content = f'{{"n": {digits}, "text": "a"}}\n{{"text": "b", "n": -{digits}}}\n'
    file = open_text_file(_packed(tmp_path / "a.jsonl", content.encode()), Fields(id="n"))

    records = list(file.records(ReadReport()))
    file.write(tmp_path / "b.jsonl", ["A", "b"])

    assert [record.text for record in records] == ["a", "b"]
    assert [record.id for record in records] == [digits, f"-{digits}"]
    assert (tmp_path / "b.jsonl").read_text() == content.replace('"a"', '"A"')


def test_an_id_that_is_no_unicode_is_left_out_with_its_line(tmp_path: Path) -> None:
    content = b'{"id": "x", "text": "a"}\n{"id": "\\ud800", "text": "b"}\n'
    source = _packed(tmp_path / "a.jsonl", content)
    file, report = open_text_file(source, Fields(id="id")), ReadReport()

    assert [record.id for record in file.records(report)] == ["x"]
    assert report.examples == [f"{source}:2: no Unicode text in field 'id' for the id"]


def test_a_name_that_is_no_utf_8_identifies_documents_in_ascii(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9\x1b.jsonl")
    file = open_text_file(_packed(tmp_path / name, b'{"text": "a"}\nno\n'), Fields())
    report = ReadReport()

    (record,) = file.records(report)

    assert record.id == "caf\\xe9\\x1b.jsonl:1"
    assert report.examples[0].startswith(f"{tmp_path}/caf\\xe9\\x1b.jsonl:2: not JSON")
