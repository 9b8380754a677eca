"""What pages and pictures show of the records: pooled thresholds, runs by size, lines of decay."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.families.critical_data.estimates import Threshold, threshold
from benchmarks.families.critical_data.lazy.study import critical_data_lazy
from benchmarks.families.critical_data.recipes import RECIPES
from benchmarks.families.critical_data.record import CriticalRecord, OneRun
from benchmarks.families.critical_data.statistics import critical_size
from benchmarks.families.critical_data.sweeps.settings import Sweep

P = RECIPES["critical_data"]().sweeps["sizes"].modulus
"""Modulus of the sizes that pages and pictures show."""


def of_arm(records: Sequence[CriticalRecord], recipe: str, arm: str) -> list[CriticalRecord]:
    """Records of one arm of a recipe as it stands now, by seed."""
    digest = RECIPES[recipe]().digest
    mine = [record for record in records if record.digest == digest and record.arm == arm]
    return sorted(mine, key=lambda record: record.seed)


def sizes_records(records: Sequence[CriticalRecord]) -> list[CriticalRecord]:
    """Records of the nine sizes, of the tier that has more seeds; of the smaller one if equal."""
    found = [of_arm(records, name, "sizes") for name in ("critical_data", "critical_data_cpu")]
    return max(found, key=len)


def runs_by_size(records: Sequence[CriticalRecord]) -> dict[int, list[OneRun]]:
    """Models of all seeds by the number of examples that they learnt."""
    found: dict[int, list[OneRun]] = {}
    for record in records:
        for run in record.runs:
            found.setdefault(run.size, []).append(run)
    return found


def pooled_threshold(records: Sequence[CriticalRecord]) -> Threshold:
    """The critical size of all seeds together; with unlike budgets the largest is named."""
    runs = [run for record in records for run in record.runs]
    return threshold(
        [run.size for run in runs],
        [run.generalised is not None for run in runs],
        budget=max(run.budget for run in runs),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bracket:
    """Where the critical size of one seed lies among the sizes that it tried."""

    size: float | None
    """The step that fits best; None where it lies outside the sizes."""
    ends: tuple[float, float]
    """Largest size below it and least size above it; all that was tried where it lies outside."""
    above: bool
    """Whether it lies above all sizes, where it is outside: no more than chance generalised."""


def bracket(record: CriticalRecord) -> Bracket:
    """Where the critical size of one seed lies among the sizes that it tried."""
    sizes = sorted(float(run.size) for run in record.runs)
    found = critical_size(record)
    if not np.isfinite(found):
        reached = sum(run.generalised is not None for run in record.runs)
        return Bracket(size=None, ends=(sizes[0], sizes[-1]), above=2 * reached < len(sizes))
    below = max(size for size in sizes if size < found)
    return Bracket(size=found, ends=(below, min(s for s in sizes if s > found)), above=False)


def moduli_brackets(records: Sequence[CriticalRecord]) -> dict[int, list[Bracket]]:
    """Critical size of each seed by modulus, of the recipe of moduli; those inside its sizes."""
    found = _brackets(records, "critical_data_cpu_moduli", lambda sweep: sweep.modulus)
    return {p: seeds for p, seeds in found.items() if any(one.size for one in seeds)}


def exponent_range(found: Mapping[int, Sequence[Bracket]]) -> tuple[float, float]:
    """Least and largest exponent of n = c p^b that the sizes which bound the seeds allow.

    The slope of ln n on ln p is a weighted sum: it is least where every size below the middle of
    the moduli lies at its upper bound and every other one at its lower, and largest the other way
    round. Ends are means of ln n over the seeds that lie inside the sizes.

    Args:
        found: Where the critical size of every seed lies, by modulus; at least two moduli.
    """
    logs = np.log(sorted(found))
    weights = (logs - logs.mean()) / ((logs - logs.mean()) ** 2).sum()
    ends = np.array(
        [
            np.mean([np.log(one.ends) for one in found[p] if one.size is not None], axis=0)
            for p in sorted(found)
        ]
    )
    low, high = ends.T
    least = np.where(weights > 0, low, high) @ weights
    return float(least), float(np.where(weights > 0, high, low) @ weights)


def widths_brackets(records: Sequence[CriticalRecord]) -> dict[int, list[Bracket]]:
    """Critical size of each seed by width of the model, of the recipe of widths."""
    return _brackets(records, "critical_data_cpu_widths", lambda sweep: sweep.width)


def widths_records(records: Sequence[CriticalRecord]) -> dict[int, list[CriticalRecord]]:
    """Records of the recipe of widths, by width."""
    study = RECIPES["critical_data_cpu_widths"]()
    found = {sweep.width: of_arm(records, study.name, arm) for arm, sweep in study.sweeps.items()}
    return {width: mine for width, mine in sorted(found.items()) if mine}


def widths_setting() -> tuple[int, int]:
    """Modulus and budget at which widths are compared."""
    (setting,) = {
        (sweep.modulus, sweep.steps)
        for sweep in RECIPES["critical_data_cpu_widths"]().sweeps.values()
    }
    return setting


def _brackets(
    records: Sequence[CriticalRecord], recipe: str, key: Callable[[Sweep], int]
) -> dict[int, list[Bracket]]:
    study = RECIPES[recipe]()
    found = {
        key(sweep): [bracket(record) for record in of_arm(records, study.name, arm)]
        for arm, sweep in study.sweeps.items()
    }
    return {place: seeds for place, seeds in found.items() if seeds}


def lazy_records(records: Sequence[CriticalRecord]) -> dict[str, list[CriticalRecord]]:
    """Records of lazy students by arm, as their recipe stands now."""
    study = critical_data_lazy()
    mine = [record for record in records if record.digest == study.digest]
    found = {arm: [record for record in mine if record.arm == arm] for arm in study.arms}
    return {arm: sorted(ones, key=lambda r: r.seed) for arm, ones in found.items() if ones}


def decay_lines(
    records: Sequence[CriticalRecord],
) -> list[tuple[float, NDArray[np.float64], NDArray[np.float64]]]:
    """Initial scale, steps and length of the weights if decay alone acted, until it is undone."""
    found = []
    for run in records[0].runs:
        sweep = records[0].recipe["sweeps"][records[0].arm]
        shrink = 1 - sweep["learning_rate"] * run.decay
        last = np.log(max(run.scale, 1.05)) / -np.log(shrink)
        steps = np.linspace(0, last, 40)
        assert run.norm[0] is not None, "a run begins with numbers"
        found.append((run.scale, steps, run.norm[0] * shrink**steps))
    return found
