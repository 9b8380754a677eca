"""Mixtures of human and synthetic text: Tables 1, 9, 11, 13, 14, 17 at tiers `cpu` and `gpu`.

A first model learns human text and writes the synthetic text; a second model of the same shape is
trained from scratch on 0, 25, 50, 75 or 100 % of it, the rest human. The paper takes its synthetic
text from Mixtral-8x7B instead, so this asks the same of a model's own text.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Literal

from benchmarks.chains.recipe import Recipe
from benchmarks.families.toedit.recipes.smoke import smoke
from benchmarks.families.toedit.recipes.workflows import workflows_gpu

Tier = Literal["cpu", "gpu"]

SHARES = (0, 25, 50, 75, 100)
"""Shares of synthetic text in the corpora, in per cent."""
GENERATION_TOKENS: dict[Tier, int] = {"cpu": 131_072, "gpu": 2_000_000}
"""Size of the corpus that the second model is trained on, in tokens; the only difference of the
tiers besides the size of the model and the source, which are those of `smoke` and
`workflows_gpu`."""


def mixture(tier: Tier, share: int) -> Recipe:
    """A second model trained from scratch on a mixture of human and synthetic text.

    Args:
        tier: How much machine the recipe needs: `cpu` or `gpu`.
        share: Share of synthetic text, in per cent, one of SHARES.
    """
    base = smoke() if tier == "cpu" else workflows_gpu()
    whole = {0: "same_human", 100: "replace"}
    return replace(
        base,
        name=mixture_name(tier, share),
        summary=f"a model trained from scratch on {share} % synthetic text",
        tier=tier,
        workflows=(whole.get(share, "mix"),),
        human_share=0.5 if share in whole else 1 - share / 100,
        generations=1,
        start="scratch",
        human=replace(base.human, generation_tokens=GENERATION_TOKENS[tier]),
        fit=base.first_fit,
    )


def mixture_name(tier: Tier, share: int) -> str:
    """Name of a mixture's recipe, such as `mixture_25` or `mixture_25_gpu`."""
    return f"mixture_{share}" if tier == "cpu" else f"mixture_{share}_{tier}"


MIXTURE_RECIPES: dict[str, Callable[[], Recipe]] = {
    mixture_name(tier, share): partial(mixture, tier, share)
    for tier in GENERATION_TOKENS
    for share in SHARES
}
"""Recipes of this module by name."""
