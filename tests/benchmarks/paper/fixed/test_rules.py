import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from benchmarks.comparing.decisions import ABOVE_0, Region
from benchmarks.families.catalogue import FAMILIES
from benchmarks.families.toedit.claims.doses import Dose
from benchmarks.families.toedit.claims.statistics import gap_slope, last_difference
from benchmarks.families.toedit.recipes.smoke import smoke
from benchmarks.families.toedit.recipes.workflows import workflows
from benchmarks.paper.evidence import Judgement, Rule, Run
from benchmarks.paper.family import Family
from benchmarks.paper.fixed.rules import (
    Dated,
    FixedRule,
    Part,
    Standing,
    as_text,
    dated,
    digest_of,
    extended,
    parts_of,
    read_history,
)
from benchmarks.paper.fixed.seen import Seen, committed
from benchmarks.paper.printed_rules import NotAttempted
from benchmarks.paper.rules import FIRST_FIVE, BestSupported, FromRuns, from_arms
from data.errors import BadInput
from tests.support.checkout import load_script, needs_history
from tests.support.places import ROOT

_RULE = from_arms(smoke, ("replace", "fresh_human"), last_difference, ABOVE_0)
_NOW = datetime(2026, 11, 28, 7, tzinfo=UTC)
_HOUR = timedelta(hours=1)
_SAID = {"claim": "edits cost less"}
_NOTHING = Judgement("not attempted", "")
_FAMILIES = [family for family in FAMILIES if family.claims()]


@pytest.mark.parametrize(
    ("other", "changed"),
    [
        (replace(_RULE, region=Region(above=0.001)), {"question"}),
        (replace(_RULE, statistic=gap_slope), {"question", "code"}),
        (replace(_RULE, runs=_RULE.runs[::-1]), {"question"}),
        (replace(_RULE, need=Dose(0.005, (0,))), {"question", "code"}),
        (replace(_RULE, seeds=FIRST_FIVE), {"seeds"}),
        (
            from_arms(workflows, ("replace", "fresh_human"), last_difference, ABOVE_0),
            {"question", "recipes", "seeds"},
        ),
    ],
)
def test_whatever_decides_is_in_its_part_of_the_digest(other: FromRuns, changed: set[Part]) -> None:
    before, after = parts_of(_RULE), parts_of(other)

    assert {part for part in before if before[part] != after[part]} == changed
    assert digest_of(other) != digest_of(_RULE)
    assert digest_of(replace(other)) == digest_of(other)


def test_other_settings_of_a_recipe_of_the_same_name_are_another_rule() -> None:
    longer = from_arms(
        lambda: replace(smoke(), generations=4),
        ("replace", "fresh_human"),
        last_difference,
        ABOVE_0,
    )

    before, after = parts_of(_RULE), parts_of(longer)
    assert {part for part in before if before[part] != after[part]} == {"recipes"}


def _version(
    rule: Rule, fixed: datetime = _NOW, parts: Mapping[Part, str] | None = None
) -> FixedRule:
    mine: dict[Part, str] = {**parts_of(rule), **(parts or {})}
    return FixedRule(fixed, "f" * 40, digest_of(rule), mine)


def _seen(time: datetime, seed: int = 0) -> Seen:
    return Seen({"smoke": {"replace": {seed: time}}})


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (Seen(), "before any record"),
        (_seen(_NOW + timedelta(seconds=1)), "before its records"),
        (_seen(_NOW - timedelta(seconds=1)), "post hoc"),
        (_seen(_NOW), "post hoc"),
        (_seen(_NOW - _HOUR, seed=3), "before any record"),
    ],
)
def test_the_times_decide_how_a_rule_stands(seen: Seen, expected: Standing) -> None:
    found = dated(_RULE, (_version(_RULE),), _NOTHING, seen)

    assert found.standing == expected
    assert digest_of(_RULE) in found.words
    assert ("post hoc" in found.words) == (expected == "post hoc")


def test_records_that_were_removed_were_seen() -> None:
    """No record is judged now, but one of an arm and a seed of the rule once was."""
    found = dated(_RULE, (_version(_RULE),), _NOTHING, _seen(_NOW - _HOUR, seed=2))

    assert found.standing == "post hoc"


