"""The sentences that open the family's page, gathered from its rooms."""

from collections.abc import Mapping, Sequence

from benchmarks.families.story_style.parts import ROOMS
from benchmarks.paper.claims import Entry
from benchmarks.paper.common.rooms import Shown, further, leading, said
from benchmarks.paper.sentences import Sentence


def sentences(rooms: Sequence[Shown] = ROOMS) -> tuple[Sentence, ...]:
    """All sentences in the order of their importance: the first of each room, then the rest."""
    return (*leading(rooms), *further(rooms))


def opening(
    entries: Mapping[str, Entry], numbers: Mapping[str, str], rooms: Sequence[Shown] = ROOMS
) -> list[str]:
    """The first sentences, as their claims were decided; none of a claim without a record.

    Args:
        entries: The family's ledger by claim.
        numbers: Numbers of records that sentences name.
        rooms: What brings sentences.
    """
    return said(sentences(rooms), entries, numbers)
