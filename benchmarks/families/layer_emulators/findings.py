"""The sentences that open the family's page, those of its rooms among them."""

from collections.abc import Mapping, Sequence

from benchmarks.families.layer_emulators.parts import ROOMS
from benchmarks.paper.claims import Entry
from benchmarks.paper.common.rooms import Shown, further, leading, said
from benchmarks.paper.sentences import Sentence

_SHARING = Sentence(
    claim="r2-sharing",
    reproduced="In CRaSh's own table sharing adds to clustering and removing",
    not_reproduced="In CRaSh's own table sharing lowers accuracy",
    subject="sharing adds to clustering and removing, in CRaSh's own table",
)
_SELECTION = Sentence(
    claim="r2-selection",
    reproduced="Clustering and removing alone gain over dropping layers uniformly there",
    not_reproduced="Clustering and removing alone lose against dropping layers uniformly there",
    subject="clustering and removing alone gain anything over dropping layers uniformly there",
)
_MERGING = Sentence(
    claim="le.merging",
    reproduced="Merging clusters by their facing ends is cutting at the lowest of n - 1 numbers, "
    "and keeps no cluster's layers alike",
    not_reproduced="Merging clusters by their facing ends does more than cutting at the lowest of "
    "n - 1 numbers",
    subject="merging clusters by their facing ends is more than cutting at the lowest of n - 1 "
    "numbers",
)
_COST = Sentence(
    claim="le.cka_cost",
    reproduced="In a linear stream, skipping a layer whose input and output have a CKA above .99 "
    "can cost any amount: similarity bounds no cost",
    not_reproduced="In a linear stream, skipping a layer whose input and output have a CKA above "
    ".99 costs little",
    subject="similarity bounds what skipping a layer costs",
)
_FIT = Sentence(
    claim="le.plug_in_order",
    reproduced="Of two linear emulators the one that is tuned to less error makes the better "
    "plug-in",
    not_reproduced="Of two linear emulators the one that is tuned to less error can make the worse "
    "plug-in: no loss of its own tells a good one",
    subject="an emulator that is tuned to less error makes the better plug-in",
)
_FIRST, _LATER = (_SHARING, _SELECTION), (_COST, _FIT, _MERGING)


def sentences(rooms: Sequence[Shown] = ROOMS) -> tuple[Sentence, ...]:
    """All sentences in the order of their importance: the printed table, the rooms, the theory."""
    return (*_FIRST, *leading(rooms), *_LATER[:1], *further(rooms), *_LATER[1:])


def opening(entries: Mapping[str, Entry], rooms: Sequence[Shown] = ROOMS) -> list[str]:
    """The first sentences, as their claims were decided; none of a claim without a record.

    Args:
        entries: The family's ledger by claim.
        rooms: What brings sentences besides.
    """
    return said(sentences(rooms), entries, {})
