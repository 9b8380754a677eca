"""The family of the page is one: it runs as it stands, and every command knows it."""

import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from benchmarks.__main__ import app
from benchmarks.families import catalogue
from benchmarks.paper.family import Family
from benchmarks.running.record import StudyRecord
from data.errors import BadInput
from tests.support.places import ROOT

_PAGE = (ROOT / "docs" / "add_a_family.md").read_text(encoding="utf-8")


def _code() -> str:
    (block,) = re.findall(r"```python\n(.*?)```", _PAGE, re.DOTALL)
    return str(block)


@pytest.fixture
def dice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Family]:
    """The family of the page, as the last one of the catalogue."""
    file = tmp_path / "dice" / "family.py"
    file.parent.mkdir()
    file.write_text(_code())
    spec = importlib.util.spec_from_file_location("dice_family", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "dice_family", module)
    spec.loader.exec_module(module)
    family = module.FAMILY
    monkeypatch.setattr(catalogue, "FAMILIES", (*catalogue.FAMILIES, family))
    monkeypatch.setattr(catalogue, "RECIPES", {**catalogue.RECIPES, **family.recipes})
    monkeypatch.chdir(tmp_path)
    return family


def _collapse(*arguments: str) -> Result:
    result = CliRunner().invoke(app, arguments, env={"COLUMNS": "200"}, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def _run(records: str = "records") -> str:
    seeds = ("--seed", "0", "--seed", "1", "--seed", "2")
    return _collapse(
        "run", "dice", *seeds, "--device", "cpu", "--outputs", "outputs", "--records", records
    ).output


def test_the_family_of_the_page_is_small() -> None:
    assert len([line for line in _code().splitlines() if line.strip()]) <= 60


def test_it_runs_and_leaves_records_that_are_read(dice: Family, tmp_path: Path) -> None:
    output = _run()

    found = catalogue.read_all(tmp_path / "records")
    means = {(r.arm, r.seed): r.metrics["mean_face"] for r in found if isinstance(r, StudyRecord)}
    assert set(means) == {(arm, seed) for arm in ("fair", "loaded") for seed in range(3)}
    assert {type(record) for record in found} == {dice.record()}
    for seed in range(3):
        fair, loaded = means["fair", seed], means["loaded", seed]
        assert fair.stderr is not None
        assert abs(fair.value - 3.5) < 4 * fair.stderr
        assert loaded.value > 3.5 + 4 * fair.stderr
    assert "mean_face" in output


def test_a_second_run_finds_its_stages_finished(dice: Family, tmp_path: Path) -> None:
    _run()
    folders = sorted((tmp_path / "outputs" / "stages").iterdir())
    written = [path.stat().st_mtime_ns for path in folders]

    _run("again")

    assert sorted((tmp_path / "outputs" / "stages").iterdir()) == folders
    assert [path.stat().st_mtime_ns for path in folders] == written


def test_a_changed_record_is_refused(dice: Family, tmp_path: Path) -> None:
    _run()
    path = next((tmp_path / "records").glob("dice-*/fair-seed0.json"))
    path.write_text(path.read_text().replace('"throws": 600', '"throws": 601'))

    with pytest.raises(BadInput, match="the recipe inside gives"):
        catalogue.read_all(tmp_path / "records")


def test_every_list_names_it(dice: Family) -> None:
    assert "De ludo aleae" in _collapse("list", "families").output
    assert dice.recipes["dice"]().digest in _collapse("list", "recipes").output


def test_its_records_are_shown_without_a_run(dice: Family) -> None:
    _run()

    shown = _collapse("show", "dice", "--records", "records").output

    assert "loaded" in shown
    assert "mean_face" in shown


def test_the_page_names_every_field_that_a_family_may_bring() -> None:
    fields = {
        name
        for name in Family.__dataclass_fields__
        if name not in ("speed_rows", "gpu_steps", "see_also", "table_figures")
    }

    assert [name for name in fields if f"`{name}`" not in _PAGE and f"{name}=" not in _PAGE] == []
