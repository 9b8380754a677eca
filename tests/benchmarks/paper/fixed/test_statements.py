"""What a claim says is in no digest: it is held against the commit that brought its question."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from benchmarks.families.catalogue import FAMILIES
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
_SCRIPT = Path(__file__).with_name("stating.py")
_MOST_BROKEN = 10
"""Commits after one that cannot be loaded that are tried in its place."""


def _git(*arguments: str) -> bytes:
    command = ("git", "-C", str(ROOT), *arguments)
    return subprocess.run(command, check=True, capture_output=True).stdout


@cache
def _brought(family: str) -> dict[str, str]:
    """The commit that brought each digest, of a rule or of a question, into a family's file."""
    path = f"benchmarks/families/{family}/rules.json"
    log = _git("log", "--reverse", "--format=commit %H", "-p", "--", path).decode()
    found: dict[str, str] = {}
    commit = ""
    for line in log.splitlines():
        if line.startswith("commit "):
            commit = line.removeprefix("commit ")
        elif match := re.match(r'\+\s+"(?:question|digest)": "(\w+)"', line):
            found.setdefault(match[1], commit)
    return found


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


def reworded(now: Mapping[str, str], then: Mapping[str, str]) -> set[str]:
    """Claims that say something else than they said, or did not say anything then."""
    return {claim for claim, statement in now.items() if then.get(claim) != statement}


def test_a_statement_that_is_turned_round_is_found() -> None:
    then = {"a": "edits cost more", "b": "edits are level"}

    assert reworded({**then, "a": "edits cost less"}, then) == {"a"}
    assert reworded({**then, "c": "new"}, then) == {"c"}
    assert reworded(then, then) == set()


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


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Claims reworded since their rule was first entered, and since their question was."""
    needs_history()
    commits = _Commits(tmp_path_factory.mktemp("commits"))
    result: dict[str, set[str]] = {"rule": set(), "question": set()}
    for family in FAMILIES:
        brought, history = _brought(family.name), family.rules()
        for claim in family.claims():
            versions = history.get(claim.id, ())
            rules = [one.digest for one in versions if one.digest]
            asked = [one.parts["question"] for one in versions if "question" in one.parts]
            for part, digest in (("rule", rules[:1]), ("question", asked[-1:])):
                if digest and digest[0] in brought:
                    then = commits.said_at(brought[digest[0]], family.name)
                    result[part] |= reworded({claim.id: claim.statement}, then)
    commits.close()
    return result


def test_a_claim_says_what_it_said_when_its_question_was_fixed(
    found: dict[str, set[str]],
) -> None:
    assert found["question"] == set()


def test_a_claim_that_was_reworded_since_its_first_rule_is_listed(
    found: dict[str, set[str]],
) -> None:
    assert found["rule"] == REWORDED.keys()
