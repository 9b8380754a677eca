"""A module of a user that has the name of one of our packages, where Python looks first."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.places import ROOT


def _python(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **more}
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("name", ["data.py", "theory.py", "lightning_modules/__init__.py"])
def test_a_command_says_in_one_line_what_hides_a_package(name: str, tmp_path: Path) -> None:
    hiding = tmp_path / name
    hiding.parent.mkdir(exist_ok=True)
    hiding.write_text("")

    outcome = _python(tmp_path, "-m", "benchmarks", "--version")

    assert outcome.returncode == 2
    assert outcome.stderr.count("\n") == 1
    assert f"is read from {tmp_path / name.split('/')[0]}" in outcome.stderr
    assert "start with `collapse`" in outcome.stderr


def test_a_script_gets_an_error_of_the_same_words(tmp_path: Path) -> None:
    (tmp_path / "data.py").write_text("")

    outcome = _python(tmp_path, "-c", "import benchmarks.api")

    assert outcome.returncode == 1
    assert outcome.stderr.splitlines()[-1].startswith("ImportError: data is read from ")


def test_a_folder_of_data_that_is_no_package_hides_nothing_that_comes_later(
    tmp_path: Path,
) -> None:
    (tmp_path / "data").mkdir()

    assert _python(tmp_path, "-c", "import benchmarks").returncode == 0


def test_a_console_script_works_beside_such_a_file(tmp_path: Path) -> None:
    """It is in a folder of its own, as an installed `collapse` is."""
    (tmp_path / "data.py").write_text("")
    (tmp_path / "bin").mkdir()
    script = tmp_path / "bin" / "collapse"
    script.write_text("from benchmarks.__main__ import main\nmain()\n")

    outcome = _python(tmp_path, str(script), "--version")

    assert outcome.returncode == 0, outcome.stderr


def test_processes_that_we_start_find_our_packages_beside_such_a_file(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "data.py").write_text("")
    script = tmp_path / "bin" / "start.py"
    script.write_text(
        "import sys\n"
        "from benchmarks.running.torchrun import under_torchrun\n"
        "sys.exit(under_torchrun(1, 'benchmarks', '--version'))\n"
    )

    outcome = _python(tmp_path, str(script))

    assert outcome.returncode == 0, outcome.stderr
    assert "collapse-ledger" in outcome.stdout


def test_docs_start_no_command_where_a_file_may_hide_a_package() -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    shown = {page.name: page.read_text(encoding="utf-8") for page in pages}

    assert [name for name, text in shown.items() if "\n    -m benchmarks" in text] == []
    assert "--no-python collapse run RECIPE" in shown["scale.md"]


def test_a_package_that_lies_elsewhere_by_a_link_is_ours(tmp_path: Path) -> None:
    (tmp_path / "linked").symlink_to(ROOT, target_is_directory=True)

    outcome = _python(
        tmp_path, "-c", "import benchmarks, data.errors", PYTHONPATH=str(tmp_path / "linked")
    )

    assert outcome.returncode == 0, outcome.stderr
