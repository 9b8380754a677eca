"""What a claim states is in no digest: `rules.json` holds it, and git holds `rules.json`."""

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from benchmarks.comparing.decisions import ABOVE_0, Region
from benchmarks.families.catalogue import FAMILIES
from benchmarks.families.toedit.claims.statistics import last_difference
from benchmarks.families.toedit.recipes.smoke import smoke
from benchmarks.paper.family import Family
from benchmarks.paper.fixed.rules import FixedRule, extended
from benchmarks.paper.rules import FIRST_FIVE, from_arms
from tests.support.checkout import load_script, needs_history
from tests.support.places import ROOT

_LEVEL = "called `bounded` at first: runs of finite length show a level, and no bound"
REWORDED: Mapping[str, str] = {
    "edit-previous-level": _LEVEL,
    "edit-source-level": _LEVEL,
    "cds.threshold": "asked of all models at first, by a number that any trend would have passed",
    "pad.data_efficiency": "said two things at once before there were students; par is asked apart",
    "st.style_judge": "compared judges of two kinds, before any record; now two of one kind",
}
"""Claims reworded after their rule was first entered and before their question was, and why."""
_RULE = from_arms(smoke, ("replace", "fresh_human"), last_difference, ABOVE_0)
_NOW = datetime(2026, 11, 28, 7, tzinfo=UTC)
_SCRIPT = Path(__file__).with_name("stating.py")
_MOST_BROKEN = 10
"""Commits after one that cannot be loaded that are tried in its place."""
Entry = tuple[str, str, str, str]
"""A version that holds a statement: family, claim, time and digest."""


def _git(*arguments: str, asked: str = "") -> bytes:
    command = ("git", "-C", str(ROOT), *arguments)
    return subprocess.run(command, check=True, capture_output=True, input=asked.encode()).stdout


def _path(family: str) -> str:
    return f"benchmarks/families/{family}/rules.json"


def _questions(versions: Iterable[FixedRule]) -> list[FixedRule]:
    """The versions whose question is new."""
    return [one for one in versions if "question" in one.parts]


def _rules(versions: Iterable[FixedRule]) -> list[FixedRule]:
    """The versions that are more than words."""
    return [one for one in versions if one.digest]


def reworded(now: Mapping[str, str], then: Mapping[str, str]) -> set[str]:
    """Claims that say something else than they said, or did not say anything then."""
    return {claim for claim, statement in now.items() if then.get(claim) != statement}


def test_a_statement_that_is_turned_round_is_found() -> None:
    then = {"a": "edits cost more", "b": "edits are level"}

    assert reworded({**then, "a": "edits cost less"}, then) == {"a"}
    assert reworded({**then, "c": "new"}, then) == {"c"}
    assert reworded(then, then) == set()


def test_a_version_says_what_its_claim_states_where_the_question_is_new() -> None:
    first = extended({}, {"a": _RULE}, {"a": "edits cost less"}, _NOW, "a" * 40)
    seeds = replace(_RULE, seeds=FIRST_FIVE)
    asked = replace(seeds, region=Region(above=0.001))
    hour = timedelta(hours=1)

    second = extended(first, {"a": seeds}, {"a": "other"}, _NOW + hour, "b" * 40)
    third = extended(second, {"a": asked}, {"a": "other"}, _NOW + 2 * hour, "c" * 40)

    assert [one.says for one in third["a"]] == ["edits cost less", "", "other"]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_claim_says_what_it_said_when_its_question_was_fixed(family: Family) -> None:
    history = family.rules()
    asked = {claim.id: _questions(history.get(claim.id, ())) for claim in family.claims()}
    then = {id: versions[-1].says for id, versions in asked.items() if versions}
    now = {claim.id: claim.statement for claim in family.claims() if claim.id in then}

    assert reworded(now, then) == set()


