"""Statistics of records of edited chains, by which claims are decided; one record per named arm."""

from collections.abc import Sequence

from benchmarks.families.layer_emulators.edited_chain.settings import BITS, CHANGED
from benchmarks.families.layer_emulators.record import EmulatorRecord


def bits(record: EmulatorRecord, generation: int | None = None) -> float:
    """Bits per byte of held-out text, of a generation or of the last."""
    at = record.recipe["rounds"] if generation is None else generation
    return record.metrics[f"{at}/{BITS}"].value


def last_cost(records: Sequence[EmulatorRecord]) -> float:
    """Bits per byte of the last model of one chain, less that of another.

    Args:
        records: That of the chain, and that of the other.
    """
    ours, other = records
    return bits(ours) - bits(other)


def changed(record: EmulatorRecord, generation: int) -> float:
    """Share of all tokens that the edit before a generation changed."""
    return record.metrics[f"{generation}/{CHANGED}"].value


def pace(record: EmulatorRecord) -> float:
    """Tokens that the arm's edits went over in a second, in all rounds together."""
    edits = [stage for kind, stage in record.stages.items() if kind.startswith("edit_")]
    return sum(stage.tokens for stage in edits) / sum(stage.seconds for stage in edits)
