"""The sentences that open the family's page, gathered from its rooms."""

from collections.abc import Mapping, Sequence

from benchmarks.families.story_style.parts import ROOMS, Shown
from benchmarks.paper.claims import Entry
from benchmarks.paper.sentences import Sentence

MOST = 5
"""Number of sentences of the opening."""


def sentences(rooms: Sequence[Shown] = ROOMS) -> tuple[Sentence, ...]:
    """All sentences in the order of their importance: the first of each room, then the rest."""
    leading = [room.SENTENCES[0] for room in rooms if room.SENTENCES]
    further = [one for room in rooms for one in room.SENTENCES[1:]]
    return (*leading, *further)


def opening(
    entries: Mapping[str, Entry], numbers: Mapping[str, str], rooms: Sequence[Shown] = ROOMS
) -> list[str]:
    """The first sentences, as their claims were decided; none of a claim without a record.

    Args:
        entries: The family's ledger by claim.
        numbers: Numbers of records that sentences name.
        rooms: What brings sentences.
    """
    attempted = [one for one in sentences(rooms) if entries[one.claim].verdict != "not attempted"]
    return [one.said(entries[one.claim], numbers) for one in attempted[:MOST]]
