"""Token editing by a pretrained model: repeated editing, thresholds, candidates, temperatures.

The studies of Tables 5, 8 and 15 and of Figure 5 at tier `cpu`: the prior is SmolLM2-135M, the text
the King James Bible, and what is measured is held-out loss, not accuracy. Each pass of the prior
over a corpus takes about a minute and a half on one core.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from benchmarks.recipe import Recipe
from benchmarks.recipes.smoke import smoke_pretrained_prior
from data.editing import PAPER, RELEASED, EditRule

GENERATION_TOKENS = 16_384
"""A third of the smoke recipe's: the prior's passes are what takes time."""


def repeated_editing() -> Recipe:
    """Three editions of one corpus, each edited from the last by the paper's rule (Table 15)."""
    base = smoke_pretrained_prior()
    return replace(
        base,
        name="repeated_editing",
        summary="a corpus edited three times by SmolLM2-135M at P >= 0.99",
        tier="cpu",
        workflows=("same_human", "edit_previous"),
        generations=3,
        human=replace(base.human, generation_tokens=GENERATION_TOKENS),
    )


@dataclass(frozen=True, slots=True)
class Variant:
    """One rule of a sweep."""

    name: str
    rule: EditRule
    what: str


VARIANTS = (
    Variant("threshold_0_9", replace(PAPER, threshold=0.9), "P >= 0.9, 8 candidates"),
    Variant("threshold_0_99", PAPER, "P >= 0.99, 8 candidates: the paper's rule"),
    Variant("threshold_0_999", replace(PAPER, threshold=0.999), "P >= 0.999, 8 candidates"),
    Variant("candidates_64", replace(PAPER, top_k=64), "P >= 0.99, 64 candidates"),
    Variant("temperature_1_5", RELEASED, "P > 0.99, temperature 1.5: the released script"),
)
"""Tables 5 and 8; each differs from the paper's rule in one setting."""


def _edited_once(variant: Variant) -> Recipe:
    return replace(
        repeated_editing(),
        name=f"edit_{variant.name}",
        summary=f"one edit by SmolLM2-135M, {variant.what}",
        workflows=("same_human", "edit_source"),
        generations=1,
        edit_rule=variant.rule,
    )


EDIT_RECIPES: dict[str, Callable[[], Recipe]] = {
    "repeated_editing": repeated_editing,
    **{f"edit_{variant.name}": partial(_edited_once, variant) for variant in VARIANTS},
}
"""By name."""
