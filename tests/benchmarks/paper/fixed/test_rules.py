import importlib.util
import json
import re
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest

from benchmarks.comparing.decisions import ABOVE_0, Region
from benchmarks.families.catalogue import FAMILIES
from benchmarks.families.toedit.claims.doses import Dose
from benchmarks.families.toedit.claims.statistics import gap_slope, last_difference
from benchmarks.families.toedit.recipes.smoke import smoke
from benchmarks.families.toedit.recipes.workflows import workflows
from benchmarks.paper.evidence import code_of
from benchmarks.paper.fixed.rules import (
    FixedRule,
    Standing,
    as_text,
    digest_of,
    extended,
    read_history,
    standing,
    words_of,
)
from benchmarks.paper.printed_rules import NotAttempted
from benchmarks.paper.rules import FromRuns, from_arms
from data.errors import BadInput
from tests.support.places import ROOT

_RULE = from_arms(smoke, ("replace", "fresh_human"), last_difference, ABOVE_0)
_NOW = datetime(2026, 11, 28, 7, tzinfo=UTC)
_FAMILIES = [family for family in FAMILIES if family.claims()]


@pytest.mark.parametrize(
    "other",
    [
        replace(_RULE, region=Region(above=0.001)),
        replace(_RULE, statistic=gap_slope),
        replace(_RULE, runs=_RULE.runs[::-1]),
        replace(_RULE, need=Dose(0.005, (0,))),
        from_arms(workflows, ("replace", "fresh_human"), last_difference, ABOVE_0),
    ],
)
def test_whatever_decides_is_in_the_digest(other: FromRuns) -> None:
    assert digest_of(other) != digest_of(_RULE)
    assert digest_of(replace(other)) == digest_of(other)


def test_a_changed_helper_of_a_statistic_is_another_statistic(tmp_path: Path) -> None:
    first, second, worded = (
        _module(tmp_path / f"{name}.py", scale, doc)
        for name, scale, doc in (("a", 1, ""), ("b", 2, ""), ("c", 1, '"""Words."""'))
    )

    assert code_of(first.statistic) != code_of(second.statistic)
    assert code_of(first.statistic) == code_of(worded.statistic)


def _module(path: Path, scale: int, doc: str) -> ModuleType:
    body = f"    {doc}\n" if doc else ""
    path.write_text(
        f"def helper(x):\n{body}    return {scale} * x\n\n\n"
        "def statistic(x):\n    return [helper(y) for y in x]\n"
    )
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("digest", "started", "expected"),
    [
        (digest_of(_RULE), (), "before any record"),
        (digest_of(_RULE), ("2026-11-28T07:00:01+00:00",), "before its records"),
        (digest_of(_RULE), ("2026-11-28T06:59:59+00:00",), "post hoc"),
        (digest_of(_RULE), ("2026-11-28T09:00:00", "2026-11-28T05:00:00"), "post hoc"),
        ("0" * 12, ("2026-11-28T09:00:00",), "not fixed"),
    ],
)
def test_the_times_decide_how_a_rule_stands(
    digest: str, started: Sequence[str], expected: Standing
) -> None:
    versions = (FixedRule(digest, _NOW, "f" * 40),)

    assert standing(_RULE, versions, started) == expected
    said = words_of(_RULE, versions, started, expected)
    assert digest_of(_RULE) in said
    assert ("post hoc" in said) == (expected == "post hoc")


def test_a_rule_that_changes_after_its_records_says_so_by_itself() -> None:
    """Nothing but the rule changes: neither the file nor a word about it."""
    versions = (FixedRule(digest_of(_RULE), _NOW, "f" * 40),)
    started = ("2026-11-28T08:00:00+00:00",)
    changed = replace(_RULE, region=Region(above=-0.01))

    assert standing(_RULE, versions, started) == "before its records"
    assert standing(changed, versions, started) == "not fixed"
    entered = extended({"claim": versions}, {"claim": changed}, _NOW + timedelta(hours=2), "e" * 40)
    assert standing(changed, entered["claim"], started) == "post hoc"
    assert "1 before it" in words_of(changed, entered["claim"], started, "post hoc")


def test_what_stands_in_the_file_is_never_changed() -> None:
    first = extended({}, {"claim": _RULE}, _NOW, "a" * 40)

    again = extended(first, {"claim": _RULE}, _NOW + timedelta(days=1), "b" * 40)

    assert again == first


def test_a_history_is_read_as_it_was_written(tmp_path: Path) -> None:
    history = extended({}, {"claim": _RULE}, _NOW, "a" * 40, "a note")
    (tmp_path / "rules.json").write_text(as_text(history))

    assert read_history(tmp_path / "rules.json") == history
    assert read_history(tmp_path / "none.json") == {}


def test_a_damaged_history_is_named(tmp_path: Path) -> None:
    (tmp_path / "rules.json").write_text('{"claim": [{"digest": "0"}]}')

    with pytest.raises(BadInput, match=r"rules\.json: claim\.0\.fixed: .*; restore it from git"):
        read_history(tmp_path / "rules.json")


@pytest.mark.parametrize("family", _FAMILIES, ids=lambda family: family.name)
def test_every_rule_that_runs_decide_is_fixed_as_it_is(family: object) -> None:
    claims, history = family.claims(), family.rules()  # type: ignore[attr-defined]
    current = {claim.id: digest_of(claim.rule) for claim in claims if claim.rule.by_runs}

    fixed = {id: versions[-1].digest for id, versions in history.items() if id in current}
    assert fixed == current, "run: python docs/fix_rules.py"


def test_a_claim_that_waits_for_runs_is_one_that_runs_decide() -> None:
    assert NotAttempted("words").by_runs


def _git(*arguments: str) -> str | None:
    """What git says; None outside a whole history."""
    told = subprocess.run(
        ("git", "-C", str(ROOT), *arguments), capture_output=True, text=True, check=False
    )
    return told.stdout.strip() if told.returncode == 0 else None


@pytest.mark.parametrize("family", _FAMILIES, ids=lambda family: family.name)
def test_the_times_of_the_file_are_those_of_the_history(family: object) -> None:
    """No rule is older than the commit it names, nor much older than the commit that brought it."""
    if _git("rev-parse", "--is-shallow-repository") != "false":
        pytest.skip("needs the whole history of git")
    name: str = family.name  # type: ignore[attr-defined]
    path = f"benchmarks/families/{name}/rules.json"
    log = _git("log", "--reverse", "--format=time %cI", "-p", "--", path) or ""
    brought = _first_seen(log)
    for id, versions in read_history(ROOT / path).items():
        for one in versions:
            then = datetime.fromisoformat(_git("show", "-s", "--format=%cI", one.commit) or "")
            assert then <= one.fixed, id
            if one.note:
                assert then == one.fixed, id
                assert _git("grep", "-q", id, one.commit, "--", "*.py") is not None, id
            elif one.digest in brought:
                assert brought[one.digest] - one.fixed < timedelta(days=1), id


def _first_seen(log: str) -> dict[str, datetime]:
    """Time of the commit that brought each digest."""
    found: dict[str, datetime] = {}
    now = datetime.min
    for line in log.splitlines():
        if line.startswith("time "):
            now = datetime.fromisoformat(line.removeprefix("time "))
        elif match := re.match(r'\+\s+"digest": "(\w+)"', line):
            found.setdefault(match[1], now)
    return found


def test_the_file_reads_well_in_a_diff() -> None:
    text = as_text(extended({}, {"b": _RULE, "a": _RULE}, _NOW, "a" * 40))

    assert list(json.loads(text)) == ["a", "b"]
    assert text.count("\n") > 10
