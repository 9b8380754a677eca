"""What a claim says is in no digest: it is held against the commit that brought its question."""

import io
import json
import re
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from benchmarks.families.catalogue import FAMILIES
from benchmarks.running.code import PACKAGES
from tests.support.checkout import needs_history
from tests.support.places import ROOT

_LEVEL = "called `bounded` at first: runs of finite length show a level, and no bound"
REWORDED: Mapping[str, str] = {
    "edit-previous-level": _LEVEL,
    "edit-source-level": _LEVEL,
    "cds.threshold": "asked of all models at first, by a number that any trend would have passed",
    "pad.data_efficiency": "said two things at once before there were students; par is asked apart",
}
"""Claims reworded after their rule was first entered and before their question was, and why."""
_MOST_BROKEN = 10
"""Commits after one that cannot be loaded that are tried in its place."""
_STATEMENTS = """
import json
from benchmarks.families.catalogue import FAMILIES
print(json.dumps({c.id: c.statement for family in FAMILIES for c in family.claims()}))
"""


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


def _said_at(commit: str, folder: Path) -> dict[str, str]:
    """What every claim says by the code of a commit, which computes it.

    Where that code cannot be loaded, as of a commit that names what a later one brought, it is the
    code of the next commit that can.
    """
    later = _git("rev-list", "--reverse", "--ancestry-path", f"{commit}..HEAD").decode().split()
    for one in (commit, *later[:_MOST_BROKEN]):
        told = _said_by(one, folder / one)
        if told is not None:
            return told
    raise AssertionError(f"neither {commit} nor the {_MOST_BROKEN} commits after it can be loaded")


def _said_by(commit: str, folder: Path) -> dict[str, str] | None:
    """What every claim says by the code of one commit; None where that cannot be loaded."""
    with tarfile.open(fileobj=io.BytesIO(_git("archive", commit, "--", *PACKAGES))) as archive:
        kept = [one for one in archive if not one.name.startswith("benchmarks/records/")]
        archive.extractall(folder, kept, filter="data")
    told = subprocess.run(
        (sys.executable, "-c", _STATEMENTS),
        cwd=folder, env={"PYTHONPATH": str(folder)}, check=False, capture_output=True,
    )  # fmt: skip
    return None if told.returncode else dict(json.loads(told.stdout))


def reworded(now: Mapping[str, str], then: Mapping[str, str]) -> set[str]:
    """Claims that say something else than they said, or did not say anything then."""
    return {claim for claim, statement in now.items() if then.get(claim) != statement}


def test_a_statement_that_is_turned_round_is_found() -> None:
    then = {"a": "edits cost more", "b": "edits are level"}

    assert reworded({**then, "a": "edits cost less"}, then) == {"a"}
    assert reworded({**then, "c": "new"}, then) == {"c"}
    assert reworded(then, then) == set()


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Claims reworded since their rule was first entered, and since their question was."""
    needs_history()
    folder = tmp_path_factory.mktemp("commits")
    said = cache(lambda commit: _said_at(commit, folder))
    result: dict[str, set[str]] = {"rule": set(), "question": set()}
    for family in FAMILIES:
        brought, history = _brought(family.name), family.rules()
        for claim in family.claims():
            versions = history.get(claim.id, ())
            rules = [one.digest for one in versions if one.digest]
            asked = [one.parts["question"] for one in versions if "question" in one.parts]
            for part, digest in (("rule", rules[:1]), ("question", asked[-1:])):
                if digest and digest[0] in brought:
                    then = said(brought[digest[0]])
                    result[part] |= reworded({claim.id: claim.statement}, then)
    return result


def test_a_claim_says_what_it_said_when_its_question_was_fixed(
    found: dict[str, set[str]],
) -> None:
    assert found["question"] == set()


def test_a_claim_that_was_reworded_since_its_first_rule_is_listed(
    found: dict[str, set[str]],
) -> None:
    assert found["rule"] == REWORDED.keys()
