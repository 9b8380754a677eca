"""A clone whose path holds a space: what installs, runs and shows works there as anywhere."""

import configparser
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.places import RECORDS, ROOT

pytestmark = pytest.mark.long

_PACKAGES = ("benchmarks", "data", "lightning_modules", "theory")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code and the records of one recipe, below a folder with a space in its name."""
    folder = tmp_path_factory.mktemp("with spaces") / "my clone"
    apart = shutil.ignore_patterns("__pycache__", "records", "gpu_runs", "synthetic")
    for name in _PACKAGES:
        shutil.copytree(ROOT / name, folder / name, ignore=apart)
    for name in ("pyproject.toml", "README.md", "LICENSE", "tox.ini"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "locks", folder / "locks")
    (smoke,) = RECORDS.glob("smoke-*")
    shutil.copytree(smoke, folder / "benchmarks" / "records" / smoke.name)
    return folder


def _python(
    clone: Path, *arguments: str, folder: Path | None = None, **more: str
) -> "subprocess.CompletedProcess[str]":
    variables = {**os.environ, "PYTHONPATH": str(clone), "OMP_NUM_THREADS": "1", **more}
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=folder or clone, env=variables, capture_output=True, text=True, check=False
    )


def test_pip_finds_the_constraints_of_tox(clone: Path) -> None:
    """Pip splits what it reads from an environment variable at spaces."""
    if _python(clone, "-m", "pip", "--version").returncode:
        pytest.skip("this environment has no pip")
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(clone / "tox.ini")
    lines = tox["testenv"]["set_env"].splitlines()
    (constraint,) = [line.partition(" = ")[2] for line in lines if "PIP_CONSTRAINT" in line]
    asked = constraint.replace("{tox_root}", str(clone)).replace("{env_name}", "lint")
    install = ("-m", "pip", "install", "--dry-run", "--no-index", "no-such-package-here")

    said = _python(clone, *install, PIP_CONSTRAINT=asked).stderr

    assert "constraint file" not in said
    assert "no-such-package-here" in said
    split = _python(clone, *install, PIP_CONSTRAINT=f"{clone}/locks/lint.txt").stderr
    assert "Could not open constraint file" in split  # so that the test can fail


def test_a_chain_runs_on_two_processes_and_its_record_is_checked(
    clone: Path, recipe_text: str
) -> None:
    """Torchrun starts the processes from the clone; stages, record and figure lie in it too."""
    (clone / "mine.py").write_text(recipe_text)
    shutil.copy(clone / "locks" / "bench-smoke.txt", clone / "my lock.txt")

    run = _python(
        clone, "-m", "benchmarks", "run", "mine.py:mine", "--devices", "2", "--device", "cpu",
        "--records", "my records", COLLAPSE_LOCK=str(clone / "my lock.txt"),
    )  # fmt: skip

    assert run.returncode == 0, run.stderr
    (record, *_) = (clone / "my records").rglob("*.json")
    assert json.loads(record.read_text())["environment"]["lock"]["name"] == "my lock.txt"
    assert list((clone / "outputs").glob("*.png"))


def test_records_are_shown_ranked_and_drawn_on_a_page(clone: Path) -> None:
    pytest.importorskip("itables")
    shown = _python(clone, "-m", "benchmarks", "show", "smoke")
    ranked = _python(clone, "-m", "benchmarks", "leaderboard", "--html", "my page")

    assert shown.returncode == 0, shown.stderr
    assert ranked.returncode == 0, ranked.stderr
    assert (clone / "my page" / "index.html").is_file()


@pytest.mark.slow
def test_a_chain_runs_on_a_ray_cluster(clone: Path, recipe_text: str) -> None:
    pytest.importorskip("ray")
    (clone / "mine.py").write_text(recipe_text)

    run = _python(
        clone, "-m", "benchmarks", "run", "mine.py:mine", "--engine", "ray", "--device", "cpu",
        "--records", "ray records", "--outputs", "ray outputs",
    )  # fmt: skip

    assert run.returncode == 0, run.stderr
    assert list((clone / "ray records").rglob("*.json"))
