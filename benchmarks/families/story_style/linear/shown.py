"""What of this room stands on the family's pages: sentences, a section, pictures."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.paper.claims import Entry
from benchmarks.paper.sentences import Sentence
from benchmarks.running.record import Envelope

SENTENCES: tuple[Sentence, ...] = ()
"""What the room brings to the opening, the most important first."""


def section(records: Sequence[Envelope], claims: Mapping[str, Entry]) -> str:
    """The section of the room in Markdown; empty without a record."""
    return ""


def pages(records: Sequence[Envelope], claims: Mapping[str, Entry]) -> Mapping[str, str]:
    """Pages of the room's own, by file name: none."""
    return {}


def draw(records: Sequence[Envelope], folder: Path) -> list[Path]:
    """Draw its pictures into a folder; return the files."""
    return []
