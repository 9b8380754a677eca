from dataclasses import replace

import pytest

from benchmarks.chains.cost import parameters
from benchmarks.downstream.lm_eval_tasks import hub_tasks
from benchmarks.families.catalogue import RECIPES
from benchmarks.families.toedit.audit import PUBLISHED
from benchmarks.families.toedit.recipes.paper_runs import paper_inputs, recipes_of, start
from benchmarks.families.toedit.recipes.plans import PLANS, PaperPlan
from lightning_modules.settings import Lora


@pytest.fixture
def plan() -> PaperPlan:
    return PaperPlan(
        tables=("2",),
        summary="a plan",
        model="a/b",
        parameters=1e9,
        from_scratch=True,
        data=("c/d",),
        tokens=1e9,
        unique_tokens=1e9,
        runs=1,
        tokens_per_step=1_000_000,
        learning_rate=1e-4,
    )


def test_training_takes_six_operations_per_parameter_and_token(plan: PaperPlan) -> None:
    assert plan.cost.training_flops == 6e18
    assert replace(plan, lora=Lora(rank=16, alpha=32.0)).cost.training_flops == 4e18
    assert replace(plan, runs=2).cost.training_flops == 12e18


def test_scoring_takes_two(plan: PaperPlan) -> None:
    scored = replace(plan, prior="e/f", prior_parameters=2e9, scored_tokens=1e9)

    assert scored.cost.scoring_flops == 4e18


def test_hours_follow_from_operations(plan: PaperPlan) -> None:
    # 6e18 / (989e12 * 0.4) / 3600
    assert plan.cost.device_hours == pytest.approx(4.213, abs=1e-3)


def test_memory_is_that_of_the_larger_model(plan: PaperPlan) -> None:
    # weight, gradient and two moments in fp32; a frozen weight in two bytes
    assert plan.cost.memory_bytes == 16e9
    assert replace(plan, lora=True).cost.memory_bytes == 2e9
    assert replace(plan, prior_parameters=20e9).cost.memory_bytes == 40e9


def test_every_table_has_exactly_one_plan() -> None:
    planned = [table for plan in PLANS.values() for table in plan.tables]

    assert sorted(planned) == sorted(PUBLISHED.tables)


def test_a_plan_is_no_recipe() -> None:
    assert not set(PLANS) & set(RECIPES)


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_says_what_it_needs_and_costs(name: str) -> None:
    lines = PLANS[name].lines(name)

    for word in ("model", "data", "training", "time", "memory", "disk"):
        assert any(line.startswith(f"{word}: ") for line in lines)


def test_an_unknown_setting_is_said_to_be_chosen() -> None:
    for plan in PLANS.values():
        assert plan.learning_rate is not None or plan.runs == 0 or plan.chosen


def test_a_plan_refuses_and_names_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "benchmarks.families.toedit.recipes.plans.try_to_load_from_cache", lambda *a, **k: None
    )

    with pytest.raises(ValueError, match=r"allenai/dolma is not in the hub's cache; .*dry-run"):
        start("pretraining_paper")


def test_a_plan_that_this_version_cannot_run_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.families.toedit.recipes.plans._cached", lambda *a: True)

    with pytest.raises(ValueError, match="lists of messages"):
        start("repeated_editing_paper")


@pytest.mark.parametrize("name", [name for name in PLANS if not PLANS[name].needs])
def test_the_papers_own_inputs_are_those_of_the_plan(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "benchmarks.families.toedit.recipes.paper_runs._snapshot", lambda model: f"cache/{model}"
    )
    plan, inputs = PLANS[name], paper_inputs(name)

    for recipe in recipes_of(name, inputs):
        assert recipe.tier == "paper"
        assert recipe.human.source in {f"hub:{data}" for data in plan.data}
        fresh = plan.from_scratch or plan.runs == 0
        assert recipe.checkpoint == (None if fresh else f"cache/{plan.model}")
        assert set(recipe.downstream) <= {task.task for task in hub_tasks()}
        if plan.learning_rate:
            assert recipe.fit.learning_rate == plan.learning_rate
        if plan.from_scratch:
            assert parameters(recipe.model) == pytest.approx(plan.parameters, rel=0.01)
            step = recipe.fit.windows_per_step * recipe.model.context
            assert step == plan.tokens_per_step


def test_the_mixtures_are_those_of_the_tables() -> None:
    recipes = recipes_of("mixtures_olmo_paper", paper_inputs("mixtures_olmo_paper"))

    columns = PUBLISHED.tables["14"].columns
    shares = [round(100 * (1 - r.human_share)) for r in recipes if r.workflows == ("mix",)]
    assert shares == [25, 50, 75]
    assert {f"{share}%" for share in shares} < set(columns)
    assert [r.workflows[0] for r in recipes if r.workflows != ("mix",)] == [
        "same_human",
        "replace",
        "importance",
    ]
