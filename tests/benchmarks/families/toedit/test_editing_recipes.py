from dataclasses import replace

import pytest

from benchmarks.families.catalogue import RECIPES
from benchmarks.families.toedit.recipes.editing import EDIT_RECIPES, VARIANTS
from data.editing import PAPER


@pytest.mark.parametrize("name", EDIT_RECIPES)
def test_an_edit_recipe_has_its_name_and_a_human_control(name: str) -> None:
    recipe = RECIPES[name]()

    assert recipe.name == name
    assert recipe.workflows[0] == "same_human"
    assert recipe.prior == "smollm2"


def test_a_variant_differs_from_the_others_in_its_rule_only() -> None:
    recipes = [EDIT_RECIPES[f"edit_{variant.name}"]() for variant in VARIANTS]

    assert len({replace(r, name="x", summary="", edit_rule=PAPER) for r in recipes}) == 1
    assert len({recipe.edit_rule for recipe in recipes}) == len(VARIANTS)


def test_the_papers_rule_is_among_the_variants() -> None:
    assert PAPER in {variant.rule for variant in VARIANTS}


def test_repeated_editing_has_the_three_counts_of_table_15() -> None:
    assert EDIT_RECIPES["repeated_editing"]().generations == 3
