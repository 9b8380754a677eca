"""Records that are not kept are held against each other as those that are."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.chains.record import Record, read_record
from benchmarks.leaderboard.checks.agreement import disagreements
from benchmarks.leaderboard.checks.between import Between
from benchmarks.leaderboard.checks.filed import Filed
from benchmarks.leaderboard.checks.findings import Finding
from benchmarks.leaderboard.checks.marks import Marks
from benchmarks.leaderboard.checks.tracks import moved
from benchmarks.running.record import write_record
from data.errors import BadInput
from tests.support.places import RECORDS

_BETWEEN = ("agreement", "data", "precision", "version")
Leaf = tuple[str | int, ...]


def test_records_that_say_other_things_of_one_are_named() -> None:
    marks = Marks()
    for record, what in enumerate(("one text", "one text", "another")):
        marks.say(record, "a stage", what)
    marks.say(3, "a stage of its own", "a text")
    marks.say(3, "a stage of its own", "another")
    for record, value in ((4, 1.0), (5, 1.25)):
        marks.measure(record, "a loss", value, 0.125)
        marks.measure(record, "a rough loss", value, 0.25)

    assert marks.disagreeing() == {0, 1, 2, 4, 5}
    assert Marks().disagreeing() == set()


@pytest.fixture(scope="module")
def records() -> list[Record]:
    """Chains that share stages with chains of their recipe and of another one."""
    names = ("fresh_human-seed0", "fresh_human-seed1", "replace-seed0", "same_human-seed0")
    (smoke,) = RECORDS.glob("smoke-????????")
    (other,) = sorted(RECORDS.glob("smoke_pretrained_prior-*/fresh_human-seed0.json"))
    return [read_record(path) for path in [*(smoke / f"{name}.json" for name in names), other]]


def _between(records: list[Record]) -> tuple[list[str], list[int]]:
    """What is found between records, and which of them were asked for again."""
    asked: list[int] = []

    def again(number: int) -> Record:
        asked.append(number)
        return records[number]

    between = Between()
    for number, record in enumerate(records):
        between.add(record, number)
    return _in_words(between.findings(again)), asked


def _in_words(found: Iterator[Finding]) -> list[str]:
    return [str(f) for f in found if f.level == "error" and f.check in _BETWEEN]


def test_no_honest_record_is_read_again(records: list[Record]) -> None:
    assert _between(records) == ([], [])


def _leaves(value: Any, place: Leaf = ()) -> Iterator[Leaf]:
    """The place of every number and word of a record."""
    if isinstance(value, dict | list):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        for name, item in inner:
            yield from _leaves(item, (*place, name))
    elif value is not None:
        yield place


def _is_tried(leaf: Leaf) -> bool:
    """Whether a value is of the generation that chains of one seed share, or of none."""
    return leaf[0] not in ("generations", "recipe", "content") or leaf[:2] == ("generations", 0)


def _changed(record: Record, leaf: Leaf) -> Record | None:
    """The record with one value changed and the seal made anew; None where it is no record."""
    content = json.loads(record.model_dump_json())
    content["content"] = None
    *above, last = leaf
    inside = content
    for name in above:
        inside = inside[name]
    old = inside[last]
    inside[last] = f"{old}0" if isinstance(old, str) else not old if old is True else old * 1.5 + 1
    if isinstance(old, int):
        inside[last] = int(inside[last])
    try:
        return Record.model_validate(content)
    except ValueError:
        return None


def test_whatever_is_changed_is_found_as_if_all_were_kept(records: list[Record]) -> None:
    """One value at a time of what chains share: nothing is missed, and nothing is added."""
    number, found = 2, 0
    leaves = [leaf for leaf in _leaves(records[number].model_dump(mode="json")) if _is_tried(leaf)]
    for leaf in leaves:
        changed = _changed(records[number], leaf)
        if changed is None:
            continue
        mine = [*records[:number], changed, *records[number + 1 :]]
        all_kept = _in_words(iter([*moved(mine), *disagreements(mine)]))

        assert _between(mine)[0] == all_kept, leaf
        found += bool(all_kept)
    assert found >= 40


def test_a_record_that_changes_while_it_is_checked_is_told(
    records: list[Record], tmp_path: Path
) -> None:
    path = write_record(records[0], tmp_path)
    filed = Filed({path: str(records[0].content)})
    assert list(filed) == [records[0]]

    later = records[0].model_copy(update={"started": "2030-01-01T00:00:00+00:00", "content": None})
    write_record(later, tmp_path)

    with pytest.raises(BadInput, match="was changed while it was checked"):
        filed.read(path)
