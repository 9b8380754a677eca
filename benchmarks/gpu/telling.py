"""Telling: chains of a recipe in the order of what they tell, as many as the time allows."""

import os
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.chains.recipe import Recipe
from benchmarks.chains.record import Record, read_record
from benchmarks.comparing.curves import CONTROL, LOSS
from benchmarks.comparing.differences import paired
from benchmarks.families.catalogue import family_of
from benchmarks.families.toedit.recipes.smoke import smoke
from benchmarks.families.toedit.recipes.workflows import workflows_gpu
from benchmarks.run import RunTask, run_one_quietly, tasks_of
from benchmarks.running.record import Envelope, read_as
from benchmarks.running.side_by_side import side_by_side
from benchmarks.running.step import FoundEquality, Workbench
from benchmarks.running.study import RunsItself
from benchmarks.speed.determinism import shrunk

FIRST = (
    CONTROL, "replace", "edit_source", "edit_previous", "edit_random", "accumulate", "mix",
)  # fmt: skip
"""Workflows in the order of what they tell; the rest of the recipe's follow in its order."""
SEEDS = 5
_SECONDS_AFTER = 10.0
"""Seconds that are left for the report when no further chain is begun."""


def chains(bench: Workbench) -> None:
    """Chains of `workflows_gpu`, seed by seed, side by side on the one device."""
    recipe = _miniature() if bench.miniature else workflows_gpu()
    tasks = _tasks(recipe, bench)
    jobs = 2 if bench.miniature else _jobs()
    began, longest = time.time(), 0.0

    def fits() -> bool:
        """Whether a chain that is begun now would end in time, as far as is known."""
        return bench.seconds_left() > longest + _SECONDS_AFTER

    bench.say(f"{recipe.name}-{recipe.digest}: {len(tasks)} chains are wanted, {jobs} at a time")
    done = side_by_side(tasks, run_one_quietly, jobs=jobs, threads=1, go_on=fits)
    for n_done, (name, path) in enumerate(done, start=1):
        record = read_record(Path(path))
        spent = time.time() - began
        longest = max(longest, record.seconds)
        more = int(max(bench.seconds_left(), 0) / spent * n_done)
        bench.say(
            f"{name}: {record.last.metrics[LOSS].value:.4f} bits per byte after generation "
            f"{record.last.generation}; {record.seconds:.0f} s of stages, {n_done} chains in "
            f"{spent:.0f} s, about {more} more fit"
        )
        _say_what_is_known(bench, recipe)
    _check_memory(bench, recipe)


def run_arm(recipe: RunsItself, arm: str, seed: int, bench: Workbench) -> Envelope:
    """Run one arm of one seed of a family's recipe on a bench; return its record."""
    task = RunTask(
        recipe=recipe,
        seed=seed,
        arm=arm,
        outputs=bench.folder / "outputs",
        records=bench.records,
        device=bench.device,
    )
    return read_as(family_of(recipe).record(), Path(run_one_quietly(task)))


def _tasks(recipe: Recipe, bench: Workbench) -> dict[str, RunTask]:
    """The chains of every seed by name, those that tell most before the others of the seed."""
    seeds = range(1 if bench.miniature else SEEDS)
    tasks = tasks_of(recipe, seeds, bench.folder / "outputs", bench.records, bench.device)
    late = len(FIRST)

    def place(task: RunTask) -> tuple[int, int]:
        return task.seed, FIRST.index(task.arm) if task.arm in FIRST else late

    return {task.name: task for task in sorted(tasks.values(), key=place)}


def _jobs() -> int:
    """Chains at a time: one GPU serves several, which mostly wait for their own processor core."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(min((cores or 1) - 2, 2 * len(FIRST)), 1)


def _miniature() -> Recipe:
    return replace(shrunk(smoke()), workflows=(CONTROL, "replace"))


def _records(bench: Workbench, recipe: Recipe) -> list[Record]:
    found = map(read_record, sorted(bench.records.glob("*/*.json")))
    return [record for record in found if record.digest == recipe.digest]


def _say_what_is_known(bench: Workbench, recipe: Recipe) -> None:
    """Losses above the control's at the last generation, of the workflows that are finished."""
    last: dict[str, dict[int, float]] = {}
    for record in _records(bench, recipe):
        last.setdefault(record.workflow, {})[record.seed] = record.last.metrics[LOSS].value
    control: Mapping[int, float] = last.pop(CONTROL, {})
    parts = []
    for workflow, losses in last.items():
        common = sorted(losses.keys() & control.keys())
        if common:
            above = paired(np.array([losses[seed] - control[seed] for seed in common]))
            interval = "" if above.low is None else f" [{above.low:+.4f}, {above.high:+.4f}]"
            parts.append(f"{workflow} {above.mean:+.4f}{interval}, {above.n} seeds")
    if parts:
        bench.say("above new human text, bits per byte: " + "; ".join(parts))


def _check_memory(bench: Workbench, recipe: Recipe) -> None:
    """Whether records say how much of the device's memory each heavy stage took."""
    if bench.device.kind == "cpu":
        return
    heavy = ("fit", "evaluate")
    for record in _records(bench, recipe)[:1]:
        peaks = {kind: record.last.stages[kind].peak_device_memory_bytes for kind in heavy}
        bench.found(
            FoundEquality(
                name=f"device memory is on record: {record.workflow}, last generation",
                outcome=", ".join(
                    f"{kind} {(peak or 0) / 2**30:.2f} GiB" for kind, peak in peaks.items()
                ),
                tolerance="a number for each heavy stage",
                holds=all(peaks.values()),
            )
        )
