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
from tests.support.places import ROOT

REWORDED: Mapping[str, str] = {}
"""Claims whose statement was reworded after their question was fixed, each with the reason."""
_STATEMENTS = """
import json
from benchmarks.families.catalogue import FAMILIES
print(json.dumps({c.id: c.statement for family in FAMILIES for c in family.claims()}))
"""


def _git(*arguments: str) -> bytes:
    command = ("git", "-C", str(ROOT), *arguments)
    return subprocess.run(command, check=True, capture_output=True).stdout


def _needs_history() -> None:
    command = ("git", "-C", str(ROOT), "rev-parse", "--is-shallow-repository")
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    if told.stdout.strip() != "false":
        pytest.skip("needs the whole history of git")


@cache
def _brought(family: str) -> dict[str, str]:
    """The commit that brought each digest of a question into a family's file."""
    path = f"benchmarks/families/{family}/rules.json"
    log = _git("log", "--reverse", "--format=commit %H", "-p", "--", path).decode()
    found: dict[str, str] = {}
    commit = ""
    for line in log.splitlines():
        if line.startswith("commit "):
            commit = line.removeprefix("commit ")
        elif match := re.match(r'\+\s+"question": "(\w+)"', line):
            found.setdefault(match[1], commit)
    return found


def _said_at(commit: str, folder: Path) -> dict[str, str]:
    """What every claim says by the code of a commit, which computes it."""
    with tarfile.open(fileobj=io.BytesIO(_git("archive", commit, "--", *PACKAGES))) as archive:
        kept = [one for one in archive if not one.name.startswith("benchmarks/records/")]
        archive.extractall(folder, kept, filter="data")
    told = subprocess.run(
        (sys.executable, "-c", _STATEMENTS),
        cwd=folder, env={"PYTHONPATH": str(folder)}, check=True, capture_output=True,
    )  # fmt: skip
    return dict(json.loads(told.stdout))


def reworded(now: Mapping[str, str], then: Mapping[str, str]) -> set[str]:
    """Claims that say something else than they said, or did not say anything then."""
    return {claim for claim, statement in now.items() if then.get(claim) != statement}


def test_a_statement_that_is_turned_round_is_found() -> None:
    then = {"a": "edits cost more", "b": "edits are level"}

    assert reworded({**then, "a": "edits cost less"}, then) == {"a"}
    assert reworded({**then, "c": "new"}, then) == {"c"}
    assert reworded(then, then) == set()


def test_a_claim_says_what_it_said_when_its_question_was_fixed(tmp_path: Path) -> None:
    """A question is fixed with the words that it answers; later words stand here with a reason."""
    _needs_history()
    by_commit: dict[str, dict[str, str]] = {}
    for family in FAMILIES:
        brought, history = _brought(family.name), family.rules()
        for claim in family.claims():
            asked = [one.parts["question"] for one in history.get(claim.id, ()) if one.parts.get(
                "question")]  # fmt: skip
            if asked and asked[-1] in brought:
                by_commit.setdefault(brought[asked[-1]], {})[claim.id] = claim.statement

    assert by_commit
    found = set[str]().union(
        *(reworded(now, _said_at(c, tmp_path / c)) for c, now in by_commit.items())
    )
    assert found == REWORDED.keys()
