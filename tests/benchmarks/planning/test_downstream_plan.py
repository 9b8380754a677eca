"""A plan of a chain whose models are scored on downstream tasks, beside the run that it is of."""

import importlib.machinery
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from benchmarks.chains.recipe import Recipe
from benchmarks.downstream.lm_eval_tasks import Downstream
from benchmarks.planning.chain import planned_chain
from benchmarks.planning.estimates import Basis
from lightning_modules.device import Device
from tests.support.chains import run_quietly

CPU = Device(name="cpu")


@pytest.fixture
def asking(questions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In place of lm-eval, which may not be installed: it is there, and asks nothing."""
    module = ModuleType("lm_eval")
    module.__spec__ = importlib.machinery.ModuleSpec("lm_eval", None)
    monkeypatch.setitem(sys.modules, "lm_eval", module)
    monkeypatch.setattr(
        "benchmarks.downstream.stages.metadata", SimpleNamespace(version=lambda name: "0")
    )
    monkeypatch.setattr("data.sources.fetching.verify", lambda path, wheel: None)  # made up
    nothing = Downstream({}, {}, {}, {}, {}, tokens=1, lm_eval="0")
    monkeypatch.setattr(
        "benchmarks.downstream.scoring.evaluate_tasks", lambda *args, **settings: nothing
    )


@pytest.mark.usefixtures("asking")
def test_a_plan_has_the_stages_that_search_for_questions_and_score(
    tiny: Recipe, tmp_path: Path
) -> None:
    recipe = replace(
        tiny,
        workflows=("same_human",),
        generations=1,
        downstream=("collapse_openbookqa",),
        downstream_limit=2,
        downstream_at="last generation",
    )
    outputs = tmp_path / "outputs"

    before = planned_chain(recipe, "same_human", 0, outputs, CPU)
    records = run_quietly(recipe, outputs)
    after = planned_chain(recipe, "same_human", 0, outputs, CPU)

    names = [f"{one.label} {one.kind}" for one in before]
    assert names == [f"{one.label} {one.kind}" for one in after]
    assert "generation 0 overlap" in names
    assert [name for name in names if name.endswith("downstream")] == ["generation 1 downstream"]
    assert {one.state for one in before} == {"runs"}
    assert {one.state for one in after} == {"found"}
    made = {path.name for path in (outputs / "stages").iterdir() if path.is_dir()}
    assert {one.folder.name for one in after} == made

    basis = Basis(records)
    known = basis.of(recipe, "same_human", 1, "downstream")
    more = basis.of(replace(recipe, downstream_limit=6), "same_human", 1, "downstream")
    assert known is not None
    assert known.measured
    assert more is not None
    assert not more.measured
    assert more.seconds == pytest.approx(3 * known.seconds)
    unknown = replace(recipe, downstream=("hellaswag",), downstream_limit=None)
    assert basis.of(unknown, "same_human", 1, "downstream") is None
