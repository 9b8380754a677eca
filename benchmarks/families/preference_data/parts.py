"""The rooms of the family that bring recipes, claims, sections and pictures of their own."""

from benchmarks.families.preference_data.chain import shown as chain
from benchmarks.families.preference_data.instructions import shown as instructions
from benchmarks.families.preference_data.reward import shown as reward
from benchmarks.families.preference_data.tuned_rewards import shown as tuned_rewards
from benchmarks.families.preference_data.tuning import shown as tuning
from benchmarks.paper.common.rooms import ShownWithPages

ROOMS: tuple[ShownWithPages, ...] = (reward, tuned_rewards, tuning, chain, instructions)
"""Every such module, in the order of the page."""
