"""Numbers that decide the claims on chains, from one record per named workflow, all of one seed."""

from collections.abc import Sequence

import numpy as np

from benchmarks.chains.record import Record
from data.errors import BadInput

Records = Sequence[Record]
LOSS = "held_out/bits_per_byte/none"
DISTINCT, TAIL = "samples/distinct_2/none", "samples/tail_coverage/none"


def changed_share(record: Record, generation: int) -> float:
    """Share of the tokens of a text that an edit or a rewriting changed for a generation.

    Args:
        record: Record of a chain whose text is edited or rewritten.
        generation: Index of the generation, from 1.

    Raises:
        BadInput: Nothing was edited or rewritten for the generation.
    """
    corpus = record.generations[generation].corpus
    made = corpus.rewrite or corpus.edit
    if made is None:
        raise BadInput(
            f"generation {generation} of {record.name} is of text that nothing changed; give a "
            "chain whose text is edited or rewritten"
        )
    return made.changed / made.tokens


def metric(key: str, record: Record, generation: int) -> float:
    """A metric of a generation."""
    return record.generations[generation].metrics[key].value


def loss_less(records: Records) -> float:
    """Held-out loss at the last generation, of the first chain less the second."""
    one, other = records
    return metric(LOSS, one, -1) - metric(LOSS, other, -1)


def excess_less_half(records: Records) -> float:
    """Excess loss of the first chain over the third, less half of that of the second."""
    one, other, control = (metric(LOSS, record, -1) for record in records)
    return (one - control) - 0.5 * (other - control)


def slope_of_loss_less(records: Records) -> float:
    """Slope over generations from 1 on of the held-out loss, of the first chain less the second."""
    one, other = records
    places = range(1, len(one.generations))
    gaps = [metric(LOSS, one, place) - metric(LOSS, other, place) for place in places]
    return float(np.polyfit(list(places), gaps, 1)[0])


def tail_less(records: Records) -> float:
    """Share of rare human pairs of words that is written at the end, first less second."""
    one, other = records
    return metric(TAIL, one, -1) - metric(TAIL, other, -1)


def dose_gap(records: Records) -> float:
    """Largest difference over generations between what two chains of a pair changed.

    A share of what the second one changed, both as shares of their tokens. Of several pairs, one
    after the other, the largest difference.
    """
    pairs = zip(records[::2], records[1::2], strict=True)
    return max(
        abs(changed_share(one, place) / changed_share(other, place) - 1)
        for one, other in pairs
        for place in range(1, len(one.generations))
    )
