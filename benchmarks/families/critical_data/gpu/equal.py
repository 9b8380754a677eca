"""A step of `collapse gpu`: models at once as each alone and as on a CPU, and how fast they are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np
import torch

from benchmarks.families.critical_data.recipes import critical_data_gpu
from benchmarks.families.critical_data.speed import (
    GOAL,
    Loss,
    Way,
    measured,
    plain_step,
    recorded_step,
    smoke,
    step_at_once,
)
from benchmarks.families.critical_data.sweeps.settings import Sweep
from benchmarks.families.critical_data.sweeps.work import run_of, shape_of, task_of
from benchmarks.running.step import FoundEquality, FoundRatio, Workbench
from lightning_modules.critical_data.settings import SweepSettings
from lightning_modules.critical_data.sweep import Curve, train_many
from lightning_modules.device import Device
from lightning_modules.writing.replay import Record, on_cuda

_LOSSES, _AT_END = 2e-3, 1e-5
"""Nats that two ways may lie apart at any look, for sums are added in another order and the loss
falls fast at first; and at the last one, when all is learnt by heart."""
_ROUNDED = 0.05
"""The same, at any look, where products are rounded to 10 bits (TF32)."""
_COUNT = 54
"""Models whose speed is measured: 18 sizes of three seeds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Way:
    """A way to train the same models."""

    name: str
    device: Device
    record: Record | None = None
    tf32: bool = False


def equal(bench: Workbench) -> None:
    """Losses of a sweep by several ways, whether TF32 delays anything, and models' steps/s."""
    sweep, longer, paper = _miniature() if bench.miniature else _whole()
    seeds, device = (0, 1), bench.device
    record = on_cuda() if device.kind == "cuda" else _as_it_is
    cpu = _trained(bench, sweep, seeds, _Way(name="cpu", device=Device(name="cpu")))
    plain = _trained(bench, sweep, seeds, _Way(name="plain", device=device))
    _compare(bench, "on the device to the CPU, fp32", plain, cpu)
    again = _trained(bench, sweep, seeds, _Way(name="again", device=device))
    _compare(bench, "on the device, again", again, plain, bitwise=True)
    _each_alone(bench, sweep, seeds, plain)
    recorded = _Way(name="recorded", device=device, record=record)
    _compare(bench, "recorded to plain steps", _trained(bench, sweep, seeds, recorded), plain)
    resumed = _killed_and_resumed(bench, sweep, seeds, device)
    _compare(bench, "killed and gone on, to one in one go", resumed, plain, bitwise=True)
    rounded = _Way(name="tf32", device=device, tf32=True)
    _compare(bench, "TF32 to fp32", _trained(bench, sweep, seeds, rounded), plain, most=_ROUNDED)
    _delayed(bench, longer, seeds)
    _speeds(bench, paper, record)


def _whole() -> tuple[Sweep, Sweep, Sweep]:
    """Models of the smoke tier, briefly and until they generalise; the paper's at n = 2,000."""
    few = replace(smoke(), sizes=(144, 384, 720), steps=200, every=50)
    longer = replace(smoke(), sizes=(576, 720), steps=2000)
    return few, longer, replace(critical_data_gpu().sweeps["critical"], sizes=(2000,))


def _miniature() -> tuple[Sweep, Sweep, Sweep]:
    tiny = Sweep(modulus=11, sizes=(40, 80), steps=20, every=10, width=16)
    return tiny, tiny, replace(tiny, sizes=(40,))


def _as_it_is(step: Way) -> Way:
    """A recording on a CPU: the step itself."""
    return step


def _trained(
    bench: Workbench,
    sweep: Sweep,
    seeds: Sequence[int],
    way: _Way,
    advance: Callable[[int], None] = lambda n: None,
) -> list[Curve]:
    """What was seen of every size of every seed; none stops before the end."""
    folder = bench.folder / way.name
    folder.mkdir(exist_ok=True)
    chosen = [(seed, size) for seed in seeds for size in sweep.sizes]
    return train_many(
        shape_of(sweep),
        [run_of(sweep, seed, size, sweep.decays[0], 1.0) for seed, size in chosen],
        [task_of(sweep, seed, size) for seed, size in chosen],
        SweepSettings(steps=sweep.steps, every=sweep.every, stop_at=2.0),
        folder=folder,
        device=way.device,
        advance=advance,
        record=way.record,
        tf32=way.tf32,
    ).curves


def _compare(
    bench: Workbench,
    words: str,
    ours: Sequence[Curve],
    others: Sequence[Curve],
    *,
    most: float = _LOSSES,
    bitwise: bool = False,
) -> None:
    """How far losses are apart at any look and at the last one, beside what was promised."""
    mine, theirs = (np.array([curve.column("loss") for curve in each]) for each in (ours, others))
    apart = np.abs(mine - theirs)
    at_any, at_end = float(apart.max()), float(apart[:, -1].max())
    limits = (0.0, 0.0) if bitwise else (most, most if most == _ROUNDED else _AT_END)
    bench.found(
        FoundEquality(
            name=f"{len(mine)} small models at once {words}",
            outcome=f"losses {at_any:.2g}, at the end {at_end:.2g}",
            tolerance="bitwise" if bitwise else f"losses {limits[0]:g}, at the end {limits[1]:g}",
            holds=bool(np.isfinite(apart).all()) and at_any <= limits[0] and at_end <= limits[1],
        )
    )


