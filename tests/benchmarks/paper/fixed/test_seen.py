from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from benchmarks.chains.record import Record
from benchmarks.paper.evidence import Run
from benchmarks.paper.fixed.seen import Seen, as_text, committed, read_seen, run_of, source_words
from data.errors import BadInput
from tests.support.checkout import load_script, needs_history
from tests.support.places import ROOT
from tests.support.planted import committed as records

_THEN = datetime(2026, 11, 21, 12, tzinfo=UTC)


@cache
def _record() -> Record:
    return next(one for one in records() if one.recipe["name"] == "smoke")


def _anew(**changes: object) -> Record:
    return _record().model_copy(update=changes)


def test_a_record_that_was_made_anew_is_as_old_as_the_first_of_its_seed() -> None:
    """Its own start is a week later, its settings are others, and its seed was seen before."""
    record = _anew(started="2026-11-28T12:00:00+00:00", digest="0" * 8)
    name, arm, seed = run_of(record)
    seen = Seen({name: {arm: {seed: _THEN}}})

    assert seen.earliest((), [record]) == _THEN
    assert Seen().earliest((), [record]) == _THEN + timedelta(days=7)
    assert seen.earliest((), [_anew(started="2026-11-20T12:00:00")]) == _THEN - timedelta(days=1)


def test_another_seed_or_arm_was_not_seen() -> None:
    seen = Seen({"smoke": {"replace": {0: _THEN}}})

    assert seen.earliest([Run("smoke", "replace", 1), Run("smoke", "mix", 0)], ()) is None
    assert seen.earliest([Run("smoke", "replace", 1), Run("smoke", "replace", 0)], ()) == _THEN


def test_records_of_two_codes_say_so() -> None:
    seen = Seen(sources={"a" * 40: "1" * 12, "b" * 40: "2" * 12, "c" * 40: "1" * 12})
    first, second = _anew(commit="a" * 40, seed=0), _anew(commit="b" * 40, seed=1)
    same = _anew(commit="c" * 40, seed=2)

    assert source_words(seen, [first, same]) == f"One code made all of its records: `{'1' * 12}`."
    said = source_words(seen, [first, second, same])
    assert said.startswith("**2 codes** made its records")
    assert f"`{'1' * 12}` made smoke seed 0, smoke seed 2" in said
    assert f"`{'2' * 12}` made smoke seed 1" in said
    assert source_words(seen, []) == ""


def test_a_code_that_is_not_known_is_named_by_its_commit() -> None:
    assert Seen().source(_anew(commit="d" * 40)) == f"commit {'d' * 7}"
    assert Seen().source(_anew(commit="d" * 40, dirty=True)) == f"commit {'d' * 7} with changes"


def test_the_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    seen = Seen({"b": {"x": {1: _THEN, 0: _THEN}}, "a": {}}, {"a" * 40: "1" * 12})
    (tmp_path / "seen.json").write_text(as_text(seen))

    assert read_seen(tmp_path / "seen.json") == seen
    (tmp_path / "seen.json").write_text('{"first": []}')
    with pytest.raises(BadInput, match=r"seen\.json: .*; restore it from git"):
        read_seen(tmp_path / "seen.json")


@cache
def _script() -> ModuleType:
    """The script that dates records."""
    return load_script(ROOT / "docs" / "date_records.py")


@cache
def _in_history() -> dict[str, dict[str, dict[int, datetime]]]:
    return _script().first_seen(_script().ever_committed())  # type: ignore[no-any-return]


def test_the_first_of_every_run_is_that_of_the_history() -> None:
    """A run whose only record is the one that lies here need not be in the file."""
    needs_history()
    found = _in_history()
    here = _script().first_seen(_script().in_the_tree())

    known = committed()
    for recipe, arms in found.items():
        for arm, seeds in arms.items():
            for seed, time in seeds.items():
                alone = here.get(recipe, {}).get(arm, {}).get(seed)
                first = known.of(Run(recipe, arm, seed)) or alone
                assert first == time, f"{recipe} {arm} {seed}; run: python docs/date_records.py"


def test_the_file_names_no_run_that_never_was() -> None:
    needs_history()
    found = _in_history()

    for recipe, arms in committed().first.items():
        for arm, seeds in arms.items():
            assert seeds.items() <= found[recipe][arm].items(), (recipe, arm)


@pytest.mark.parametrize("commit", committed().sources)
def test_the_code_of_a_commit_is_that_of_its_tree(commit: str) -> None:
    """Every commit of the file: each takes about a second."""
    needs_history()
    assert _script().source_at(commit) == committed().sources[commit]


def test_every_commit_that_made_a_record_has_a_code() -> None:
    commits = {record["commit"] for record in _script().in_the_tree()}

    assert commits <= committed().sources.keys(), "run: python docs/date_records.py"
