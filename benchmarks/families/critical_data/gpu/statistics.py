"""The numbers that decide the paper's own claims at p = 113, from the record of one seed."""

import math

from benchmarks.families.critical_data.record import OneRun
from benchmarks.families.critical_data.statistics import Records

AT = 2000
"""Size of which the paper says how long it takes to generalise."""
BELOW = 1500
"""Largest size of which the paper says that it does not generalise."""


def steps_at_critical(records: Records) -> float:
    """Steps to generalise at n = 2,000; where that never was, the budget, a lower limit."""
    run = _of_size(records, AT)
    return float(run.budget if run.generalised is None else run.generalised)


def steps_at_largest(records: Records) -> float:
    """Steps to generalise at the largest size; where that never was, the budget."""
    (record,) = records
    run = max(record.runs, key=lambda one: one.size)
    return float(run.budget if run.generalised is None else run.generalised)


def best_up_to_below(records: Records) -> float:
    """Largest share right at the end, of sizes up to 1,500; nan where none was tried."""
    (record,) = records
    ends = [float(run.test[-1]) for run in record.runs if run.size <= BELOW]
    return max(ends, default=math.nan)


def _of_size(records: Records, size: int) -> OneRun:
    (record,) = records
    (run,) = (one for one in record.runs if one.size == size)
    return run