def test_a_claim_that_was_reworded_since_its_first_rule_is_listed() -> None:
    found: set[str] = set()
    for family in FAMILIES:
        history = family.rules()
        for claim in family.claims():
            if rules := _rules(history.get(claim.id, ())):
                found |= reworded({claim.id: claim.statement}, {claim.id: rules[0].says})

    assert found == REWORDED.keys()


def _said(family: str, history: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[Entry, str]:
    """What the versions in a family's file state that should: the first, and each new question.

    Where one says nothing it is the empty text.
    """
    found = {}
    for claim, versions in history.items():
        rules = [one for one in versions if one.get("digest")]
        for one in rules:
            if one is rules[0] or "question" in one.get("parts", ()):
                entry = (family, claim, one["fixed"], one["digest"])
                found[entry] = one.get("says", "")
    return found


def altered(states: Sequence[Mapping[Entry, str]]) -> set[Entry]:
    """Versions whose statement is not one and the same wherever any are, or that are gone at last.

    A statement that is entered after its version, beside others that stand, is none that was fixed:
    the version said nothing in a state in which others said something.
    """
    found: dict[Entry, set[str]] = defaultdict(set)
    for state in states:
        if any(state.values()):
            for entry, words in state.items():
                found[entry].add(words)
    several = {entry for entry, words in found.items() if len(words) > 1 or "" in words}
    return several | (found.keys() - states[-1].keys())


_A, _B = ("f", "a", "1", "0"), ("f", "b", "1", "1")


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        pytest.param([{_A: ""}, {_A: "x"}, {_A: "x", _B: "y"}], set(), id="entered"),
        pytest.param([{_A: "x"}, {_A: "z"}], {_A}, id="changed"),
        pytest.param([{_A: "x"}, {_A: "z"}, {_A: "x"}], {_A}, id="changed and back"),
        pytest.param([{_A: "x", _B: ""}, {_A: "x", _B: "y"}], {_B}, id="entered late"),
        pytest.param([{_A: "x", _B: "y"}, {_A: "x", _B: ""}], {_B}, id="removed"),
        pytest.param([{_A: "x", _B: ""}], {_B}, id="nothing said"),
        pytest.param([{_A: "x"}, {(*_A[:2], "2", "0"): "z"}], {_A}, id="dated anew"),
    ],
)
def test_a_statement_that_is_not_the_one_that_was_entered_is_found(
    states: list[dict[Entry, str]], expected: set[Entry]
) -> None:
    assert altered(states) == expected


def _states() -> list[dict[Entry, str]]:
    """What the files of all families said at each commit that changed one, and say now."""
    paths = {family.name: _path(family.name) for family in FAMILIES}
    log = ("log", "--reverse", "--topo-order", "--full-history", "--format=%H")
    commits = _git(*log, "--", *paths.values()).decode().split()
    asked = "".join(f"{one}:{path}\n" for one, path in product(commits, paths.values()))
    blobs = _contents(_git("cat-file", "--batch", asked=asked))
    states = []
    for _ in commits:
        here = {name: next(blobs) for name in paths}
        states.append(_state({name: blob for name, blob in here.items() if blob is not None}))
    now = {name: ROOT / path for name, path in paths.items()}
    states.append(_state({name: file.read_bytes() for name, file in now.items() if file.exists()}))
    return states


def _contents(told: bytes) -> Iterable[bytes | None]:
    """The contents in what `git cat-file --batch` says; None for what a commit does not have."""
    place = 0
    while place < len(told):
        end = told.index(b"\n", place)
        kind = told[place:end].rpartition(b" ")
        place = end + 1
        if kind[2] == b"missing":
            yield None
        else:
            size = int(kind[2])
            yield told[place : place + size]
            place += size + 1


def _state(files: Mapping[str, bytes]) -> dict[Entry, str]:
    each = (_said(family, json.loads(content)) for family, content in files.items())
    return {entry: words for one in each for entry, words in one.items()}


def test_no_statement_in_the_files_was_ever_changed() -> None:
    needs_history()
    states = _states()

    assert len(states) > 50
    assert altered(states) == set()


