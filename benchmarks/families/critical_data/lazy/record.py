"""What a record of lazy students must hold."""

from benchmarks.families.critical_data.lazy.names import metric_name
from benchmarks.families.critical_data.record import CriticalRecord
from data.errors import BadInput


def is_lazy(record: CriticalRecord) -> bool:
    """Whether a record is of lazy students, by the recipe inside."""
    return "students" in record.recipe


def check_lazy(record: CriticalRecord) -> None:
    """What was measured is what the recipe says: every share, penalty and part that is not empty.

    Raises:
        BadInput: It is not.
    """
    if record.runs:
        raise BadInput("lazy students have no runs of a sweep")
    for share in record.recipe["learnt"]:
        for penalty in record.recipe["penalties"]:
            train, asked, mirrored, apart = (
                record.metrics.get(metric_name(share, penalty, part))
                for part in ("train", "right", "mirrored", "apart")
            )
            if train is None or asked is None:
                raise BadInput(f"learnt share {share:g} at penalty {penalty:g} is missing")
            if asked.n != sum(part.n for part in (mirrored, apart) if part is not None):
                raise BadInput(f"learnt share {share:g}: its questions do not add up")
