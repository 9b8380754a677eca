"""What pages and pictures show of the records: pooled thresholds, runs by size, lines of decay."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.families.critical_data.estimates import Threshold, threshold
from benchmarks.families.critical_data.recipes import RECIPES
from benchmarks.families.critical_data.record import CriticalRecord, OneRun
from benchmarks.families.critical_data.statistics import critical_size

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


def moduli_thresholds(records: Sequence[CriticalRecord]) -> dict[int, list[float]]:
    """Critical size of each seed by modulus, of the recipe of moduli."""
    study = RECIPES["critical_data_cpu_moduli"]()
    found = {
        study.sweeps[arm].modulus: [
            critical_size(record) for record in of_arm(records, study.name, arm)
        ]
        for arm in study.arms
    }
    return {p: sizes for p, sizes in found.items() if np.isfinite(sizes).any()}


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
