"""Whether edits of the last corpus end where pure synthetic text ends, or only pass it."""

from dataclasses import replace

from benchmarks.chains.recipe import Recipe
from benchmarks.families.toedit.recipes.workflows import workflows

SEEDS = tuple(range(20, 40))
"""Replicates that the comparison is planned for; no record of `workflows` has them."""
MARGIN = 0.01
"""Difference in held-out bits per byte below which two workflows count as equivalent."""


def edit_equivalence() -> Recipe:
    """`replace` and `edit_previous` for ten generations."""
    return replace(
        workflows(),
        name="edit_equivalence",
        summary="edits of the last corpus against pure synthetic text, ten generations, 20 seeds",
        workflows=("replace", "edit_previous", "fresh_human", "same_human"),
        generations=10,
    )
