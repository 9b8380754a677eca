"""Recipes of edits by place: their arms, and what is expected of a record of theirs."""

from collections.abc import Callable

import pytest

from benchmarks.chains.recipe import Recipe
from benchmarks.families.catalogue import find_recipe
from benchmarks.families.toedit.recipes import bands, equivalence, places, shares, texts
from benchmarks.leaderboard.checks.expectation import expect
from data.edits.places import read_name

_PLACED = (bands.edit_bands, bands.edit_bands_pretrained, places.edit_places)
_ALL = (
    *(make() for make in (*_PLACED, equivalence.edit_equivalence)),
    *(make() for make in (*shares.SHARE_RECIPES.values(), *texts.TEXT_RECIPES.values())),
)


@pytest.mark.parametrize("recipe", _ALL, ids=lambda recipe: recipe.name)
def test_a_comparison_has_both_human_controls_and_is_found(recipe: Recipe) -> None:
    assert {"fresh_human", "same_human"} < set(recipe.workflows)
    assert find_recipe(recipe.name).digest == recipe.digest


@pytest.mark.parametrize("cuts", [bands.OWN_CUTS, bands.CUTS])
def test_bands_leave_out_no_probability_and_have_none_twice(cuts: tuple[float, ...]) -> None:
    found = [read_name(name) for name in bands.bands("source", cuts)]
    ends = [(one.place.low, one.place.high) for one in found if one is not None]

    assert len(ends) == len(cuts) - 1
    assert [low for low, _ in ends] == list(cuts[:-1])
    assert [high for _, high in ends] == list(cuts[1:])
    assert (cuts[0], cuts[-1]) == (0.0, 1.0)


def test_every_place_meets_every_law() -> None:
    found = [read_name(name) for name in places.edit_places().workflows]
    pairs = [(one.place, one.law) for one in found if one is not None]

    assert len(set(pairs)) == len(pairs) == len(places.PLACES) * len(places.LAWS)


@pytest.mark.parametrize("make", _PLACED, ids=lambda make: make.__name__)
def test_a_record_of_a_counted_edit_has_as_many_changes_as_the_recipe_says(
    make: Callable[[], Recipe],
) -> None:
    recipe = make()
    for workflow in recipe.workflows:
        counted = read_name(workflow)
        for generation, expected in enumerate(expect(recipe, workflow)):
            is_edited = counted is not None and generation > 0
            assert expected.n_changed == (recipe.changed_tokens if is_edited else None)
            assert ({"score", "edit"} <= expected.stages) == is_edited
            assert not (is_edited and expected.by_rule)
            if counted is not None and generation > 1:
                assert expected.edits == counted.text


def test_a_share_decides_edits_alone() -> None:
    """Arms without edits are the same stages for every share of one size."""
    one, other = (shares.shares("small", share) for share in shares.SHARES[:2])
    assert one.edit_rule != other.edit_rule
    for workflow in ("replace", "fresh_human", "same_human"):
        for expected in expect(one, workflow):
            assert all("edit_rule" not in names for names in expected.settings.values())
