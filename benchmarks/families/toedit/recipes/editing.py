"""Token editing by a pretrained model: repeated editing, thresholds, candidates, temperatures.

The studies of Tables 5, 8 and 15 and of Figure 5 at tier `cpu`: the prior is SmolLM2-135M, the text
the King James Bible, and what is measured is held-out loss, not accuracy.

Repeated editing draws at the released script's temperature of 1.5: at temperature 1 a trial of one
seed and 16,384 tokens flagged 212 tokens in every edition and changed none of them, so that nothing
could fall.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from benchmarks.chains.recipe import Recipe
from benchmarks.families.toedit.recipes.smoke import smoke_pretrained_prior
from data.editing import PAPER, RELEASED, EditRule

REPEATED_TOKENS, SWEEP_TOKENS = 32_768, 16_384
"""Tokens of a corpus, less than the smoke recipe's 49,152: the prior's passes are what takes time,
about a minute for 16,384 on one core."""


def repeated_editing() -> Recipe:
    """Three editions of one corpus, each edited from the last (Table 15)."""
    base = smoke_pretrained_prior()
    return replace(
        base,
        name="repeated_editing",
        summary="a corpus edited three times by SmolLM2-135M, as the released script does",
        tier="cpu",
        workflows=("same_human", "edit_previous"),
        generations=3,
        human=replace(base.human, generation_tokens=REPEATED_TOKENS),
        edit_rule=RELEASED,
    )


@dataclass(frozen=True, slots=True)
class Variant:
    """One edit rule of a sweep, with the name of its recipe."""

    name: str
    rule: EditRule
    what: str


VARIANTS = (
    Variant("threshold_0_9", replace(PAPER, threshold=0.9), "P >= 0.9, 8 candidates"),
    Variant("threshold_0_99", PAPER, "P >= 0.99, 8 candidates: the paper's rule"),
    Variant("threshold_0_999", replace(PAPER, threshold=0.999), "P >= 0.999, 8 candidates"),
    Variant("candidates_64", replace(PAPER, top_k=64), "P >= 0.99, 64 candidates"),
    Variant("temperature_1_5", RELEASED, "P > 0.99, temperature 1.5: the released script"),
    Variant("below_0_1", replace(PAPER, threshold=0.1, side="below"), "P <= 0.1, 8 candidates"),
    Variant("below_0_01", replace(PAPER, threshold=0.01, side="below"), "P <= 0.01, 8 candidates"),
    Variant("delete_0_99", replace(PAPER, action="delete"), "P >= 0.99, tokens deleted"),
    Variant("top_p", replace(PAPER, sampling="top_p"), "P >= 0.99, the likeliest 0.99 of the mass"),
    Variant("rejection", replace(PAPER, sampling="rejection"), "P >= 0.99, drawn by rejection"),
)
"""Tables 5, 7 and 8; each differs from the paper's rule in one setting."""


def _edited_once(variant: Variant) -> Recipe:
    base = repeated_editing()
    return replace(
        base,
        name=f"edit_{variant.name}",
        summary=f"one edit by SmolLM2-135M, {variant.what}",
        workflows=("same_human", "edit_source"),
        generations=1,
        human=replace(base.human, generation_tokens=SWEEP_TOKENS),
        edit_rule=variant.rule,
    )


EDIT_RECIPES: dict[str, Callable[[], Recipe]] = {
    "repeated_editing": repeated_editing,
    **{f"edit_{variant.name}": partial(_edited_once, variant) for variant in VARIANTS},
}
"""Recipes of this module by name."""
