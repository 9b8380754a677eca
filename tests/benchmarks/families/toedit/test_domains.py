from dataclasses import replace
from typing import Any

import pytest

from benchmarks.families.catalogue import RECIPES
from benchmarks.families.toedit.claims.training import CONTINUAL, FINE_TUNING
from benchmarks.families.toedit.recipes.domains import DOMAIN_RECIPES
from benchmarks.paper.evidence import Evidence
from data.sources.texts import SOURCES
from tests.support.records import record_of

_WITH_RECORDS = [c for c in (*CONTINUAL, *FINE_TUNING) if "paper" not in c.command]


@pytest.mark.parametrize("name", DOMAIN_RECIPES)
def test_every_domain_has_its_source_its_edit_and_a_control(name: str) -> None:
    recipe = RECIPES[name]()

    assert recipe.name == name
    assert {"same_human", "edit_source", "edit_random"} <= set(recipe.workflows)
    assert recipe.start == "scratch"
    assert SOURCES[recipe.human.source].domain in name


def test_all_recipes_of_one_kind_share_a_base() -> None:
    """So that it is fitted once; fine-tuning reads longer windows."""
    bases = {(r.base, r.model) for r in (make() for make in DOMAIN_RECIPES.values())}

    assert len(bases) == 2


def test_adapters_are_the_only_difference_of_the_recipe_that_has_them() -> None:
    full, lora = RECIPES["fine_tuning_finance"](), RECIPES["fine_tuning_finance_lora"]()

    assert lora.fit.lora is not None
    assert full.fit.lora is None
    assert replace(lora, name="same", summary="", first_fit=full.fit, fit=full.fit) == replace(
        full, name="same", summary=""
    )


@pytest.mark.parametrize(("shift", "verdict"), [(-0.1, "reproduced"), (0.1, "not reproduced")])
@pytest.mark.parametrize("claim", _WITH_RECORDS, ids=lambda claim: claim.id)
def test_records_of_its_recipe_turn_a_claim_either_way(
    claim: Any, shift: float, verdict: str
) -> None:
    recipe = RECIPES[claim.command.split()[2]]()
    records = tuple(
        record_of(
            workflow,
            seed,
            [2.0 + (shift + 0.001 * seed) * (workflow == "edit_source")] * (recipe.generations + 1),
            [20] * (recipe.generations + 1),
            recipe=recipe,
        )
        for workflow in ("edit_source", "same_human")
        for seed in range(3)
    )

    assert claim.rule.judge(Evidence(records)).verdict == verdict
    assert claim.rule.judge(Evidence(records[:2])).verdict != verdict


def test_six_claims_wait_for_records() -> None:
    assert len(_WITH_RECORDS) == 6
