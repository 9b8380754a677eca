"""Numbers that decide the claims on chains, from one record per named workflow, all of one seed."""

from collections.abc import Sequence

from benchmarks.chains.record import Record
from benchmarks.chains.rewarding.stages import SELECTING, UNSEEN
from data.errors import BadInput

Records = Sequence[Record]
LOSS = "held_out/bits_per_byte/none"
DISTINCT, TAIL = "samples/distinct_2/none", "samples/tail_coverage/none"


def wins(record: Record, generation: int, name: str, kind: str = "written") -> float:
    """How often a document has a higher reward than a held-out human one.

    Args:
        record: Record of a chain with reward models.
        generation: Index of the generation; -1 is the last one.
        name: The reward model, `selecting` or `unseen`.
        kind: `written` for text of the generation's model, `corpus` for what it learnt.

    Raises:
        BadInput: The record is of a chain without reward models.
    """
    rewards = record.generations[generation].rewards
    if rewards is None:
        raise BadInput(f"{record.name} has no rewards; its recipe needs a rewarding")
    return rewards[f"{kind}/wins/{name}"].value


def gap(record: Record, generation: int) -> float:
    """Wins of a model's text by the reward model that selects, less those by the unseen one."""
    return wins(record, generation, SELECTING) - wins(record, generation, UNSEEN)


def growth_of_gap(record: Record) -> float:
    """The gap between both reward models at the last generation less that at generation 0."""
    return gap(record, -1) - gap(record, 0)


def _last(record: Record, metric: str) -> float:
    return record.last.metrics[metric].value


def loss_less(records: Records) -> float:
    """Held-out loss at the last generation, of the first chain less the second."""
    one, other = records
    return _last(one, LOSS) - _last(other, LOSS)


def excess_less_half(records: Records) -> float:
    """Excess loss of the first chain over the third, less half of that of the second."""
    one, other, control = (_last(record, LOSS) for record in records)
    return (one - control) - 0.5 * (other - control)


def distinct_less(records: Records) -> float:
    """Share of different pairs of words that is written at the end, first less second."""
    one, other = records
    return _last(one, DISTINCT) - _last(other, DISTINCT)


def tail_less(records: Records) -> float:
    """Share of rare human pairs of words that is written at the end, first less second."""
    one, other = records
    return _last(one, TAIL) - _last(other, TAIL)


def unseen_less(records: Records) -> float:
    """Wins over human text by the unseen reward model at the end, of the first less the second."""
    one, other = records
    return wins(one, -1, UNSEEN) - wins(other, -1, UNSEEN)


def gap_less(records: Records) -> float:
    """Growth of the gap between both reward models, of the first chain less the second."""
    one, other = records
    return growth_of_gap(one) - growth_of_gap(other)


def metric(key: str, record: Record, generation: int) -> float:
    """A metric of a generation."""
    return record.generations[generation].metrics[key].value
