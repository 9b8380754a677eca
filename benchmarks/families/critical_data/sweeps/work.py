"""What runs inside the stages: questions are drawn, models trained at once, curves written down."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.families.critical_data.sweeps.looks import first, rounded, share
from benchmarks.families.critical_data.sweeps.settings import Sweep
from benchmarks.running.bench import Bench
from benchmarks.running.record import Metric
from benchmarks.running.stage import Stage
from data.randomness import stream
from lightning_modules.critical_data.questions import Pairs, Task, has_mirror
from lightning_modules.critical_data.settings import OneLayerShape, RunSettings, SweepSettings
from lightning_modules.critical_data.sweep import Curve, train_many
from lightning_modules.device import Advance, Device
from theory.critical_data.identify import implied

_FIRST_LOOKS = 8
"""Looks at the beginning that a record keeps, where models learn by heart."""
_LATER_LOOKS = 16
"""Looks after that which a record keeps, evenly spread, the last one among them."""
_FLOOR_BELOW = 5
"""Multiple of the modulus below which the share that follows is computed; above, nearly all do."""


def sweep_stages(sweep: Sweep, seeds: Sequence[int], bench: Bench) -> list[Stage]:
    """Train the models of a sweep in batches, a stage each; before them the one that sets the pace.

    The budgets of the batches of a paced sweep follow from what that first stage found.

    Args:
        sweep: What the arm trains.
        seeds: Replicates that train at once, and so share these stages.
        bench: Where the stages are run.
    """
    ahead, left = _order(sweep)
    whole = [sweep.steps] * len(seeds)
    first = [_stage(bench, sweep, seeds, "pace", ahead, whole)] if ahead else []
    budgets = _budgets(sweep, seeds, first)
    starts = range(0, len(left), sweep.at_once)
    return first + [
        _stage(bench, sweep, seeds, f"batch-{number}", left[start : start + sweep.at_once], budgets)
        for number, start in enumerate(starts)
    ]


def sweep_found(
    sweep: Sweep, stages: Sequence[Stage], seed: int | None = None
) -> Mapping[str, Any]:
    """What the record of a sweep holds of one seed, the only one if none is named."""
    ahead, left = _order(sweep)
    together = [int(one) for one in stages[0].facts["runs"]]
    if seed is None:
        (seed,) = together
    made = [run for stage in stages for run in stage.facts["runs"][str(seed)]]
    found = dict(zip([*ahead, *left], made, strict=True))
    budget = _budgets(sweep, together, stages)[together.index(seed)]
    for place in ahead:
        steps = max(budget, found[place]["steps"])
        found[place] = {**found[place], "budget": steps}
    runs = [found[place] for place in sorted(found)]
    return {"runs": runs, "metrics": _metrics(runs)}


def _order(sweep: Sweep) -> tuple[list[int], list[int]]:
    """Places of the model that sets the pace, if one does, and of those in batches."""
    places = range(len(sweep.variants))
    ahead = [] if sweep.pace is None else [max(places, key=lambda at: sweep.variants[at][0])]
    return ahead, [place for place in places if place not in ahead]


def _budgets(sweep: Sweep, seeds: Sequence[int], stages: Sequence[Stage]) -> list[int]:
    """The budget of each of these seeds, which the first stage may have set."""
    if sweep.pace is None:
        return [sweep.steps] * len(seeds)
    fastest = stages[0].facts["runs"]
    return [_budget(sweep, fastest[str(seed)][0]["generalised"]) for seed in seeds]


def _budget(sweep: Sweep, fastest: int | None) -> int:
    """Steps of all models, from those of the fastest: whole looks, and no more than allowed."""
    assert sweep.pace is not None
    if fastest is None:
        return sweep.steps
    looks = max(math.ceil(sweep.pace * fastest / sweep.every), 1)
    return min(sweep.steps, looks * sweep.every)


def _stage(
    bench: Bench,
    sweep: Sweep,
    seeds: Sequence[int],
    kind: str,
    places: Sequence[int],
    budgets: Sequence[int],
) -> Stage:
    n_tokens = sum(sweep.variants[place][0] for place in places) * sum(budgets)
    # How many train at once in other stages does not matter for what is made here.
    settings = replace(sweep, pace=None, at_once=1)
    return bench.run(
        0,
        kind,
        train,
        progress=n_tokens,
        sweep=settings,
        seeds=list(seeds),
        places=list(places),
        budgets=list(budgets),
    )


def train(
    folder: Path,
    *,
    sweep: Sweep,
    seeds: Sequence[int],
    places: Sequence[int],
    budgets: Sequence[int],
    device: Device,
    advance: Advance,
) -> Mapping[str, Any]:
    """Train some models of a sweep at once; go on from `working/last.ckpt` if it is there.

    Args:
        folder: Receives the checkpoint while they train.
        sweep: What the arm trains.
        seeds: Replicates: each decides the questions set aside, those learnt, and the first
            weights.
        places: Which of the sweep's models each seed has here, by their order.
        budgets: Steps at most of the models of each seed.
        device: Device that they train on.
        advance: Told how many more questions were trained on.
    """
    working = folder / "working"
    working.mkdir(exist_ok=True)
    planned = [
        (replace(sweep, steps=budget), seed, *sweep.variants[place])
        for seed, budget in zip(seeds, budgets, strict=True)
        for place in places
    ]
    tasks = [task_of(sweep, seed, size) for _, seed, size, _, _ in planned]
    module = train_many(
        shape_of(sweep),
        [run_of(mine, seed, size, decay, scale) for mine, seed, size, decay, scale in planned],
        tasks,
        SweepSettings(steps=max(budgets), every=sweep.every, stop_at=sweep.generalised_at),
        folder=working,
        device=device,
        advance=advance,
    )
    for file in working.iterdir():
        file.unlink()
    working.rmdir()
    found: dict[str, list[dict[str, Any]]] = {str(seed): [] for seed in seeds}
    for (mine, seed, size, decay, scale), task, curve in zip(
        planned, tasks, module.curves, strict=True
    ):
        run = {"size": size, "decay": decay, "scale": scale, **seen(mine, task, curve)}
        found[str(seed)].append(run)
    n_tokens = sum(run["size"] * run["steps"] for runs in found.values() for run in runs)
    return {"runs": found, "tokens": n_tokens}


def shape_of(sweep: Sweep) -> OneLayerShape:
    """Size of the models of a sweep; the feed-forward layer is four times as wide."""
    return OneLayerShape(
        symbols=sweep.modulus,
        width=sweep.width,
        heads=sweep.heads,
        feed_forward=4 * sweep.width,
        constants=sweep.constants,
    )


def run_of(sweep: Sweep, seed: int, size: int, decay: float, scale: float) -> RunSettings:
    """What sets one model of a sweep apart from those beside it."""
    return RunSettings(
        seed=seed,
        learning_rate=sweep.learning_rate,
        weight_decay=decay,
        scale=scale,
        name=f"n{size}",
        steps=sweep.steps,
    )


def task_of(sweep: Sweep, seed: int, size: int) -> Task:
    """What one model learns and is asked; the questions set aside are those of its seed."""
    p = sweep.modulus
    order = stream(seed, "critical_data/test", p).permutation(p * p)
    aside, pool = order[: sweep.n_tested], order[sweep.n_tested :]
    if sweep.subsets == "fresh":
        pool = stream(seed, "critical_data/subset", p, size).permutation(pool)
    trained, tested = _pairs(pool[:size], p), _pairs(aside, p)
    labels = trained.sum(axis=1) % p
    if sweep.labels == "scrambled":
        labels = stream(seed, "critical_data/labels", p, size).permutation(labels)
    return Task(trained=trained, labels=labels, tested=tested, expected=tested.sum(axis=1) % p)


def _pairs(questions: NDArray[np.int64], p: int) -> Pairs:
    return np.stack([questions // p, questions % p], axis=1)


def seen(sweep: Sweep, task: Task, curve: Curve) -> dict[str, Any]:
    """What a record holds of one model, from its whole curve."""
    steps = np.array(curve.steps)
    kept = _kept(len(steps))
    chosen = {name: curve.column(name)[kept] for name in ("train", "test", "norm")}
    halves = {name: curve.column(name)[kept] for name in ("apart", "mirrored")}
    n = len(task.trained)
    few = n < _FLOOR_BELOW * sweep.modulus
    floor = implied(task.trained, task.tested, sweep.modulus, "one").mean() if few else None
    return {
        "budget": sweep.steps,
        "steps": int(steps[-1]),
        "memorised": first(steps, curve.column("train") >= sweep.memorised_at),
        "generalised": first(steps, curve.column("test") >= sweep.generalised_at),
        "floor": None if floor is None else float(floor),
        "tested": len(task.tested),
        "apart": int((~has_mirror(task)).sum()),
        "looks": steps[kept].tolist(),
        **{name: rounded(values) for name, values in chosen.items()},
        **{f"test_{name}": rounded(values) for name, values in halves.items()},
    }


def _kept(n_looks: int) -> list[int]:
    """Places of the looks that a record keeps: the first ones all, later ones evenly spread."""
    later = np.linspace(_FIRST_LOOKS, n_looks - 1, _LATER_LOOKS).round().astype(int)
    first = range(min(_FIRST_LOOKS, n_looks))
    return sorted({*first, *(later.tolist() if n_looks > _FIRST_LOOKS else ())})


def _metrics(runs: Sequence[Mapping[str, Any]]) -> dict[str, Metric]:
    """The end of every model as numbers by name: `n288_wd1_x1/test`."""
    found: dict[str, Metric] = {}
    for run in runs:
        name = f"n{run['size']}_wd{run['decay']:g}_x{run['scale']:g}"
        found[f"{name}/test"] = share(run["test"][-1] or 0.0, run["tested"])
        for event in ("memorised", "generalised"):
            if run[event] is not None:
                steps = float(run[event])
                found[f"{name}/{event}"] = Metric(value=steps, stderr=None, n=1, version=1)
    return found
