"""The rooms of the family that bring recipes, claims, sections and pictures of their own."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from benchmarks.families.preference_data.chain import shown as chain
from benchmarks.families.preference_data.instructions import shown as instructions
from benchmarks.families.preference_data.reward import shown as reward
from benchmarks.families.preference_data.tuning import shown as tuning
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

    def pages(self, records: Sequence[Envelope], claims: Mapping[str, Entry]) -> Mapping[str, str]:
        """Pages of its own, by file name; none without a record."""

    def draw(self, records: Sequence[Envelope], folder: Path) -> list[Path]:
        """Draw its pictures into a folder, none without a record; return the files."""


ROOMS: tuple[Shown, ...] = (reward, tuning, chain, instructions)
"""Every such module, in the order of the page."""
