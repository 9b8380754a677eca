"""Guards of the project as a whole."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from benchmarks.chains.record import read_records
from benchmarks.comparing.tables import markdown
from benchmarks.families.toedit.recipes.workflows import workflows
from benchmarks.profile.answers import profile_records
from benchmarks.profile.markdown import profile_markdown
from tests.support.places import RECORDS, ROOT

_PACKAGES = ("theory", "data", "lightning_modules", "benchmarks")


def _modules() -> list[Path]:
    return [path for package in _PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


@pytest.mark.parametrize("path", _modules(), ids=lambda path: path.name)
def test_a_module_is_no_longer_than_400_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400


def _expanded(section: str) -> list[str]:
    """The environments of a section: `bench-{a,b}` is bench-a and bench-b."""
    head, _, factors = section.partition("{")
    return [f"{head}{factor}" for factor in factors.rstrip("}").split(",")]


def test_every_tox_environment_has_a_lock() -> None:
    tox = (ROOT / "tox.ini").read_text()
    sections = re.findall(r"^\[testenv:(.+)\]$", tox, re.MULTILINE)
    names = {name for section in sections for name in _expanded(section)} - {"lock"}

    assert {path.stem for path in (ROOT / "locks").glob("*.txt")} == names | {"tox"}


def test_no_file_names_a_package_index() -> None:
    tracked = subprocess.run(
        ["git", "-C", str(ROOT), "grep", "-lIE", "https?://[a-z.]*(pypi|pythonhosted)"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()

    assert [name for name in tracked if name != "tests/test_project.py"] == []


@pytest.mark.skipif(Path("/dev/nvidiactl").exists(), reason="a GPU is not refused")
def test_light_commands_do_not_load_torch(tmp_path: Path) -> None:
    script = f"""
import sys
import tomllib
from benchmarks.__main__ import app
import benchmarks.families.catalogue, benchmarks.profile.answers, theory.claims

records = ["--records", {str(RECORDS)!r}]
for command in (
    ["run", "nonsense"],
    ["run", "smoke", "--device", "cuda"],
    ["run", "smoke", "--jobs", "many"],
    ["run", "smoke", "--sharded"],
    ["gpu"],
    ["show", "smoke", *records, "--figure", "smoke.png"],
    ["leaderboard", *records],
):
    try:
        app(command, standalone_mode=False)
    except ValueError as error:
        print(error)
    assert "torch" not in sys.modules, command
"""
    outcome = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert outcome.returncode == 0, outcome.stderr
    assert "unknown recipe 'nonsense'" in outcome.stdout
    assert outcome.stdout.count("no CUDA device is visible; run with --device cpu") == 1
    assert outcome.stdout.count("no CUDA device is visible; --cpu tries every line") == 1
    assert (tmp_path / "smoke.png").is_file()


def _block(path: Path, name: str) -> str:
    shown = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", path.read_text(), re.DOTALL)
    assert shown is not None
    return shown[1].strip()


def test_the_page_of_all_workflows_shows_their_records() -> None:
    page, digest = ROOT / "docs" / "workflows.md", workflows().digest
    records = [r for r in read_records(RECORDS) if r.digest == digest]

    assert _block(page, "workflows") == markdown(records).strip()
    found = profile_markdown(profile_records(records))
    assert _block(page, "profile") == found.strip()


def test_what_the_code_reads_beside_modules_is_installed_with_it() -> None:
    """Templates, published numbers and tasks; records and histories are no part of a package."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = settings["tool"]["setuptools"]["package-data"]["benchmarks"]
    folder = ROOT / "benchmarks"
    installed = {path for pattern in patterns for path in folder.glob(pattern)}
    kept_apart = ("records", "synthetic", "calibration.csv", "speed_history.jsonl", "gpu_runs")
    read = {
        path
        for path in folder.rglob("*")
        if path.is_file()
        and path.suffix not in (".py", ".pyc")
        and path.relative_to(folder).parts[0] not in kept_apart
    }

    assert {path.relative_to(folder).as_posix() for path in read - installed} == set()
