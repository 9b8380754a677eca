"""The recipes about preference data and reward models, gathered from the family's rooms."""

from collections.abc import Callable, Mapping

from benchmarks.families.preference_data.chain.study import RECIPES as CHAIN
from benchmarks.families.preference_data.instructions.study import RECIPES as INSTRUCTIONS
from benchmarks.families.preference_data.paper.study import preference_data_paper_judges
from benchmarks.families.preference_data.reward.study import RECIPES as REWARD
from benchmarks.families.preference_data.tuned_rewards.study import RECIPES as TUNED
from benchmarks.families.preference_data.tuning.study import RECIPES as TUNING
from benchmarks.paper.family import AnyRecipe

RECIPES: Mapping[str, Callable[[], AnyRecipe]] = {
    **REWARD,
    **TUNED,
    **INSTRUCTIONS,
    **TUNING,
    **CHAIN,
    preference_data_paper_judges.__name__: preference_data_paper_judges,
}
"""All recipes of the family by name."""
