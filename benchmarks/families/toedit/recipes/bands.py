"""Edits where the prior gives a token this much probability and no other: is confidence the cost?

Every arm changes as many tokens as every other, in one band of the prior's P(observed token), so
that the excess over human text is a curve over where edits are. A prior of the chain's own, of
0.4 M parameters, is never sure of a token of new text, and edits make it less so; its bands end
where tokens do. SmolLM2 is sure of many, and its bands are evenly known: it edits the source alone,
which it reads once per seed.
"""

from dataclasses import replace
from itertools import pairwise
from typing import get_args

from benchmarks.chains.recipe import Recipe
from benchmarks.families.toedit.recipes.workflows import workflows
from data.edits.places import Counted, Place, Text, name_of

SEEDS = tuple(range(20, 30))
"""Replicates that the comparison is planned for; no record of `workflows` has them."""
OWN_CUTS = (0.0, 0.01, 0.1, 0.2, 1.0)
"""Ends of the bands of a chain's own prior. Of 24,873 tokens one has P >= .9, and a few hundred
have P >= .5, fewer once edits have changed the confident ones; about 3,400 have P >= .2."""
CUTS = (0.0, 0.01, 0.1, 0.5, 0.9, 1.0)
"""Ends of the bands of SmolLM2."""
CONTROLS = ("fresh_human", "same_human")


def bands(text: Text, cuts: tuple[float, ...]) -> tuple[str, ...]:
    """Workflows that edit a text in the bands between these cuts, least probability first."""
    return tuple(name_of(Counted(text, Place("band", *pair), "prior")) for pair in pairwise(cuts))


def anywhere(text: Text) -> str:
    """The workflow that makes as many edits at random places of a text."""
    return name_of(Counted(text, Place("random"), "prior"))


def edit_bands() -> Recipe:
    """Bands of the chain's own prior, of the source and of the last corpus."""
    return replace(
        workflows(),
        name="edit_bands",
        summary="as many edits in each band of the own prior's probability, of source and copy",
        workflows=(
            *CONTROLS,
            *(name for text in get_args(Text) for name in (*bands(text, OWN_CUTS), anywhere(text))),
        ),
        changed_tokens=400,
    )


def edit_bands_pretrained() -> Recipe:
    """Bands of SmolLM2's probability, of the source."""
    return replace(
        workflows(),
        name="edit_bands_pretrained",
        summary="as many edits in each band of SmolLM2's probability, of the source",
        workflows=(*CONTROLS, *bands("source", CUTS), anywhere("source")),
        changed_tokens=800,
        prior="smollm2",
        prior_context=512,
    )
