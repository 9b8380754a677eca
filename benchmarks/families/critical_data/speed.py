"""Measured speed of many models at once, against the plain module one by one, in one process."""

import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from benchmarks.running.step import FoundRatio
from lightning_modules.critical_data.optimizer import StackedAdamW
from lightning_modules.critical_data.plain import PlainOneLayer
from lightning_modules.critical_data.questions import Questions, stacked
from lightning_modules.critical_data.settings import OneLayerShape, RunSettings
from lightning_modules.critical_data.structured import (
    initial_weights,
    logits_of,
    losses_of,
    unpacked,
)
from lightning_modules.device import Device, wait

SHAPE = OneLayerShape(symbols=31, width=64, heads=4, feed_forward=256)
"""The models of the smoke tier."""
SIZES = (144, 384, 720)
AT_ONCE = {"cpu": (1, 3, 6), "cuda": (6, 54)}
"""Numbers of models at once that are tried; on a CPU more than six do not fit its cache."""
GOAL = 3.5
_RATE, _DECAY, _BETAS = 3e-3, 1.0, (0.9, 0.98)


def speed_rows(device: Device) -> Iterator[FoundRatio]:
    """Models' steps per second, for every size and number of models at once, to plain ones."""
    for size in SIZES:
        counts = AT_ONCE[device.kind]
        ways: dict[int, Callable[[], None]] = {0: plain_step(size, device)}
        ways |= {count: step_at_once(size, count, device) for count in counts}
        seconds = _seconds(ways, device.kind)
        for count in counts:
            yield FoundRatio(
                name=f"{count} models of one layer at once, n = {size}",
                ours=count / seconds[count],
                baseline=1 / seconds[0],
                unit="model steps/s",
                goal=GOAL if count > 1 else None,
            )


def _questions(size: int, count: int) -> Questions:
    rng, p = np.random.default_rng(0), SHAPE.symbols
    orders = [rng.permutation(p * p)[:size] for _ in range(count)]
    pairs = [np.stack([order // p, order % p], axis=1) for order in orders]
    return stacked(pairs, [one.sum(axis=1) % p for one in pairs])


def _weights(count: int, device: Device) -> Tensor:
    runs = [
        RunSettings(seed=seed, learning_rate=_RATE, weight_decay=_DECAY) for seed in range(count)
    ]
    return initial_weights(SHAPE, runs).to(device.kind)


def step_at_once(size: int, count: int, device: Device) -> Callable[[], None]:
    """One step of so many models in one tensor, as a function to be timed."""
    weights = torch.nn.Parameter(_weights(count, device))
    asked = _questions(size, count).to(torch.device(device.kind))
    optimizer = StackedAdamW(
        weights,
        rates=torch.full((count,), _RATE, dtype=torch.float64, device=device.kind),
        decays=torch.full((count,), _DECAY, dtype=torch.float64, device=device.kind),
        betas=_BETAS,
        epsilon=1e-8,
    )

    def step() -> None:
        optimizer.zero_grad()
        logits = logits_of(SHAPE, weights, asked.pairs)
        losses_of(logits, asked.answers, asked.counted).sum().backward()
        optimizer.step()

    return step


def plain_step(size: int, device: Device) -> Callable[[], None]:
    """One step of one plain module with PyTorch's own optimiser, as a function to be timed."""
    weights = {name: part[0] for name, part in unpacked(SHAPE, _weights(1, device)).items()}
    module = PlainOneLayer(SHAPE, weights).to(device.kind)
    asked = _questions(size, 1).to(torch.device(device.kind))
    optimizer = torch.optim.AdamW(
        module.parameters(), lr=_RATE, weight_decay=_DECAY, betas=_BETAS, foreach=True
    )

    def step() -> None:
        optimizer.zero_grad()
        functional.cross_entropy(module(asked.pairs[0]), asked.answers[0]).backward()
        optimizer.step()

    return step


def _seconds(ways: dict[int, Callable[[], None]], kind: str) -> dict[int, float]:
    """Median seconds of each way, taken in turns, so that a busy machine slows all alike."""
    clock = time.process_time if kind == "cpu" else time.perf_counter
    found: dict[int, list[float]] = {name: [] for name in ways}
    for _ in range(2):
        for way in ways.values():
            way()
    for _ in range(15):
        for name, way in ways.items():
            found[name].append(_timed(way, clock, partial(wait, kind)))
    return {name: statistics.median(times) for name, times in found.items()}


def _timed(
    way: Callable[[], None], clock: Callable[[], float], finish: Callable[[], None]
) -> float:
    began = clock()
    way()
    finish()
    return clock() - began
