"""What a record says of the code that made it."""

import shutil
import subprocess
import tarfile
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from benchmarks import run
from benchmarks.chains.record import Record, read_record
from benchmarks.families.catalogue import find_recipe
from benchmarks.running.progress import Progress
from benchmarks.running.surroundings import Commit, commit
from lightning_modules.device import Device
from tests.support.places import RECORDS

_RESULTS = (
    "benchmarks/records/smoke/replace-seed0.json",
    "LEADERBOARD.md",
    "docs/figures/page.svg",
    "benchmarks/speed_history.jsonl",
)
_CODE = ("benchmarks/run.py", "docs/page.md", "benchmarks/recipes/records/a.py")


def _git(tree: Path, *arguments: str) -> str:
    settings = ("-c", "user.name=somebody", "-c", "user.email=a@example.org")
    command = ["git", "-C", str(tree), *settings, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A checkout with results and code."""
    _git(tmp_path, "init", "--quiet")
    for name in (*_RESULTS, *_CODE):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("old")
    _git(tmp_path, "add", ".")
    _git(tmp_path, "commit", "--quiet", "-m", "first")
    return tmp_path


def test_changed_results_and_new_files_are_no_changed_code(tree: Path) -> None:
    for name in (*_RESULTS, "benchmarks/new.py"):
        (tree / name).write_text("new")

    assert commit(tree / "benchmarks") == Commit(_git(tree, "rev-parse", "HEAD"), False)


@pytest.mark.parametrize("name", _CODE)
def test_changed_code_is_dirty(tree: Path, name: str) -> None:
    (tree / name).write_text("new")

    assert commit(tree / "benchmarks").dirty


def test_outside_a_checkout_nothing_is_known(tmp_path: Path) -> None:
    assert commit(tmp_path) == Commit("unknown", True)


def test_an_archive_that_git_made_names_its_commit_but_not_what_has_changed(tree: Path) -> None:
    (tree / ".git_archival.txt").write_text("commit: $Format:%H$\n")
    (tree / ".gitattributes").write_text(".git_archival.txt export-subst\n")
    _git(tree, "add", ".")
    _git(tree, "commit", "--quiet", "-m", "archived")
    unpacked = tree / "unpacked"
    unpacked.mkdir()
    _git(tree, "archive", "--output", "all.tar", "HEAD")
    with tarfile.open(tree / "all.tar") as archive:
        archive.extractall(unpacked, filter="data")
    head = _git(tree, "rev-parse", "HEAD")
    shutil.rmtree(tree / ".git")

    assert commit(unpacked / "benchmarks") == Commit(head, True)


def test_all_chains_of_a_run_are_of_the_commit_at_its_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A commit that is made while chains run changes nothing of the code that is loaded."""
    smoke = replace(find_recipe("smoke"), workflows=("fresh_human", "replace"))
    commits = (Commit(str(number), False) for number in count())
    codes: list[Commit] = []

    def chain(recipe: Any, workflow: str, seed: int, session: run.Session) -> Record:
        codes.append(session.code)
        return read_record(RECORDS / "smoke-470bad5f" / f"{workflow}-seed{seed}.json")

    monkeypatch.setattr(run, "commit", lambda: next(commits))
    monkeypatch.setattr(run, "_run_one", chain)
    session = run.Session(
        outputs=tmp_path,
        records=tmp_path / "records",
        device=Device(name="cpu"),
        progress=Progress(Console(quiet=True)),
    )
    run.run_recipe(smoke, [0, 1], session)

    assert codes == [Commit("0", False)] * 4