@pytest.mark.parametrize(
    ("old", "expected"),
    [
        ({"code": "0" * 12}, "before its records, code later"),
        ({"seeds": "0" * 12}, "post hoc"),
        ({"question": "0" * 12}, "post hoc"),
        ({"recipes": "0" * 12}, "post hoc"),
    ],
)
def test_a_part_that_changed_after_the_records_is_named(
    old: Mapping[Part, str], expected: Standing
) -> None:
    changed = {part: parts_of(_RULE)[part] for part in old}
    versions = (_version(_RULE, _NOW, old), FixedRule(_NOW + 2 * _HOUR, "f" * 40, "1", changed))

    found = dated(_RULE, versions, _NOTHING, _seen(_NOW + _HOUR))

    assert found.standing == expected
    assert found.late == tuple(old)
    assert {part: one.fixed for part, one in found.since.items()} == {
        part: _NOW + 2 * _HOUR if part in old else _NOW for part in parts_of(_RULE)
    }
    assert "1 before it" in found.words


def test_a_part_that_came_back_is_as_new_as_its_return() -> None:
    code = parts_of(_RULE)["code"]
    versions = (
        _version(_RULE, _NOW),
        FixedRule(_NOW + _HOUR, "f" * 40, "1", {"code": "0" * 12}),
        FixedRule(_NOW + 3 * _HOUR, "f" * 40, "2", {"code": code}),
    )

    found = dated(_RULE, versions, _NOTHING, _seen(_NOW + 2 * _HOUR))

    assert found.late == ("code",)


def test_what_stood_in_other_words_is_quoted_and_dates_nothing() -> None:
    stated = FixedRule(_NOW - 2 * _HOUR, "e" * 40, words="rule='above 0'", file="claims.py")
    versions = (stated, _version(_RULE))

    found = dated(_RULE, versions, _NOTHING, _seen(_NOW - _HOUR))
    assert found.standing == "post hoc, in other words before"
    assert "`rule='above 0'`" in found.words
    earlier = dated(_RULE, versions, _NOTHING, _seen(_NOW - 3 * _HOUR))
    assert earlier.standing == "post hoc"


def test_a_rule_that_changes_after_its_records_says_so_by_itself() -> None:
    """Nothing but the rule changes: neither the file nor a word about it."""
    versions, seen = (_version(_RULE),), _seen(_NOW + _HOUR)
    changed = replace(_RULE, region=Region(above=-0.01))

    assert dated(_RULE, versions, _NOTHING, seen).standing == "before its records"
    assert dated(changed, versions, _NOTHING, seen).standing == "not fixed"
    entered = extended({"claim": versions}, {"claim": changed}, _SAID, _NOW + 2 * _HOUR, "e" * 40)
    found = dated(changed, entered["claim"], _NOTHING, seen)
    assert found.standing == "post hoc"
    assert "**post hoc** for question" in found.words


def test_a_version_that_is_older_than_parts_dates_nothing() -> None:
    old = FixedRule(_NOW - _HOUR, "f" * 40, digest_of(_RULE))

    assert dated(_RULE, (old,), _NOTHING, Seen()).standing == "not fixed"
    found = dated(_RULE, (old, _version(_RULE)), _NOTHING, _seen(_NOW - timedelta(minutes=5)))
    assert found.standing == "post hoc"


def test_what_stands_in_the_file_is_never_changed() -> None:
    first = extended({}, {"claim": _RULE}, _SAID, _NOW, "a" * 40)

    again = extended(first, {"claim": _RULE}, _SAID, _NOW + timedelta(days=1), "b" * 40)

    assert again == first


def test_a_version_holds_the_parts_that_are_new() -> None:
    history = extended({}, {"claim": _RULE}, _SAID, _NOW, "a" * 40)
    later = replace(_RULE, seeds=FIRST_FIVE)

    _, new = extended(history, {"claim": later}, _SAID, _NOW + _HOUR, "b" * 40)["claim"]

    assert new.parts.keys() == {"seeds"}
    assert new.digest == digest_of(later)


