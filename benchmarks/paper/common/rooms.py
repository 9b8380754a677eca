"""Rooms of a family that bring sections, sentences and pictures of their own to its pages.

Such a room has a module `shown`; the family names these modules in the order of its page
(`parts.py`), and what they bring is gathered here.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from benchmarks.paper.claims import Entry
from benchmarks.paper.sentences import Sentence
from benchmarks.running.record import Envelope

MOST = 5
"""Number of sentences that open a page."""


class Shown(Protocol):
    """A module `shown` of a room: what of it stands on the family's pages."""

    @property
    def SENTENCES(self) -> tuple[Sentence, ...]:  # a constant of the module
        """What it brings to the opening, the most important first."""

    def section(self, records: Sequence[Envelope], claims: Mapping[str, Entry]) -> str:
        """Its section in Markdown, with a heading of the second level; empty without a record."""

    def draw(self, records: Sequence[Envelope], folder: Path) -> list[Path]:
        """Draw its pictures into a folder, none without a record; return the files."""


class ShownWithPages(Shown, Protocol):
    """A module `shown` of a room that has pages of its own beside the section."""

    def pages(self, records: Sequence[Envelope], claims: Mapping[str, Entry]) -> Mapping[str, str]:
        """Pages of its own, by file name; none without a record."""


def leading(rooms: Sequence[Shown]) -> tuple[Sentence, ...]:
    """The most important sentence of each room that has any."""
    return tuple(room.SENTENCES[0] for room in rooms if room.SENTENCES)


def further(rooms: Sequence[Shown]) -> tuple[Sentence, ...]:
    """All other sentences of the rooms."""
    return tuple(one for room in rooms for one in room.SENTENCES[1:])


def said(
    sentences: Iterable[Sentence], entries: Mapping[str, Entry], numbers: Mapping[str, str]
) -> list[str]:
    """The first sentences, as their claims were decided; none of a claim without a record.

    Args:
        sentences: Sentences in the order of their importance.
        entries: The family's ledger by claim.
        numbers: Numbers of records that sentences name.
    """
    attempted = [one for one in sentences if entries[one.claim].verdict != "not attempted"]
    return [one.said(entries[one.claim], numbers) for one in attempted[:MOST]]


def sections(
    rooms: Sequence[Shown], records: Sequence[Envelope], claims: Mapping[str, Entry]
) -> list[str]:
    """The section of each room that has one, in Markdown."""
    return [text for room in rooms if (text := room.section(records, claims))]


def own_pages(
    rooms: Sequence[ShownWithPages], records: Sequence[Envelope], claims: Mapping[str, Entry]
) -> dict[str, str]:
    """The pages of all rooms, by file name."""
    return {name: text for room in rooms for name, text in room.pages(records, claims).items()}


def drawn(rooms: Sequence[Shown], records: Sequence[Envelope], folder: Path) -> list[Path]:
    """Draw the pictures of all rooms into a folder; return the files."""
    return [file for room in rooms for file in room.draw(records, folder)]