class _Commits:
    """Asks `stating.py` what claims said."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, str(_SCRIPT), str(folder)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "OMP_NUM_THREADS": "1"}, text=True,
        )  # fmt: skip
        self._known: dict[tuple[str, str], dict[str, str]] = {}

    def said_at(self, commit: str, family: str) -> dict[str, str]:
        """What every claim of a family said at a commit.

        Where the code of that commit cannot be loaded, as of one that names what a later one
        brought, it is the code of the next commit that can.
        """
        if (commit, family) not in self._known:
            self._known[commit, family] = self._first_told(commit, family)
        return self._known[commit, family]

    def _first_told(self, commit: str, family: str) -> dict[str, str]:
        ancestry = ("rev-list", "--reverse", "--ancestry-path", f"{commit}..HEAD")
        for one in (commit, *_git(*ancestry).decode().split()[:_MOST_BROKEN]):
            told = self._told(one, family)
            if told is not None:
                return told
        raise AssertionError(f"neither {commit} nor the {_MOST_BROKEN} commits after it load")

    def _told(self, commit: str, family: str) -> dict[str, str] | None:
        """What the code of one commit says; None where it cannot be loaded."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{commit} {family}\n")
        self._process.stdin.flush()
        told: dict[str, str] | None = json.loads(self._process.stdout.readline())
        return told

    def close(self) -> None:
        """End the process."""
        self._process.communicate()
        assert self._process.returncode == 0


@cache
def _brought(family: str) -> dict[str, str]:
    """The commit that brought each digest of a rule into a family's file."""
    log = _git("log", "--reverse", "--format=commit %H", "-p", "--", _path(family)).decode()
    found: dict[str, str] = {}
    commit = ""
    for line in log.splitlines():
        if line.startswith("commit "):
            commit = line.removeprefix("commit ")
        elif match := re.match(r'\+\s+"digest": "(\w+)"', line):
            found.setdefault(match[1], commit)
    return found


def test_a_folder_holds_one_commit_after_the_other(tmp_path: Path) -> None:
    """Else a claim would say what the code of an earlier commit said."""
    needs_history()
    stating = load_script(_SCRIPT)
    for commit in ("HEAD~9", "HEAD"):
        stating.lay_out(commit, tmp_path)

    listed = _git("ls-tree", "-r", "HEAD", "--", *stating.PACKAGES).decode().splitlines()
    tree = dict(reversed(line.split(" ")[2].split("\t")) for line in listed)
    held = {path.relative_to(tmp_path).as_posix(): path for path in tmp_path.rglob("*")}
    files = {name: path for name, path in held.items() if path.is_file()}
    assert files.keys() == {name for name in tree if not name.startswith("benchmarks/records/")}
    hashed = _git("hash-object", "--no-filters", *map(str, files.values())).decode().split()
    assert dict(zip(files, hashed, strict=True)) == {name: tree[name] for name in files}


def unsaid(claim: str, statement: str, then: Mapping[str, str]) -> bool:
    """Whether a claim did not state this; where it had another id, whether no claim did."""
    return then[claim] != statement if claim in then else statement not in then.values()


def test_what_a_claim_stated_under_another_id_was_stated() -> None:
    then = {"a": "edits cost more", "b": "edits are level"}

    assert [unsaid(claim, "edits are level", then) for claim in "abc"] == [True, False, False]
    assert unsaid("c", "edits are free", then)


@pytest.mark.slow
def test_the_code_of_the_commit_that_brought_a_version_states_what_the_version_says(
    tmp_path: Path,
) -> None:
    """It loads the code of every such commit, of which there are more and more."""
    needs_history()
    commits, apart = _Commits(tmp_path), set()
    for family in FAMILIES:
        brought = _brought(family.name)
        for claim, versions in family.rules().items():
            for one in versions:
                if one.says and one.digest in brought:
                    then = commits.said_at(brought[one.digest], family.name)
                    if unsaid(claim, one.says, then):
                        apart.add((claim, one.digest))
    commits.close()

    assert apart == set()
