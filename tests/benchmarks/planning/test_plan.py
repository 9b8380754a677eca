"""A plan beside the run that it is of: a tiny chain on the bench of a temporary folder."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.chains.recipe import Recipe
from benchmarks.chains.record import read_record
from benchmarks.families.toedit.recipes.smoke import smoke
from benchmarks.planning.chain import planned_chain
from benchmarks.planning.estimates import Basis
from benchmarks.planning.stages import PlannedStage
from benchmarks.planning.words import explained, once, plan_sentence
from benchmarks.running.own_code import load_function
from lightning_modules.device import Device
from tests.support.chains import run_quietly
from tests.support.places import RECORDS

CPU = Device(name="cpu")
ARMS = ("edit_random", "replace")


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory, recipe_text: str) -> Recipe:
    path = tmp_path_factory.mktemp("recipe") / "mine.py"
    path.write_text(recipe_text)
    made = load_function(f"{path}:mine")()
    assert isinstance(made, Recipe)
    return replace(made, workflows=ARMS)


def _states(recipe: Recipe, outputs: Path) -> dict[str, set[str]]:
    return {
        arm: {f"{one.label} {one.kind} {one.state}" for one in _plan(recipe, arm, outputs)}
        for arm in ARMS
    }


def _plan(recipe: Recipe, arm: str, outputs: Path) -> list[PlannedStage]:
    return planned_chain(recipe, arm, 0, outputs, CPU)


def test_a_plan_has_the_stages_of_the_run_and_finds_them_afterwards(
    recipe: Recipe, tmp_path: Path
) -> None:
    """`edit_random` asks a chain beside it how many tokens that changed."""
    before = _states(recipe, tmp_path / "outputs")
    assert list(tmp_path.iterdir()) == []

    run_quietly(recipe, tmp_path / "outputs")
    after = _states(recipe, tmp_path / "outputs")

    for arm in ARMS:
        assert {name.rsplit(" ", 1)[0] for name in before[arm]} == {
            name.rsplit(" ", 1)[0] for name in after[arm]
        }
        assert all(name.endswith(" runs") for name in before[arm])
        assert all(name.endswith(" found") for name in after[arm])
    made = {path.name for path in (tmp_path / "outputs/stages").iterdir() if path.is_dir()}
    planned = {one.folder.name for arm in ARMS for one in _plan(recipe, arm, tmp_path / "outputs")}
    assert planned == made

    slower = replace(recipe, fit=replace(recipe.fit, learning_rate=1e-4))
    plan = [(one, None) for one in _plan(slower, "replace", tmp_path / "outputs")]
    lines = list(explained(once({"replace": plan})))
    (fit,) = (line for line in lines if line.startswith("replace generation 1 fit"))
    assert "runs again: arguments.optimization.learning_rate was 0.005, is 0.0001" in fit
    assert any("generation 1 sample: reused sample-" in line for line in lines)


def test_costs_are_those_on_record_or_scaled_from_them(recipe: Recipe) -> None:
    record = read_record(RECORDS / "smoke-470bad5f" / "replace-seed0.json")
    basis = Basis([record])

    known = basis.of(smoke(), "replace", 2, "fit")
    scaled = basis.of(recipe, "replace", 1, "fit")

    assert known is not None
    assert known.measured
    assert known.seconds == record.generations[2].stages["fit"].seconds
    assert scaled is not None
    assert not scaled.measured
    assert 0 < scaled.seconds < known.seconds / 20
    assert basis.of(smoke(), "replace", 1, "judge") is None


def test_a_stage_that_was_cut_off_goes_on(recipe: Recipe, tmp_path: Path) -> None:
    first = _plan(recipe, "replace", tmp_path)[0]
    first.folder.with_name(f"{first.folder.name}.partial").mkdir(parents=True)

    again = [(one, None) for one in _plan(recipe, "replace", tmp_path)]

    assert again[0][0].state == "runs on"
    assert " 0 found, 1 go on where they were, " in plan_sentence(once({"replace": again}), "")