def _each_alone(
    bench: Workbench, sweep: Sweep, seeds: Sequence[int], at_once: Sequence[Curve]
) -> None:
    """The first seed's models, each by itself on the device, against all at once."""
    mine: list[Curve] = []
    for size in sweep.sizes:
        way = _Way(name=f"alone-{size}", device=bench.device)
        mine += _trained(bench, replace(sweep, sizes=(size,)), seeds[:1], way)
    _compare(bench, "on the device to each alone", at_once[: len(mine)], mine)


class _Killed(Exception):
    """Ends a sweep from within, as a signal would."""


def _killed_and_resumed(
    bench: Workbench, sweep: Sweep, seeds: Sequence[int], device: Device
) -> list[Curve]:
    """A sweep that is ended once it has written a checkpoint, and goes on from there."""
    way = _Way(name="killed", device=device)
    checkpoint: Path = bench.folder / way.name / "last.ckpt"

    def kill(_: int) -> None:
        if checkpoint.is_file():
            raise _Killed

    try:
        _trained(bench, sweep, seeds, way, kill)
    except _Killed:
        return _trained(bench, sweep, seeds, way)
    bench.say("no checkpoint was written before the end: the sweep was over too soon")
    return _trained(bench, sweep, seeds, way)


def _delayed(bench: Workbench, sweep: Sweep, seeds: Sequence[int]) -> None:
    """When models generalise in fp32 and in TF32, to which grokking may be sensitive."""
    for tf32 in (False, True):
        words = "TF32" if tf32 else "fp32"
        way = _Way(name=f"long-{words}", device=bench.device, tf32=tf32)
        curves = _trained(bench, sweep, seeds, way)
        steps = [_reached(curve, sweep.generalised_at) for curve in curves]
        told = ", ".join("never" if one is None else f"{one:,}" for one in steps)
        sizes = " and ".join(f"{size:,}" for size in sweep.sizes)
        bench.say(f"{words}: {sizes} examples of seeds 0 and 1 generalise after {told} steps")


def _reached(curve: Curve, share: float) -> int | None:
    found = np.flatnonzero(curve.column("test") >= share)
    return curve.steps[int(found[0])] if len(found) else None


def _speeds(bench: Workbench, paper: Sweep, record: Record) -> None:
    """Models' steps per second at the paper's shape and at the smoke tier's, to the plain loop."""
    device = replace(bench.device, full_precision=True)
    torch.set_float32_matmul_precision("highest")
    count = 3 if bench.miniature else _COUNT
    small = paper if bench.miniature else replace(smoke(), sizes=(384,))
    for sweep in (paper, small):
        (size,) = sweep.sizes
        ways = {
            "plain": plain_step(sweep, size, device),
            "": step_at_once(sweep, size, count, device),
            ", recorded": recorded_step(sweep, size, count, device, record),
        }
        seconds = measured(ways, device.kind)
        for name in list(ways)[1:]:
            _found(bench, sweep, f"{count} models of one layer at once{name}", count, seconds, name)
    (size,) = paper.sizes
    table = {
        "plain": step_at_once(paper, paper.modulus**2, count, device),
        "": step_at_once(paper, size, count, device),
    }
    bench.found(
        FoundRatio(
            name=f"{count} models that learn {size:,} pairs each: to rows filled up to all "
            f"{paper.modulus**2:,} pairs",
            ours=count / (seconds := measured(table, device.kind))[""],
            baseline=count / seconds["plain"],
            unit="model steps/s",
        )
    )
    backend = "aot_eager" if bench.miniature else "inductor"
    compiled = {
        "plain": plain_step(paper, size, device),
        ", compiled": step_at_once(paper, size, count, device, _compiled(backend)),
    }
    seconds = measured(compiled, device.kind)
    name = f"{count} models of one layer at once, compiled"
    _found(bench, paper, name, count, seconds, ", compiled")


def _compiled(backend: str) -> Callable[[Loss], Loss]:
    """Makes the sum of losses one compiled graph, without a break."""

    def better(loss: Loss) -> Loss:
        return cast("Loss", torch.compile(loss, backend=backend, fullgraph=True))

    return better


def _found(
    bench: Workbench, sweep: Sweep, name: str, count: int, seconds: dict[str, float], way: str
) -> None:
    bench.found(
        FoundRatio(
            name=f"{name}, p = {sweep.modulus}, n = {sweep.sizes[0]:,}: to the plain module one by "
            "one",
            ours=count / seconds[way],
            baseline=1 / seconds["plain"],
            unit="model steps/s",
            goal=GOAL,
        )
    )
