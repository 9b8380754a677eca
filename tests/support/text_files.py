"""Files of documents as people have them, drawn by hypothesis: with nulls, breaks and bad bytes."""

import io
import json
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

WORDS = st.text(
    st.characters(codec="utf-8", exclude_characters="\r\n") | st.sampled_from(" \t\u2028\x85\x0b"),
    max_size=12,
)
"""Text of one line."""
TEXTS = st.text(st.characters(codec="utf-8") | st.sampled_from("\r\n \u2028"), max_size=16)
"""Any text that can be written as UTF-8."""
_VALUES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS
_NEWLINES = st.sampled_from(["\n", "\r\n"])
_BAD_LINES = st.sampled_from(
    [
        b"no json",
        b'{"text": 7}',
        b'{"body": "x"}',
        b'{"text": "\\ud800"}',
        b'{"text": "\xff"}',
        b'["text"]',
        b'{"text": "x"} more',
        b'{"text": "x"',
        b"[" * 40_000,
    ]
)


@dataclass(frozen=True)
class Made:
    """A file with what was put into it."""

    suffix: str
    content: bytes
    texts: tuple[str, ...]
    """The documents that can be read, in order; empty text where a row has none."""
    n_bad: int
    """Number of documents or lines that cannot be read."""


@st.composite
def json_lines(draw: st.DrawFn) -> Made:
    """Lines of JSON objects with any other fields and spaces, and lines that are none."""
    newline = draw(_NEWLINES)
    pieces, texts, n_bad = [], [], 0
    for kind in draw(st.lists(st.sampled_from(["good", "good", "bad", "blank"]), max_size=8)):
        if kind == "good":
            text, ascii_only = draw(TEXTS), draw(st.booleans())
            row = {**draw(st.dictionaries(WORDS, _VALUES, max_size=3)), "text": text}
            line = json.dumps(row, ensure_ascii=ascii_only, separators=draw(_SEPARATORS))
            if draw(st.booleans()):
                line = f'{{"n": {"9" * draw(st.sampled_from([1, 5000]))}, {line[1:]}'
            pieces.append(line.encode())
            texts.append(text)
        elif kind == "bad":
            pieces.append(draw(_BAD_LINES))
            n_bad += 1
        else:
            pieces.append(draw(st.sampled_from([b"", b"  ", b"\t"])))
    content = newline.encode().join(pieces) + draw(st.sampled_from([b"", newline.encode()]))
    return Made(".jsonl", content, tuple(texts), n_bad)


_SEPARATORS = st.sampled_from([(", ", ": "), (",", ":"), (" ,  ", " : ")])


@st.composite
def paragraphs(draw: st.DrawFn) -> Made:
    """Paragraphs of one or more lines, some of which are not UTF-8."""
    newline = draw(_NEWLINES)
    blocks, texts, n_bad = [], [], 0
    lines = WORDS.filter(lambda line: bool(line.encode().strip()))
    for lines_of_one in draw(st.lists(st.lists(lines, min_size=1, max_size=3), max_size=6)):
        block = newline.join(lines_of_one)
        if draw(st.integers(0, 5)) == 0:
            blocks.append(block.encode() + b"\xff")
            n_bad += 1
        else:
            blocks.append(block.encode())
            texts.append(block)
    between = [newline * draw(st.integers(2, 4)) for _ in blocks]
    content = b"".join(b + gap.encode() for b, gap in zip(blocks, between, strict=True))
    return Made(".txt", draw(st.sampled_from([b"", b"\n", b" \n"])) + content, tuple(texts), n_bad)


_KINDS = (pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string()))


@st.composite
def parquet_tables(draw: st.DrawFn) -> Made:
    """Tables with texts of any type, nulls, rows that are not UTF-8, and any layout."""
    kind = draw(st.sampled_from(_KINDS))
    plain = kind in (pa.string(), pa.large_string())
    rows = draw(st.lists(st.none() | TEXTS, max_size=12))
    bad = [plain and draw(st.integers(0, 5)) == 0 for _ in rows]
    raw = [
        b"\xff" if is_bad else row and row.encode() for row, is_bad in zip(rows, bad, strict=True)
    ]
    if plain:
        large = kind == pa.large_string()
        text = pa.array(raw, pa.large_binary() if large else pa.binary()).view(kind)
    else:
        text = pa.array(rows, pa.string())
        text = (
            text.dictionary_encode().cast(kind) if pa.types.is_dictionary(kind) else text.cast(kind)
        )
    others = {"n": pa.array(range(len(rows)), pa.int16()), "none": pa.nulls(len(rows))}
    table = pa.table({"n": others["n"], "text": text, "none": others["none"]})
    settings: dict[str, Any] = {
        "compression": draw(st.sampled_from(["none", "snappy", "zstd", "gzip", "brotli"])),
        "row_group_size": draw(st.integers(1, 12)),
        "use_dictionary": draw(st.booleans()),
        "store_schema": plain is False or draw(st.booleans()),
        "write_page_index": draw(st.booleans()),
        "write_statistics": draw(st.booleans()),
    }
    content = io.BytesIO()
    pq.write_table(table, content, **settings)
    texts = tuple(row or "" for row, is_bad in zip(rows, bad, strict=True) if not is_bad)
    return Made(".parquet", content.getvalue(), texts, sum(bad))


FILES = json_lines() | paragraphs() | parquet_tables()
"""A file of any kind."""


@st.composite
def one_paragraph(draw: st.DrawFn) -> str:
    """A paragraph of one or more lines, as a file of paragraphs has it."""
    lines = WORDS.filter(lambda line: bool(line.encode().strip()))
    return draw(_NEWLINES).join(draw(st.lists(lines, min_size=1, max_size=3)))
