"""The rooms of the family that bring sections, sentences and pictures of their own to its pages."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from benchmarks.families.layer_emulators.depth import shown as depth
from benchmarks.families.layer_emulators.edited_chain import shown as edited_chain
from benchmarks.families.layer_emulators.edits import shown as edits
from benchmarks.families.layer_emulators.selection import shown as selection
from benchmarks.families.layer_emulators.tuning import shown as tuning
from benchmarks.paper.claims import Entry
from benchmarks.paper.sentences import Sentence
from benchmarks.running.record import Envelope


class Shown(Protocol):
    """A module `shown` of a room: what of it stands on the family's pages."""

    @property
    def SENTENCES(self) -> tuple[Sentence, ...]:  # a constant of the module
        """What it brings to the opening, the most important first."""

    def section(self, records: Sequence[Envelope], claims: Mapping[str, Entry]) -> str:
        """Its section in Markdown, with a heading of the second level; empty without a record."""

    def draw(self, records: Sequence[Envelope], folder: Path) -> list[Path]:
        """Draw its pictures into a folder, none without a record; return the files."""


ROOMS: tuple[Shown, ...] = (selection, depth, tuning, edits, edited_chain)
"""Every such module, in the order of the page."""
