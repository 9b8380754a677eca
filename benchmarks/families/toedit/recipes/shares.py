"""Size by share: how much of the last corpus may change, by models of how many parameters?

`edit_previous` and `replace` part, meet or cross. Three sizes of the model and three shares of
flagged tokens say whether that follows the number of tokens that a generation changes. Workflows
that edit nothing do not know the share: their stages are those of every recipe of the size.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from benchmarks.chains.recipe import Recipe
from benchmarks.families.toedit.recipes.workflows import workflows
from data.editing import EditRule
from lightning_modules.settings import ModelShape

SEEDS = tuple(range(40, 45))
"""Replicates that the comparison is planned for; no other recipe of ours has them."""
SHARES = (0.03, 0.125, 0.3)
"""Share of the tokens that the rule flags."""
_SHARED = {"context": 128, "vocabulary_size": 1024}
SIZES: Mapping[str, ModelShape] = {
    "small": workflows().model,
    "middle": ModelShape(layers=4, width=128, heads=4, feed_forward=344, **_SHARED),
    "large": ModelShape(layers=5, width=256, heads=8, feed_forward=688, **_SHARED),
}
"""Models of about 0.4, 1 and 4 M parameters."""


def shares(size: str, share: float) -> Recipe:
    """Edits of the last corpus, pure synthetic text, and both human controls.

    Args:
        size: Name of a model in `SIZES`.
        share: Share of the tokens that the rule flags.
    """
    per_mille = round(1000 * share)
    return replace(
        workflows(),
        name=f"edit_shares_{size}_{per_mille:03}",
        summary=f"edits that flag {share:.1%} of the last corpus, a {size} model",
        workflows=("edit_previous", "replace", "fresh_human", "same_human"),
        model=SIZES[size],
        edit_rule=EditRule(share=share),
    )


_MADE = {(size, share): partial(shares, size, share) for size in SIZES for share in SHARES}
SHARE_RECIPES: Mapping[str, Callable[[], Recipe]] = {make().name: make for make in _MADE.values()}
