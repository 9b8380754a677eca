"""Measured speed of many models at once, against the plain module one by one, in one process."""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from benchmarks.families.critical_data.recipes import critical_data
from benchmarks.families.critical_data.sweeps.settings import Sweep
from benchmarks.families.critical_data.sweeps.work import shape_of
from benchmarks.running.step import FoundRatio
from lightning_modules.critical_data.optimizer import StackedAdamW
from lightning_modules.critical_data.plain import PlainOneLayer
from lightning_modules.critical_data.questions import Questions, stacked
from lightning_modules.critical_data.recorded import RecordedSteps
from lightning_modules.critical_data.settings import RunSettings
from lightning_modules.critical_data.structured import (
    initial_weights,
    logits_of,
    losses_of,
    unpacked,
)
from lightning_modules.device import Device, wait
from lightning_modules.writing.replay import Record

AT_ONCE = {"cpu": (1, 3, 6), "cuda": (6, 54)}
"""Numbers of models at once that are tried; on a CPU more than six do not fit its cache."""
GOAL = 3.5
_BETAS = (0.9, 0.98)
_STEPS = {"cpu": 1, "cuda": 10}
"""Steps of a measurement: a GPU is told of the next ones while it makes the first."""
Way = Callable[[], None]
"""One step of one model or of several."""
Loss = Callable[[Tensor], Tensor]
"""Sum of the losses of all models, from their packed weights."""


def smoke() -> Sweep:
    """The sizes and models of the smoke tier."""
    return critical_data().sweeps["sizes"]


def speed_rows(device: Device, sweep: Sweep | None = None) -> Iterator[FoundRatio]:
    """Models' steps per second, for every size and number of models at once, to plain ones.

    Args:
        device: Where they are measured.
        sweep: Sizes and models; those of the smoke tier if None.
    """
    sweep = sweep or smoke()
    for size in sweep.sizes:
        counts = AT_ONCE[device.kind]
        ways = {str(count): step_at_once(sweep, size, count, device) for count in counts}
        seconds = measured({"plain": plain_step(sweep, size, device), **ways}, device.kind)
        best = min(counts, key=lambda count: seconds[str(count)] / count)
        for count in counts:
            yield FoundRatio(
                name=f"{count} models of one layer at once, n = {size}",
                ours=count / seconds[str(count)],
                baseline=1 / seconds["plain"],
                unit="model steps/s",
                goal=GOAL if count > 1 else None,
                beside={"models at once that are fastest": best},
            )


def questions_of(sweep: Sweep, size: int, count: int, device: Device) -> Questions:
    """Questions of several models, of one size, on the device."""
    rng, p = np.random.default_rng(0), sweep.modulus
    orders = [rng.permutation(p * p)[:size] for _ in range(count)]
    pairs = [np.stack([order // p, order % p], axis=1) for order in orders]
    asked = stacked(pairs, [one.sum(axis=1) % p for one in pairs])
    return asked.to(torch.device(device.kind))


def step_at_once(
    sweep: Sweep,
    size: int,
    count: int,
    device: Device,
    better: Callable[[Loss], Loss] = lambda loss: loss,
) -> Way:
    """One step of so many models in one tensor, as a function to be timed.

    Args:
        sweep: Shape, learning rate and decay of the models.
        size: Number of questions that each learns.
        count: Number of models.
        device: Where they are.
        better: Makes a faster form of the sum of losses, such as a compiled one.
    """
    weights = torch.nn.Parameter(_weights(sweep, count, device))
    optimizer = _optimizer(sweep, weights, counts_there=False)
    asked = questions_of(sweep, size, count, device)
    loss = better(_loss(sweep, asked))

    def step() -> None:
        optimizer.zero_grad()
        loss(weights).backward()
        optimizer.step()

    return step


def recorded_step(sweep: Sweep, size: int, count: int, device: Device, record: Record) -> Way:
    """The same as a step that is replayed from a recording from its second run on."""
    weights = torch.nn.Parameter(_weights(sweep, count, device))
    optimizer = _optimizer(sweep, weights, counts_there=True)
    steps = RecordedSteps(shape_of(sweep), optimizer, record)
    steps.begin(list(range(count)), questions_of(sweep, size, count, device))
    return optimizer.step


def plain_step(sweep: Sweep, size: int, device: Device) -> Way:
    """One step of one plain module with PyTorch's own optimiser, as a function to be timed."""
    shape = shape_of(sweep)
    weights = {name: part[0] for name, part in unpacked(shape, _weights(sweep, 1, device)).items()}
    module = PlainOneLayer(shape, weights).to(device.kind)
    asked = questions_of(sweep, size, 1, device)
    optimizer = torch.optim.AdamW(
        module.parameters(),
        lr=sweep.learning_rate,
        weight_decay=sweep.decays[0],
        betas=_BETAS,
        foreach=True,
    )

    def step() -> None:
        optimizer.zero_grad()
        functional.cross_entropy(module(asked.pairs[0]), asked.answers[0]).backward()
        optimizer.step()

    return step


def measured(ways: Mapping[str, Way], kind: str, repeats: int = 11) -> dict[str, float]:
    """Median seconds of a step of each way, taken in turns: a busy machine slows all alike.

    Args:
        ways: Steps by name.
        kind: Kind of the device, `cpu` or `cuda`; on a CPU its seconds of work count.
        repeats: Number of measurements of each.
    """
    clock = time.process_time if kind == "cpu" else time.perf_counter
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(3):
        for way in ways.values():
            way()
    for _ in range(repeats):
        for name, way in ways.items():
            found[name].append(_timed([way] * _STEPS[kind], clock, kind))
    return {name: statistics.median(times) for name, times in found.items()}


def _timed(ways: Sequence[Way], clock: Callable[[], float], kind: str) -> float:
    wait(kind)
    began = clock()
    for way in ways:
        way()
    wait(kind)
    return (clock() - began) / len(ways)


def _loss(sweep: Sweep, asked: Questions) -> Loss:
    shape = shape_of(sweep)

    def loss(weights: Tensor) -> Tensor:
        logits = logits_of(shape, weights, asked.pairs)
        return losses_of(logits, asked.answers, asked.counted).sum()

    return loss


def _weights(sweep: Sweep, count: int, device: Device) -> Tensor:
    runs = [
        RunSettings(seed=seed, learning_rate=sweep.learning_rate, weight_decay=sweep.decays[0])
        for seed in range(count)
    ]
    return initial_weights(shape_of(sweep), runs).to(device.kind)


def _optimizer(sweep: Sweep, weights: torch.nn.Parameter, *, counts_there: bool) -> StackedAdamW:
    each = torch.ones(len(weights), dtype=torch.float64, device=weights.device)
    return StackedAdamW(
        weights,
        rates=each * sweep.learning_rate,
        decays=each * sweep.decays[0],
        betas=_BETAS,
        epsilon=1e-8,
        counts_there=counts_there,
    )
