"""The recipe of chains whose sentences are rewritten, and the methods that do it."""

from collections.abc import Callable, Mapping

from benchmarks.chains.recipe import Recipe
from benchmarks.chains.standard import compared_chain
from benchmarks.paper.family import AnyRecipe, GivenMethod
from data.workflow import rewrite_previous, rewrite_source

REWRITTEN, EDITED, RANDOM = "rewrite_source", "edit_source", "edit_random"
REWRITTEN_AGAIN, EDITED_AGAIN = "rewrite_previous", "edit_previous"
SAME, FRESH = "same_human", "fresh_human"
WORKFLOWS = (REWRITTEN, EDITED, REWRITTEN_AGAIN, EDITED_AGAIN, SAME, RANDOM, FRESH)
"""Workflows of the chain, those first whose records decide most."""


def story_style_chain() -> Recipe:
    """Five generations of small models; a share of the human text is replaced in several ways.

    Text, models and fits are those of the comparison of all workflows, seed by seed.
    """
    return compared_chain(
        "story_style_chain",
        "five generations of text whose sentences a model rewrites, or whose tokens it edits",
        WORKFLOWS,
    )


RECIPES: Mapping[str, Callable[[], AnyRecipe]] = {story_style_chain.__name__: story_style_chain}
"""Recipes by name."""
METHODS: tuple[GivenMethod, ...] = tuple(
    GivenMethod(
        method=method,
        uses="sentences that the model rewrites",
        price=lambda recipe: 1.0,
        unit="steps of the model, one after the other, for each token of a rewritten sentence",
    )
    for method in (rewrite_source, rewrite_previous)
)
"""Ways to make the next corpus that the family gives to every chain."""
