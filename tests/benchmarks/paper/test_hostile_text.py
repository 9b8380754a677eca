"""What a record says is shown as text, wherever Markdown is made of records."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from benchmarks.chains.recipe import recipe_digest
from benchmarks.chains.record import Record, read_record
from benchmarks.comparing.tables import markdown
from benchmarks.families.catalogue import FAMILIES, read_any
from benchmarks.leaderboard import board
from benchmarks.leaderboard.ranking import rank, unranked
from benchmarks.paper.pages import table_pages
from benchmarks.paper.tables import compare_tables
from benchmarks.profile.answers import profile_records
from benchmarks.profile.markdown import profile_markdown
from benchmarks.running.record import Envelope, sealed, write_record
from data.errors import BadInput
from tests.support.places import RECORDS

_MARKUP = "HOSTILE | `code` [a](http://b) <script>c</script> *d* ~e~"
_FREE = {
    ("recipe", "human", "field"),
    ("recipe", "human", "source"),
    ("recipe", "human", "prompt_field"),
    ("recipe", "prior"),
    ("recipe", "summary"),
    ("recipe", "synthetic"),
    ("recipe", "synthetic_field"),
    ("human", "source"),
    ("human", "licence"),
}
"""What may be any text, for a user's own files and words stand there."""
_FOLDER = RECORDS / "smoke-470bad5f"


def _texts(value: Any, *path: str) -> Iterator[tuple[str, ...]]:
    """Where the texts of a record stand; of the items of a list, the first."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _texts(item, *path, name)
    elif isinstance(value, list | tuple):
        for item in value[:1]:
            yield from _texts(item, *path, "0")
    elif isinstance(value, str):
        yield path


def _put(value: Any, path: tuple[str, ...], text: str) -> Any:
    """A copy with another text in one place."""
    if not path:
        return text
    if isinstance(value, list | tuple):
        return [_put(value[0], path[1:], text), *value[1:]]
    return {**value, path[0]: _put(value[path[0]], path[1:], text)}


def _with(record: Envelope, text: str, *places: tuple[str, ...]) -> Envelope:
    """The record with a text in these places, validated as any is."""
    content = record.model_dump(mode="json") | {"content": None, "sealed_later": False}
    for place in places:
        content = _put(content, place, text)
    if isinstance(record, Record):
        content["digest"] = recipe_digest(content["recipe"])
    return sealed(type(record).model_validate(content))


@pytest.mark.parametrize(
    "path",
    [_FOLDER / "edit_source-seed0.json", *sorted(RECORDS.glob("layer_emulators-*/*.json"))[:1]],
    ids=lambda path: path.stem,
)
def test_a_text_of_a_record_is_a_word_or_is_known_to_be_free(path: Path) -> None:
    record = read_any(path)
    places = {
        place
        for place in _texts(record.model_dump(mode="json"))
        if place[0] not in ("content", "digest") and not set(map(str, range(9))) & {*place[:-1]}
    }
    accepted = set()
    for place in places:
        try:
            _with(record, _MARKUP, place)
        except (BadInput, ValidationError):
            continue
        accepted.add(place)

    assert len(places) > 15
    assert accepted <= _FREE


@pytest.fixture(scope="module")
def hostile() -> list[Record]:
    """Chains of three seeds and three workflows whose free texts all try to be markup."""
    names = ("fresh_human", "replace", "edit_previous")
    records = [read_record(_FOLDER / f"{name}-seed{k}.json") for name in names for k in range(3)]
    here = set(_texts(records[0].model_dump(mode="json")))
    found = [_with(record, _MARKUP, *(_FREE & here)) for record in records]
    return [record for record in found if isinstance(record, Record)]


def _shows_markup(page: str) -> bool:
    return bool(re.search(r"<script>|(?<!\\)\]\(http://b\)|HOSTILE \|", page))


def test_pages_of_markdown_show_hostile_texts_as_text(hostile: list[Record]) -> None:
    made = {
        "leaderboard": board.markdown(rank(hostile), unranked(hostile)),
        "run": markdown(hostile),
        "profile": profile_markdown(profile_records(hostile)),
    }
    for family in FAMILIES:
        tables = compare_tables(family, (), hostile)
        made |= table_pages(tables, ("markdown",))

    assert r"HOSTILE \| \`code\` \[a\](http://b) \<script\>" in made["leaderboard"]
    assert [name for name, page in made.items() if _shows_markup(page)] == []


@pytest.mark.parametrize("character", ["\u202e", "\u200b", "\x1b", "\n"])
def test_what_nobody_sees_is_in_no_record(
    character: str, hostile: list[Record], tmp_path: Path
) -> None:
    summary = f"three {character}seeds"
    record = _with(hostile[0], summary, ("recipe", "summary"))

    path = write_record(record, tmp_path)

    with pytest.raises(BadInput, match="has characters that cannot be seen"):
        read_record(path)
