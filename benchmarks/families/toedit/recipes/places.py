"""Places by laws: is it where edits are that costs, or what they write there?"""

from dataclasses import replace
from typing import get_args

from benchmarks.chains.recipe import Recipe
from benchmarks.families.toedit.recipes.bands import CONTROLS
from benchmarks.families.toedit.recipes.workflows import workflows
from data.edits.places import Counted, Law, Place, name_of

SEEDS = tuple(range(20, 30))
"""Replicates that the comparison is planned for; no record of `workflows` has them."""
PLACES = (Place("flagged"), Place("random"))
LAWS: tuple[Law, ...] = get_args(Law)


def edit_places() -> Recipe:
    """As many edits at flagged and at random places of the source, by each law."""
    return replace(
        workflows(),
        name="edit_places",
        summary="as many edits at confident and at random places, written by three laws",
        workflows=(
            *CONTROLS,
            *(name_of(Counted("source", place, law)) for place in PLACES for law in LAWS),
        ),
        changed_tokens=1200,
    )
