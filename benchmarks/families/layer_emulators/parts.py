"""The rooms of the family that bring sections, sentences and pictures of their own to its pages."""

from benchmarks.families.layer_emulators.depth import shown as depth
from benchmarks.families.layer_emulators.edited_chain import shown as edited_chain
from benchmarks.families.layer_emulators.edits import shown as edits
from benchmarks.families.layer_emulators.selection import shown as selection
from benchmarks.families.layer_emulators.tuning import shown as tuning
from benchmarks.paper.common.rooms import Shown

ROOMS: tuple[Shown, ...] = (selection, depth, tuning, edits, edited_chain)
"""Every such module, in the order of the page."""
