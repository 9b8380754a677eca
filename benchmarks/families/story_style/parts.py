"""The rooms of the family that bring recipes, claims, sections and pictures of their own."""

from benchmarks.families.story_style.chain import shown as chain
from benchmarks.families.story_style.floors import shown as floors
from benchmarks.families.story_style.history import shown as history
from benchmarks.families.story_style.linear import shown as linear
from benchmarks.families.story_style.model import shown as model
from benchmarks.paper.common.rooms import ShownWithPages

ROOMS: tuple[ShownWithPages, ...] = (linear, floors, model, history, chain)
"""Every such module, in the order of the page."""
