"""The number that decides each claim, from the record of one seed."""

import math
from collections.abc import Callable, Sequence

import numpy as np
from scipy import stats

from benchmarks.families.critical_data.estimates import (
    exponent_beyond,
    exponent_error,
    step_size,
)
from benchmarks.families.critical_data.record import CriticalRecord, OneRun

Records = Sequence[CriticalRecord]
"""One record of each arm that a statistic needs, all of one seed."""
TELLS = 0.15
"""Error of an exponent, from the distances of the sizes that were tried, beyond which it tells no
hypothesis from the nearest other: half of the distance between p ln p and p^(5/3)."""


def chance_error(p: int, n_tested: int) -> float:
    """Standard error of the share that is right by chance, 1 / p, among so many questions."""
    return math.sqrt((1 - 1 / p) / p / n_tested)


def slowest_memorised(records: Records) -> float:
    """Most steps that any size took to be learnt by heart; the budget where one never was."""
    (record,) = records
    return float(max(_or_budget(run, run.memorised) for run in record.runs))


def spread_memorised(records: Records) -> float:
    """Most over fewest steps to be learnt by heart."""
    (record,) = records
    return slowest_memorised(records) / min(_or_budget(run, run.memorised) for run in record.runs)


def out_of_order(records: Records) -> float:
    """Number of sizes that do not keep to one step, below which none generalises and above all do.

    The step is the one with the fewest exceptions among the sizes; NaN where it lies outside of
    them, because all generalise or none does.
    """
    (record,) = records
    reached = [run.generalised is not None for run in sorted(record.runs, key=lambda r: r.size)]
    if all(reached) or not any(reached):
        return math.nan
    cuts = range(1, len(reached))
    return float(min(sum(reached[:cut]) + reached[cut:].count(False) for cut in cuts))


def steps_fall(records: Records) -> float:
    """Spearman's rho of steps to generalise on n, from the smallest size that generalises on."""
    (record,) = records
    first = _first_that_generalises(record)
    runs = [run for run in record.runs if first and run.size >= first.size]
    if len(runs) < 3:
        return math.nan
    steps = [_or_budget(run, run.generalised) for run in runs]
    return float(stats.spearmanr([run.size for run in runs], steps).statistic)


def peak_over_end(records: Records) -> float:
    """Steps to generalise at the smallest size that does, over those at the largest size."""
    (record,) = records
    first, last = _first_that_generalises(record), max(record.runs, key=lambda run: run.size)
    if first is None or first.generalised is None or last.generalised is None:
        return math.nan
    return first.generalised / last.generalised


def delay(records: Records) -> float:
    """Steps to generalise over steps to memorise, at the smallest size that generalises."""
    (record,) = records
    first = _first_that_generalises(record)
    if first is None or first.generalised is None or not first.memorised:
        return math.nan
    return first.generalised / first.memorised


def best_below(records: Records) -> float:
    """Largest share right at the end, of sizes of at most three quarters of the critical one."""
    (record,) = records
    limit = 0.75 * critical_size(record)
    ends = [float(run.test[-1]) for run in record.runs if run.size <= limit]
    return max(ends, default=math.nan)


def above_floor(records: Records) -> float:
    """How far the best accuracy lies above what follows from the examples, and chance."""
    (record,) = records
    chance = 1 / record.recipe["sweeps"][record.arm]["modulus"]
    over = list[float]()
    for run in record.runs:
        assert run.floor is not None, "few examples have a floor"
        over.append(run.test[-1] - run.floor - (1 - run.floor) * chance)
    return max(over)


def last_accuracy(records: Records) -> float:
    """Share right at the end, of the one model that there is."""
    (record,) = records
    (run,) = record.runs
    return float(run.test[-1])


def mirror_gap(records: Records) -> float:
    """Share right where the mirror image was learnt less that elsewhere, before generalisation."""
    (record,) = records
    gaps = [
        run.test_mirrored[-1] - run.test_apart[-1]
        for run in record.runs
        if run.generalised is None
        and run.test_mirrored[-1] is not None
        and run.test_apart[-1] is not None
    ]
    return float(np.mean(gaps)) if gaps else math.nan


def nested_less_fresh(records: Records) -> float:
    """Ln of the critical size with nested subsets over that with fresh ones of the same sizes."""
    nested, fresh = records
    sizes = {run.size for run in nested.runs}
    runs = [run for run in fresh.runs if run.size in sizes]
    found = step_size([run.size for run in runs], [run.generalised is not None for run in runs])
    return math.log(critical_size(nested) / found)


