"""The code of the documentation runs as it stands."""

import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.chains.chain import run_chain
from benchmarks.chains.recipe import Recipe
from benchmarks.chains.record import read_records
from benchmarks.comparing.curves import curves
from benchmarks.families.catalogue import RECIPES, find_recipe
from benchmarks.leaderboard.checks.check import findings_of
from benchmarks.leaderboard.checks.provenance import Repository
from benchmarks.leaderboard.ranking import rank, setting_digest
from benchmarks.profile.answers import profile_records
from benchmarks.profile.page import as_html
from tests.support.chains import Workshop, run_quietly
from tests.support.places import ROOT

_PAGE = ROOT / "docs" / "add_a_method.md"


def _code() -> str:
    (block,) = re.findall(r"```python\n(.*?)```", _PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return str(block)


def test_a_method_takes_twenty_lines() -> None:
    assert len([line for line in _code().splitlines() if line.strip()]) <= 20


def test_the_page_names_all_that_materials_offer() -> None:
    from data.workflow import Materials

    settings = {"human_share", "candidates"}
    offered = [name for name in vars(Materials) if not name.startswith("_")]
    text = _PAGE.read_text(encoding="utf-8")

    assert [name for name in offered if f"`{name}`" not in text] == sorted(settings, reverse=True)


def test_the_method_of_the_page_runs_and_is_recorded_under_its_name(
    tiny: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.py").write_text(_code())
    monkeypatch.chdir(tmp_path)
    study = find_recipe("mine.py:study")
    small = replace(tiny, name="study", generations=1, workflows=study.workflows)

    run_quietly(small, tmp_path / "outputs")

    records = read_records(tmp_path / "records")
    losses = {curve.workflow: curve.mean[-1] for curve in curves(records)}
    (mine,) = (record for record in records if record.workflow == "mine.py:keep_variety")
    assert mine.method_sha256 == hashlib.sha256(_code().encode()).hexdigest()
    assert (tmp_path / "records" / f"study-{small.digest}" / "keep_variety-seed0.json").is_file()
    assert losses["mine.py:keep_variety"] != losses["replace"]
    profiles = {profile.subject: profile for profile in profile_records(records)}
    assessments = profiles["mine.py:keep_variety"].assessments
    assert profiles.keys() == losses.keys() - {"fresh_human"}
    assert {one.answer for one in assessments} == {"undecided"}  # one seed decides nothing
    assert next(one for one in assessments if one.id == "any-increase").effect is not None
    assert "keep_variety" in as_html(list(profiles.values()))
    assert {s.method for track in rank(records) for s in track.standings} == {
        f"keep_variety {hashlib.sha256(_code().encode()).hexdigest()[:8]}",
        "replace",
    }
    wrong = [f for f in findings_of(records, Repository()) if f.level == "error"]
    assert [str(f) for f in wrong if f.check != "commit"] == []  # this checkout may be at work


def test_the_method_of_the_page_competes_with_the_committed_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.py").write_text(_code())
    monkeypatch.chdir(tmp_path)
    study = find_recipe("mine.py:study")
    committed = read_records(_PAGE.parents[1] / "benchmarks" / "records")
    theirs = next(record for record in committed if record.recipe["name"] == "smoke")

    mine = theirs.model_copy(update={"recipe": study.as_dict(), "digest": study.digest})

    assert mine.digest != theirs.digest
    assert setting_digest(mine) == setting_digest(theirs)


def test_another_score_is_another_stage(tiny: Recipe, workshop: Workshop, tmp_path: Path) -> None:
    """The source text of a score is part of the stage's address."""
    file = tmp_path / "mine.py"
    recipe = replace(tiny, generations=1, workflows=(f"{file}:keep_variety",))
    file.write_text(_code())
    first = run_chain(workshop.chain(recipe), f"{file}:keep_variety")[1]
    file.write_text(_code().replace("len(set(split_words(text)))", "-len(split_words(text))"))

    second = run_chain(workshop.chain(recipe), f"{file}:keep_variety")[1]

    assert first.stages["select"].digest != second.stages["select"].digest
    assert first.stages["sample"].digest == second.stages["sample"].digest


def test_the_recipe_of_the_page_on_fine_tuning_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = _PAGE.with_name("fine_tuning.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (tmp_path / "mine.py").write_text(code)
    monkeypatch.chdir(tmp_path)

    recipe = find_recipe("mine.py:mine")

    assert recipe.fit.lora is not None
    assert recipe.checkpoint == "smollm2"
    named = {name for name in RECIPES if RECIPES[name]().base is not None}
    assert all(f"`{name}`" in page for name in named)
