"""The recipe of chains whose documents a reward model selects, and the methods that do it."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from benchmarks.chains.recipe import Recipe
from benchmarks.chains.standard import compared_chain
from benchmarks.paper.family import AnyRecipe, GivenMethod
from benchmarks.running.study import Study
from data.workflow import best_of_2, best_of_8
from lightning_modules.rewarding.settings import RewardSettings

BEST_8, BEST_2, RANDOM_8 = "best_of_8", "best_of_2", "random_of_8"
REPLACED, FRESH, SAME = "replace", "fresh_human", "same_human"
WORKFLOWS = (BEST_8, REPLACED, FRESH, BEST_2, RANDOM_8, SAME)
"""Workflows of the chain, those first whose records decide most."""


def preference_data_chain() -> Recipe:
    """Five generations of small models whose text is selected by a reward model, or not.

    Text, models and fits are those of the comparison of all workflows, seed by seed.
    """
    return replace(
        compared_chain(
            "preference_data_chain",
            "five generations of text that a reward model selects, judged by another; an hour",
            (REPLACED,),
        ),
        workflows=WORKFLOWS,
        rewarding=RewardSettings(),
    )


STUDIES: tuple[type[Study], ...] = ()
"""Kinds of studies whose records are the family's; those of chains are chains."""
RECIPES: Mapping[str, Callable[[], AnyRecipe]] = {
    preference_data_chain.__name__: preference_data_chain
}
"""Recipes by name."""
METHODS: tuple[GivenMethod, ...] = tuple(
    GivenMethod(
        method=method,
        uses="a reward model",
        price=price,
        unit="documents written and read by a reward model for each that is kept",
    )
    for method, price in ((best_of_2, lambda recipe: 2.0), (best_of_8, lambda recipe: 8.0))
)
"""Ways to make the next corpus that the family gives to every chain."""
