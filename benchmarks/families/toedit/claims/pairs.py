"""Rules about chains that several recipes run: the best supported of them decides."""

from collections.abc import Sequence

from benchmarks.chains.cost import size_words
from benchmarks.comparing.decisions import Region
from benchmarks.families.toedit.recipes.smoke import smoke
from benchmarks.families.toedit.recipes.workflows import workflows, workflows_gpu
from benchmarks.paper.cells import command
from benchmarks.paper.rules import FIRST_FIVE, BestSupported, Statistic, from_arms

SIX, SIXTEEN = (workflows_gpu, workflows, smoke), (workflows_gpu, workflows)
"""Recipes that run the six workflows of the smoke recipe, and those that run all sixteen."""
MAKE_SIX, MAKE_SIXTEEN = (
    "; ".join(command(make().name) for make in reversed(recipes) if make is not workflows_gpu)
    for recipes in (SIX, SIXTEEN)
)
"""Commands that make their records on a processor without a GPU."""
LENGTHS = " or ".join(map(str, sorted({make().generations for make in SIX})))
"""Generations of the recipes, any of which may decide: `3 or 5 or 10`."""
SMALL = (
    "models of "
    + " or ".join(f"{size_words(make().model)} (`{make().name}`)" for make in reversed(SIX))
    + " on the King James Bible"
)
OWN_PRIOR = f"{SMALL} that edit with themselves, rule `share`"


def by_chains(arms: Sequence[str], statistic: Statistic, region: Region) -> BestSupported:
    """By the best supported of the recipes that run these workflows, on five seeds of each."""
    recipes = [make for make in SIX if set(arms) <= set(make().workflows)]
    return BestSupported(
        tuple(from_arms(make, arms, statistic, region, seeds=FIRST_FIVE) for make in recipes)
    )