def decay_order(records: Records) -> float:
    """Kendall's tau of weight decay and how soon a model generalises; those that never did tie."""
    (record,) = records
    decays = [run.decay for run in record.runs]
    soon = [-_or_budget(run, run.generalised) for run in record.runs]
    return _tau(decays, soon)


def without_decay(records: Records) -> float:
    """Share right at the end of the model without weight decay."""
    (record,) = records
    (run,) = (run for run in record.runs if run.decay == 0)
    return float(run.test[-1])


def scale_order(records: Records) -> float:
    """Least ln ratio of steps to generalise from one initial scale to the next larger one."""
    (record,) = records
    runs = sorted(record.runs, key=lambda run: run.scale)
    logs = np.log([_or_budget(run, run.generalised) for run in runs])
    return float(np.diff(logs).min())


def scale_slope(records: Records) -> float:
    """Delay of larger initial scales over the steps that decay alone takes to undo them.

    The slope of a line through 0 of steps over those of scale 1 on ln(alpha) / (lr wd). A run that
    ended before counts as if it had generalised at the end; the slope is then a lower limit.
    """
    (record,) = records
    rate = record.recipe["sweeps"][record.arm]["learning_rate"]
    steps = {run.scale: _or_budget(run, run.generalised) for run in record.runs}
    decay = record.runs[0].decay
    x = np.array([math.log(scale) / (rate * decay) for scale in steps if scale != 1])
    y = np.array([steps[scale] - steps[1.0] for scale in steps if scale != 1])
    return float(x @ y / (x @ x))


def width_order(records: Records) -> float:
    """Kendall's tau of width and how few sizes generalise: above 0 where wider needs more data."""
    widths = [record.recipe["sweeps"][record.arm]["width"] for record in records]
    fewer = [-sum(run.generalised is not None for run in record.runs) for record in records]
    return _tau(widths, fewer)


def grows_beyond(hypothesis: str) -> Callable[[Records], float]:
    """How much faster the critical size grows with the modulus than a hypothesis says."""
    return {"p ln p": _beyond_log, "p^(5/3)": _beyond_five_thirds, "p^2": _beyond_square}[
        hypothesis
    ]


def _beyond_log(records: Records) -> float:
    return _beyond(records, "p ln p")


def _beyond_five_thirds(records: Records) -> float:
    return _beyond(records, "p^(5/3)")


def _beyond_square(records: Records) -> float:
    return _beyond(records, "p^2")


def _beyond(records: Records, hypothesis: str) -> float:
    """NaN where the sizes are too far apart to tell exponents by `TELLS`."""
    moduli = [record.recipe["sweeps"][record.arm]["modulus"] for record in records]
    sizes = [critical_size(record) for record in records]
    if not all(map(math.isfinite, sizes)):
        return math.nan
    ends = [_ends(record, size) for record, size in zip(records, sizes, strict=True)]
    if exponent_error(moduli, ends) > TELLS:
        return math.nan
    return exponent_beyond(moduli, sizes, hypothesis)


def _ends(record: CriticalRecord, size: float) -> tuple[float, float]:
    """Largest size that was tried below a critical one, and the least above it."""
    tried = [run.size for run in record.runs]
    return max(n for n in tried if n < size), min(n for n in tried if n > size)


def critical_size_alone(records: Records) -> float:
    """Critical size of one record."""
    (record,) = records
    return critical_size(record)


def critical_size(record: CriticalRecord) -> float:
    """Critical size of one seed; nan where it lies outside the sizes."""
    runs = record.runs
    return step_size([run.size for run in runs], [run.generalised is not None for run in runs])


def _first_that_generalises(record: CriticalRecord) -> OneRun | None:
    runs = [run for run in record.runs if run.generalised is not None]
    return min(runs, key=lambda run: run.size, default=None)


def _or_budget(run: OneRun, step: int | None) -> float:
    """The step at which something was seen, or the budget, which is then a lower limit."""
    return float(run.budget if step is None else step)


def _tau(first: Sequence[float], second: Sequence[float]) -> float:
    """Kendall's tau; 0 where one of the two does not vary, for then there is no order."""
    if len(set(first)) < 2 or len(set(second)) < 2:
        return 0.0
    return float(stats.kendalltau(first, second).statistic)
