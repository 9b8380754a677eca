import json
import zlib

import pytest

from data.errors import BadInput
from data.story_style.readers import (
    in_one_typography,
    read_books,
    read_chapters,
    read_messages,
    read_novels,
    read_play,
)


def _json(text: object) -> bytes:
    return json.dumps({"text": text}).encode()


def _row(lines: list[str], version: int = 3) -> bytes:
    """A vector of strings as R serialises it, in a row of its database."""
    number = 4
    head = b"X\n" + b"".join(n.to_bytes(number, "big") for n in (version, 0, 0))
    if version == 3:
        head += (5).to_bytes(number, "big") + b"UTF-8"
    head += (0x10).to_bytes(number, "big") + len(lines).to_bytes(number, "big")
    for line in lines:
        coded = line.encode()
        head += (0x00040009).to_bytes(number, "big") + len(coded).to_bytes(number, "big") + coded
    return len(head).to_bytes(number, "big") + zlib.compress(head)


def test_typography_of_editions_is_made_one() -> None:
    text = "\u201cWell,\u201d said _he_--\u2018so be it\u2019\t now\n \n\n\nthen"
    assert in_one_typography(text) == "\"Well,\" said he\u2014'so be it' now\n\nthen"


def test_chapters_come_by_number_and_words_of_others_do_not() -> None:
    files = {
        "d/chapter_10.json": _json("ten"),
        "d/chapter_2.json": _json("two"),
        "d/epilogue.json": _json("end"),
        "d/extracts.json": _json("of others"),
        "d/file_list.json": b"[]",
    }
    assert list(read_chapters(files)) == [
        ("chapter 2", "two"),
        ("chapter 10", "ten"),
        ("epilogue", "end"),
    ]


def test_messages_are_of_that_president_alone_and_without_applause() -> None:
    files = {
        "d/1905_theodore_roosevelt_r.json": _json("Peace. [Applause] War."),
        "d/1935_franklin_d_roosevelt_d.json": _json("Work."),
        "d/1797_john_adams_f.json": _json("Law."),
        "d/1825_john_quincy_adams_dr.json": _json("Roads."),
    }
    assert list(read_messages(files, "theodore_roosevelt")) == [("1905", "Peace.  War.")]
    assert list(read_messages(files, "john_adams")) == [("1797", "Law.")]


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"title": 1}', _json(3)])
def test_a_file_without_a_text_is_named(content: bytes) -> None:
    with pytest.raises(BadInput, match=r"chapter_1\.json"):
        list(read_chapters({"d/chapter_1.json": content}))


@pytest.mark.parametrize("version", [2, 3])
def test_novels_are_read_without_r(version: int) -> None:
    lines = ["EMMA", "By Jane Austen", "VOLUME I", "CHAPTER I", "She was h\u00e9r.", "Chapter 2"]
    rows = _row([*lines, "So.", "FINIS", "A note."], version) + _row(["Persuasion", "Chapter 1"])
    assert list(read_novels(rows)) == [
        ("Emma", [("chapter 1", "She was h\u00e9r."), ("chapter 2", "So.")]),
        ("Persuasion", [("chapter 1", "")]),
    ]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (b"\0\0\0\5nothing", "no zlib stream"),
        (_row(["Emma"])[:-6], "not as long as it says"),
        (b"\0\0\0\2" + zlib.compress(b"hi"), "not serialised"),
        (_row(["Emma"]) + b"\0\0\0\1nothing", "byte 42 of the novels begins no zlib stream"),
    ],
)
def test_damaged_novels_are_told(rows: bytes, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        list(read_novels(rows))


def test_of_a_play_what_is_spoken_is_left() -> None:
    play = (
        "# Macbeth\n\n_Enter ROSS,\nin haste_\n\n**ROSS**  \nThe king _\\[Aside]_ is come,  \nAh."
    )
    assert read_play(play).split() == ["The", "king", "is", "come,", "Ah."]


def test_books_are_cut_where_their_first_verses_begin_and_nothing_is_run() -> None:
    module = b"""
raise SystemExit
bible = Bible(
    Version.KING_JAMES,
    \"\"\"One [was].( And two. Three.\"\"\",
    {1001001: 0, 1001002: 10, 2001001: 19},
    {1001001: 9},
    {Book.A: {1: 2}},
    {Book.A: "Genesis", Book.B: "Exodus"},
)
"""
    assert list(read_books(module)) == [("Genesis", "One was. (And two"), ("Exodus", ". Three.")]
