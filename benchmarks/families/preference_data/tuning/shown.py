"""What of preference tuning stands on the family's pages: sentences, a section, pictures."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.paper.claims import Entry
from benchmarks.paper.sentences import Sentence
from benchmarks.running.record import Envelope

SENTENCES: tuple[Sentence, ...] = ()
"""What the study brings to the opening, the most important first."""


def section(records: Sequence[Envelope], claims: Mapping[str, Entry]) -> str:
    """The section of the study in Markdown; empty without a record.

    Args:
        records: Records of any family.
        claims: The family's ledger by claim.
    """
    return ""


def pages(records: Sequence[Envelope], claims: Mapping[str, Entry]) -> Mapping[str, str]:
    """Pages of the study's own, by file name; none without a record."""
    return {}


def draw(records: Sequence[Envelope], folder: Path) -> list[Path]:
    """Draw the pictures where their records are there; return the files."""
    return []
