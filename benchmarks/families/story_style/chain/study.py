"""The recipe of chains whose sentences are rewritten, and the methods that do it."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from benchmarks.chains.recipe import Recipe
from benchmarks.chains.settings import Evaluation, HumanText
from benchmarks.chains.standard import standard_chain
from benchmarks.paper.family import AnyRecipe, GivenMethod
from data.workflow import rewrite_previous, rewrite_source
from lightning_modules.settings import ModelShape

REWRITTEN, EDITED, RANDOM = "rewrite_source", "edit_source", "edit_random"
REWRITTEN_AGAIN, EDITED_AGAIN = "rewrite_previous", "edit_previous"
SAME, FRESH = "same_human", "fresh_human"
WORKFLOWS = (REWRITTEN, EDITED, REWRITTEN_AGAIN, EDITED_AGAIN, SAME, RANDOM, FRESH)
"""Workflows of the chain, those first whose records decide most."""


def story_style_chain() -> Recipe:
    """Five generations of small models; a share of the human text is replaced in several ways.

    Text, models and fits are those of the comparison of all workflows, seed by seed.
    """
    return replace(
        standard_chain(
            "story_style_chain",
            "five generations of text whose sentences a model rewrites, or whose tokens it edits",
            (REWRITTEN,),
        ),
        tier="cpu",
        workflows=WORKFLOWS,
        generations=5,
        human=HumanText(
            source="king_james",
            held_out_bytes=60_000,
            first_tokens=250_000,
            generation_tokens=24_576,
        ),
        model=ModelShape(
            layers=3, width=96, heads=3, feed_forward=256, context=128, vocabulary_size=1024
        ),
        evaluation=Evaluation(sample_tokens=6_144, document_tokens=128, sample_words=2_000),
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
