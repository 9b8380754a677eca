"""A step of `collapse gpu`: sizes around the critical one as published, several seeds at once."""

import statistics
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

from benchmarks.families.critical_data.estimates import threshold
from benchmarks.families.critical_data.recipes import CriticalStudy, critical_data_gpu
from benchmarks.families.critical_data.record import CriticalRecord, OneRun
from benchmarks.families.critical_data.sweeps.settings import Sweep
from benchmarks.running.step import Workbench

ARM = "critical"
SEEDS = 8
"""Seeds that the claims about the paper's own sizes plan."""
_SECONDS_AFTER = 5.0
"""Seconds that are left for the report when no further seeds are begun."""


def critical_sizes(bench: Workbench) -> None:
    """Records of the arm `critical` of `critical_data_gpu`, seeds by seeds that train at once.

    What it says after each of them is what the claims are judged by: the first seeds alone show
    where the critical size lies, the others how sure that is.
    """
    study = _miniature() if bench.miniature else critical_data_gpu()
    sweep = study.sweeps[ARM]
    seeds = range(2 * study.seeds_at_once if bench.miniature else SEEDS)
    bench.say(
        f"{study.name}-{study.digest}, arm {ARM}: addition modulo {sweep.modulus}, "
        f"{len(sweep.sizes)} sizes from {min(sweep.sizes):,} to {max(sweep.sizes):,}, "
        f"{sweep.steps:,} steps at most, seeds {seeds[0]} to {seeds[-1]}, "
        f"{study.seeds_at_once} at once"
    )
    found: list[CriticalRecord] = []
    for first in range(0, len(seeds), study.seeds_at_once):
        began = time.time()
        for seed in seeds[first : first + study.seeds_at_once]:
            record = bench.run(study, ARM, seed)
            assert isinstance(record, CriticalRecord), "the study is of this family"
            found.append(record)
        spent = time.time() - began
        for line in _told(found, study, spent):
            bench.say(line)
        more = first + study.seeds_at_once < len(seeds)
        if more and bench.seconds_left() < spent + _SECONDS_AFTER:
            bench.say(f"seeds from {first + study.seeds_at_once} on do not fit any more")
            return


def _miniature() -> CriticalStudy:
    """The study with models that learn addition modulo 11 in a second."""
    tiny = Sweep(
        modulus=11,
        sizes=(20, 40, 80),
        steps=100,
        every=10,
        width=16,
        learning_rate=1e-2,
        generalised_at=0.35,
    )
    return replace(critical_data_gpu(), arms=(ARM,), sweeps={ARM: tiny}, seeds_at_once=2)


def _told(found: Sequence[CriticalRecord], study: CriticalStudy, spent: float) -> Iterable[str]:
    """What the records so far say, in words."""
    runs = [run for record in found for run in record.runs]
    latest = found[-study.seeds_at_once :]
    made = sum(run.steps for record in latest for run in record.runs)
    yield (
        f"{len(found)} seeds; the last {len(latest)} took {spent:.0f} s, {made / spent:,.0f} model "
        "steps/s with all looks"
    )
    sweep = study.sweeps[ARM]
    line = threshold(
        [run.size for run in runs],
        [run.generalised is not None for run in runs],
        budget=sweep.steps,
    )
    middle = "outside of the sizes" if line.size is None else f"{line.size:,.0f}"
    yield (
        f"critical size {middle} [{_end(line.low)}, {_end(line.high)}] at {sweep.steps:,} steps, "
        f"{len(found)} seeds (the paper: 2,000 generalise, 1,500 do not)"
    )
    for size in sweep.sizes:
        yield _of_size([run for run in runs if run.size == size])


def _of_size(runs: Sequence[OneRun]) -> str:
    """How many models of one size generalised, after how long, and what the others know."""
    done = [run.generalised for run in runs if run.generalised is not None]
    others = [run.test[-1] for run in runs if run.generalised is None]
    after = f" after {statistics.median(done):,.0f} steps" if done else ""
    rest = f"; others are right in {statistics.median(others):.2f}" if others else ""
    return f"n = {runs[0].size:,}: {len(done)} of {len(runs)} generalise{after}{rest}"


def _end(value: float | None) -> str:
    return "?" if value is None else f"{value:,.0f}"