def test_a_history_is_read_as_it_was_written(tmp_path: Path) -> None:
    history = extended({}, {"claim": _RULE}, _SAID, _NOW, "a" * 40)
    (tmp_path / "rules.json").write_text(as_text(history))

    assert read_history(tmp_path / "rules.json") == history
    assert read_history(tmp_path / "none.json") == {}


def test_a_damaged_history_is_named(tmp_path: Path) -> None:
    (tmp_path / "rules.json").write_text('{"claim": [{"digest": "0"}]}')

    with pytest.raises(BadInput, match=r"rules\.json: claim\.0\.fixed: .*; restore it from git"):
        read_history(tmp_path / "rules.json")


@pytest.mark.parametrize("family", _FAMILIES, ids=lambda family: family.name)
def test_every_rule_that_runs_decide_is_fixed_as_it_is(family: Family) -> None:
    current = {claim.id: digest_of(claim.rule) for claim in family.claims() if claim.rule.by_runs}

    fixed = {id: one[-1].digest for id, one in family.rules().items() if id in current}
    assert fixed == current, "run: python docs/fix_rules.py"


def test_a_claim_that_waits_for_runs_is_one_that_runs_decide() -> None:
    assert NotAttempted("words").by_runs


def test_the_file_reads_well_in_a_diff() -> None:
    text = as_text(extended({}, {"b": _RULE, "a": _RULE}, {"a": "1", "b": "2"}, _NOW, "a" * 40))

    assert list(json.loads(text)) == ["a", "b"]
    assert text.count("\n") > 10


def _git(*arguments: str) -> str | None:
    """What git says; None outside a whole history."""
    told = subprocess.run(
        ("git", "-C", str(ROOT), *arguments), capture_output=True, text=True, check=False
    )
    return told.stdout.strip() if told.returncode == 0 else None


@cache
def _brought(family: str) -> dict[str, datetime]:
    """Time of the commit that brought each digest of a rule into a family's file."""
    path = f"benchmarks/families/{family}/rules.json"
    log = _git("log", "--reverse", "--format=time %cI", "-p", "--", path) or ""
    found: dict[str, datetime] = {}
    now = datetime.min
    for line in log.splitlines():
        if line.startswith("time "):
            now = datetime.fromisoformat(line.removeprefix("time "))
        elif match := re.match(r'\+\s+"digest": "(\w+)"', line):
            found.setdefault(match[1], now)
    return found


def _by_history(
    versions: Sequence[FixedRule], brought: Mapping[str, datetime], now: datetime
) -> list[FixedRule]:
    """The versions with the times at which commits brought them; what none did came now."""
    return [
        replace(one, fixed=brought.get(one.digest, now)) if one.digest else one for one in versions
    ]


def _standing_twice(
    rule: Rule, versions: Sequence[FixedRule], brought: Mapping[str, datetime], seen: Seen
) -> tuple[Dated, Dated]:
    """How a rule stands by the times of the file, and by those of the commits."""
    by_history = _by_history(versions, brought, datetime.now(UTC))
    return dated(rule, versions, _NOTHING, seen), dated(rule, by_history, _NOTHING, seen)


def test_a_time_that_no_commit_bears_out_is_found() -> None:
    """A rule is entered with a time before its records, and committed after them."""
    backdated = (_version(_RULE, _NOW - _HOUR),)
    brought, seen = {digest_of(_RULE): _NOW + _HOUR}, _seen(_NOW)

    by_file, by_history = _standing_twice(_RULE, backdated, brought, seen)
    assert (by_file.standing, by_history.standing) == ("before its records", "post hoc")
    by_file, by_history = _standing_twice(_RULE, backdated, {}, seen)
    assert by_file.late != by_history.late


@cache
def _ever_seen() -> Seen:
    """When each run was first seen: by the file, and by the records that lie here.

    A run whose only record lies here need not be in the file.
    """
    here, first = _script("date_records").first_seen(_script("date_records").in_the_tree()), {}
    for recipe in committed().first.keys() | here.keys():
        known, mine = committed().first.get(recipe, {}), here.get(recipe, {})
        first[recipe] = {arm: {**mine.get(arm, {}), **known.get(arm, {})} for arm in known | mine}
    return Seen(first)


