"""Which records commands read, in the process of the tests."""

import shutil
from pathlib import Path

import pytest

from benchmarks.commands import folders
from benchmarks.commands.folders import read_of_recipe, read_together
from benchmarks.commands.leaderboard import read_chains
from benchmarks.families.toedit.recipes.smoke import smoke
from data.errors import BadInput
from tests.support.places import RECORDS

RECIPE = "smoke-470bad5f"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the records of seed 0, and a home without records; from another folder."""
    folder = tmp_path / "project"
    _copy("*-seed0.json", folder)
    monkeypatch.setattr(folders, "COMMITTED", folder)
    monkeypatch.setenv("COLLAPSE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return folder


def _copy(pattern: str, folder: Path) -> None:
    place = folder / RECIPE
    place.mkdir(parents=True)
    for path in (RECORDS / RECIPE).glob(pattern):
        shutil.copy(path, place)


def test_the_records_of_the_project_are_found_from_any_folder(project: Path) -> None:
    assert len(read_of_recipe(smoke(), None)) == 6


def test_your_own_records_stand_beside_them_and_runs_again_do_not(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "home/records"
    _copy("replace-seed[01].json", own)

    found = read_together(None)

    assert [path for path, _ in found if path.is_relative_to(own)] == [
        own / RECIPE / "replace-seed1.json"
    ]
    assert len(found) == 7
    said = capsys.readouterr()
    assert said.out == ""
    assert "with 1 records of your own" in said.err
    assert "1 more are of runs that the project has" in said.err


def test_the_folder_of_one_recipe_is_read_too(project: Path) -> None:
    assert len(read_together([project / RECIPE])) == 6


def test_an_empty_folder_says_so(project: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match=r"empty holds no records of chains; .* collapse run smoke"):
        read_chains([tmp_path / "empty"])
    with pytest.raises(BadInput, match="gone is no folder"):
        read_together([tmp_path / "gone"])
