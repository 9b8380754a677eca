from dataclasses import replace

import pytest

from benchmarks.families.catalogue import RECIPES
from benchmarks.families.toedit.recipes.mixtures import MIXTURE_RECIPES, SHARES, mixture


@pytest.mark.parametrize("name", MIXTURE_RECIPES)
def test_a_mixture_is_in_the_catalogue_under_its_name(name: str) -> None:
    assert RECIPES[name]().name == name


@pytest.mark.parametrize("share", [25, 50, 75])
def test_a_mixture_keeps_the_rest_human(share: int) -> None:
    recipe = mixture("cpu", share)

    assert recipe.workflows == ("mix",)
    assert recipe.human_share == 1 - share / 100


def test_the_ends_are_workflows_of_their_own() -> None:
    assert mixture("cpu", 0).workflows == ("same_human",)
    assert mixture("cpu", 100).workflows == ("replace",)


def test_mixtures_differ_in_the_share_only() -> None:
    recipes = [mixture("cpu", share) for share in SHARES]
    alike = [
        replace(r, name="x", summary="", workflows=("replace",), human_share=0.5) for r in recipes
    ]

    assert len(set(alike)) == 1
    assert len({recipe.digest for recipe in recipes}) == len(SHARES)


def test_every_mixture_is_trained_from_scratch_as_the_first_model() -> None:
    for make in MIXTURE_RECIPES.values():
        assert make().start == "scratch"
        assert make().fit == make().first_fit