def _each_run(rule: Rule, seen: Seen) -> list[Seen]:
    """Each planned run as if it alone had been seen: any of them may be the first that decides."""
    planned = {run: seen.of(run) for plan in rule.plans for run in plan.runs}
    return [
        Seen({run.recipe: {run.arm: {run.seed: time}}})
        for run, time in planned.items()
        if time is not None
    ]


def test_every_run_that_lies_here_has_a_time() -> None:
    here = _script("date_records").first_seen(_script("date_records").in_the_tree())
    runs = {
        Run(recipe, arm, seed)
        for recipe, arms in here.items()
        for arm, seeds in arms.items()
        for seed in seeds
    }

    assert {run for run in runs if _ever_seen().of(run) is None} == set()


def test_a_time_between_the_runs_of_two_recipes_is_held_against_each() -> None:
    """The records of one recipe are older than the rule, and those of the other decide."""
    rule = BestSupported((_RULE, from_arms(workflows, ("replace",), last_difference, ABOVE_0)))
    versions, brought = (_version(rule, _NOW - _HOUR),), {digest_of(rule): _NOW + _HOUR}
    seen = Seen(
        {"smoke": {"replace": {0: _NOW - 2 * _HOUR}}, "workflows": {"replace": {0: _NOW}}},
    )

    pairs = [_standing_twice(rule, versions, brought, one) for one in _each_run(rule, seen)]
    assert [a.late == b.late for a, b in pairs] == [True, False]


@pytest.mark.parametrize("family", _FAMILIES, ids=lambda family: family.name)
def test_the_times_of_the_file_say_what_those_of_the_commits_say(family: Family) -> None:
    """A rule stands to each run as it would if each version dated from the commit of it."""
    needs_history()
    history, brought = family.rules(), _brought(family.name)
    for claim in family.claims():
        for seen in _each_run(claim.rule, _ever_seen()):
            by_file, by_history = _standing_twice(
                claim.rule, history.get(claim.id, ()), brought, seen
            )
            assert by_file.late == by_history.late, claim.id
            assert by_file.standing == by_history.standing, claim.id


@pytest.mark.parametrize("family", _FAMILIES, ids=lambda family: family.name)
def test_no_version_of_a_rule_ever_left_the_file(family: Family) -> None:
    needs_history()
    digests = {one.digest for versions in family.rules().values() for one in versions}

    assert _brought(family.name).keys() <= digests


@pytest.mark.parametrize("family", _FAMILIES, ids=lambda family: family.name)
def test_no_version_is_older_than_the_commit_that_it_names(family: Family) -> None:
    needs_history()
    for id, versions in family.rules().items():
        for one in versions:
            then = datetime.fromisoformat(_git("show", "-s", "--format=%cI", one.commit) or "")
            assert then <= one.fixed, id


@cache
def _script(name: str = "fix_rules") -> ModuleType:
    """A script of the pages: by default the one that enters rules."""
    return load_script(ROOT / "docs" / f"{name}.py")


@pytest.mark.parametrize("family", _FAMILIES, ids=lambda family: family.name)
def test_what_stood_in_other_words_stands_so_in_the_commit(family: Family) -> None:
    needs_history()
    for id, versions in family.rules().items():
        for one in versions:
            if not one.digest:
                assert _script().stated_at(one.commit, id) == one


def test_a_commit_that_does_not_state_a_claim_cannot_be_named() -> None:
    needs_history()
    with pytest.raises(BadInput, match="no claim of this id at"):
        _script().stated_at("c28ca01cf0952000e787da7597395f4f67edb9a2", "le.chain")


def test_a_seed_of_a_rule_that_was_made_anew_keeps_its_first_time() -> None:
    """The records of smoke were made again on the 28th; their seeds 0 to 2 are of the 21st."""
    found = committed()

    assert {found.of(Run("smoke", "replace", seed)) < _NOW for seed in range(3)} == {True}  # type: ignore[operator]
    late = found.of(Run("smoke", "replace", 3))
    assert late is not None
    assert late > _NOW
