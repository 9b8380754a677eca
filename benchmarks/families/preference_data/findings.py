"""The sentences that open the family's page, those of its rooms among them."""

from collections.abc import Mapping, Sequence

from benchmarks.families.preference_data.chain import shown as chain
from benchmarks.families.preference_data.parts import ROOMS
from benchmarks.families.preference_data.tuning import shown as tuning
from benchmarks.paper.claims import Entry
from benchmarks.paper.common.rooms import Shown, further, leading, said
from benchmarks.paper.sentences import Sentence
from benchmarks.running.record import Envelope

_TUNED = Sentence(
    claim="um.error_u1",
    reproduced="By the paper's printed table, tuning an 8B model on the instructions helps by more "
    "than the sampling error of its test sets",
    not_reproduced="By the paper's printed table, tuning an 8B model on the instructions makes it "
    "worse",
    subject="tuning an 8B model on the instructions helps, by the paper's printed table",
)
_PREFERENCE = Sentence(
    claim="um.error_u2",
    reproduced="Preference tuning adds to it there by more than that error",
    not_reproduced="Preference tuning takes from it there",
    subject="preference tuning adds to it there",
)
_ROUND = Sentence(
    claim="um.error_u4",
    reproduced="One more round with the reward model's labels helps there by more than that error",
    not_reproduced="One more round with the reward model's labels harms there",
    subject="one more round with the reward model's labels helps there",
)
_MIXED = Sentence(
    claim="um.error_u3",
    reproduced="Mixing in general data helps there by more than that error",
    not_reproduced="Mixing in general data harms there",
    subject="mixing in general data helps there",
)
_FIRST, _LATER = (_TUNED, _PREFERENCE), (_MIXED, _ROUND)


def sentences(rooms: Sequence[Shown] = ROOMS) -> tuple[Sentence, ...]:
    """All sentences in the order of their importance: the printed table, the rooms, the rest."""
    return (*_FIRST, *leading(rooms), *_LATER, *further(rooms))


def opening(
    entries: Mapping[str, Entry],
    records: Sequence[Envelope],
    rooms: Sequence[Shown] = ROOMS,
) -> list[str]:
    """The first sentences, as their claims were decided; none of a claim without a record.

    Args:
        entries: The family's ledger by claim.
        records: Records that it was judged by, whose numbers stand in sentences.
        rooms: What brings sentences besides.
    """
    numbers = {**tuning.numbers(records), **chain.numbers(records)}
    return said(sentences(rooms), entries, numbers)
