"""The rooms of the family that bring recipes, claims, sections and pictures of their own."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from benchmarks.families.story_style.chain import shown as chain
from benchmarks.families.story_style.floors import shown as floors
from benchmarks.families.story_style.history import shown as history
from benchmarks.families.story_style.linear import shown as linear
from benchmarks.families.story_style.model import shown as model
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


ROOMS: tuple[Shown, ...] = (linear, floors, model, history, chain)
"""Every such module, in the order of the page."""
