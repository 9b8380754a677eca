"""Whatever a value of a record is: the check answers in lines, and never with a traceback."""

import contextlib
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.chains.record import Record
from benchmarks.leaderboard.board import markdown
from benchmarks.leaderboard.checks.check import check_records
from benchmarks.leaderboard.checks.provenance import Repository
from benchmarks.leaderboard.ranking import rank
from benchmarks.running.record import content_digest, read_as
from data.errors import BadInput
from tests.support.places import RECORDS

_REPOSITORY = Repository()
(_SMOKE,) = RECORDS.glob("smoke-????????")
_CHAIN = "replace-seed0.json"
_VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from([[], {}, "\x1b[2J", "[/b]", "../..", "\u202e"])
)


@settings(deadline=None)  # files are written
@given(st.data())
def test_no_change_of_any_value_ends_in_a_traceback(data: st.DataObject) -> None:
    """One value of a record is another one, or missing; whatever it is, a line says so or nothing.

    The check answers, ranking answers or refuses, and no line has several.
    """
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / _SMOKE.name / _CHAIN
        path.parent.mkdir()
        content = json.loads((_SMOKE / _CHAIN).read_text())
        _change_one(content, data)
        with contextlib.suppress(ValueError, TypeError, KeyError, AttributeError):
            record = Record.model_validate(content | {"content": None})
            content["content"] = content_digest(record)
        path.write_text(json.dumps(content))

        found = check_records([Path(name)], _REPOSITORY)

        assert all("\n" not in str(finding) for finding in found.findings)
        assert all(str(finding).isprintable() for finding in found.findings)
        with contextlib.suppress(BadInput):
            markdown(rank([read_as(Record, path)]), [])


@pytest.mark.parametrize("name", ["prior", "tier", "summary", "model", "workflows"])
def test_a_recipe_without_a_setting_is_found_and_no_traceback(tmp_path: Path, name: str) -> None:
    path = tmp_path / _SMOKE.name / _CHAIN
    path.parent.mkdir()
    content = json.loads((_SMOKE / _CHAIN).read_text())
    del content["recipe"][name]
    path.write_text(json.dumps(content))

    assert check_records([tmp_path], _REPOSITORY).findings


def _change_one(content: dict[str, Any], data: st.DataObject) -> None:
    """Go down to some value, and put another one in its place or take it away."""
    place: Any = content
    while True:
        keys = sorted(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if isinstance(place[key], dict | list) and place[key] and data.draw(st.integers(0, 9)):
            place = place[key]
            continue
        if isinstance(place, dict) and data.draw(st.integers(0, 4)) == 0:
            del place[key]
        else:
            place[key] = data.draw(_VALUES)
        return
