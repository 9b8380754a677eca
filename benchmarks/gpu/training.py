"""Fast: training against a loop written by hand, of the same model, batches and precision."""

import itertools
import statistics
import time
from collections.abc import Iterator

import numpy as np
import torch.profiler
from numpy.typing import NDArray
from torch.profiler import ProfilerActivity

from benchmarks.chains.cost import flops_per_token, parameters
from benchmarks.gpu.hardware import peak_flops
from benchmarks.running.step import FoundRatio, Workbench
from benchmarks.speed.fits import our_fit, plain_steps, random_text
from lightning_modules.device import Device, wait
from lightning_modules.fitting.causal_lm import build_model
from lightning_modules.settings import ModelShape, Optimization

MEDIUM = ModelShape(
    layers=10, width=640, heads=10, feed_forward=1728, context=512, vocabulary_size=8192
)
"""About 55 M parameters: the model of the recipe `workflows_gpu`."""
LARGE = ModelShape(
    layers=12, width=768, heads=12, feed_forward=2048, context=1024, vocabulary_size=50_304
)
"""About 124 M parameters, as the smallest GPT-2 has."""
TINY = ModelShape(layers=1, width=16, heads=2, feed_forward=32, context=16, vocabulary_size=64)
_BLOCK = 10
"""Steps between two looks at the clock: a look waits for the device."""


def medium(bench: Workbench) -> None:
    """Training of the model of `workflows_gpu`, plain and compiled."""
    _measure(bench, MEDIUM, windows=64, compiled=(False, True))


def large(bench: Workbench) -> None:
    """Training of a model of 124 M parameters, compiled and plain."""
    _measure(bench, LARGE, windows=32, compiled=(True, False))


def profile(bench: Workbench) -> None:
    """Which kernels a step of the 124 M model takes its time for."""
    shape, windows = (TINY, 2) if bench.miniature else (LARGE, 32)
    fit = Optimization(learning_rate=3e-4, warmup_steps=2, windows_per_step=windows)
    n_steps = 3 * _BLOCK
    text = random_text(shape, windows, n_steps)
    activity = ProfilerActivity.CUDA if bench.device.kind == "cuda" else ProfilerActivity.CPU
    profiler = torch.profiler.profile(activities=[activity])
    done = itertools.count(1)

    def after_a_step(_: int) -> None:
        number = next(done)
        if number == 2 * _BLOCK:
            wait(bench.device.kind)
            profiler.start()
        if number == n_steps:
            wait(bench.device.kind)
            profiler.stop()

    our_fit(shape, text, fit, bench.device, after_a_step, compiled=True)
    found = profiler.key_averages()
    total = sum(one.self_device_time_total or one.self_cpu_time_total for one in found)
    rows = sorted(found, key=lambda one: -(one.self_device_time_total or one.self_cpu_time_total))
    bench.say(f"kernels of {_BLOCK} steps: {total / 1000 / _BLOCK:,.1f} ms a step")
    for one in rows[:_KERNELS]:
        spent = one.self_device_time_total or one.self_cpu_time_total
        bench.say(f"{spent / total:.1%} in {one.count:,} of {one.key[:100]}")


def losses_of_a_fit(
    shape: ModelShape, device: Device, *, n_steps: int, compiled: bool
) -> NDArray[np.float64]:
    """Losses of the steps of a short fit on random text, shape (steps,)."""
    fit = Optimization(learning_rate=1e-3, warmup_steps=2, windows_per_step=8)
    text = random_text(shape, fit.windows_per_step, n_steps)
    return np.array(our_fit(shape, text, fit, device, lambda n: None, compiled=compiled))


_KERNELS = 20
"""Kernels that are named, those that take longest."""


def _measure(
    bench: Workbench, shape: ModelShape, *, windows: int, compiled: tuple[bool, ...]
) -> None:
    if bench.miniature:
        shape, windows = TINY, 2
    for is_compiled in compiled:
        fit = Optimization(learning_rate=3e-4, warmup_steps=2, windows_per_step=windows)
        bench.found(training_row(shape, fit, bench.device, compiled=is_compiled, blocks=4))


def training_row(
    shape: ModelShape, fit: Optimization, device: Device, *, compiled: bool, blocks: int
) -> FoundRatio:
    """Tokens/s of our fit against the loop, both compiled or neither, block after block in turns.

    The first two blocks of each warm up and compile; of the others the medians count. The device
    is waited for at the end of a block alone, as no fit waits for it within.

    Args:
        shape: Size of the model.
        fit: How it is fitted: windows of a step, optimizer.
        device: Device that both run on.
        compiled: Whether both are compiled.
        blocks: Blocks of ten steps that are measured.
    """
    n_steps = (blocks + 2) * _BLOCK
    text = random_text(shape, fit.windows_per_step, n_steps)
    loop = plain_steps(
        build_model(shape, seed=0), *text, fit, device, waits=False, compiled=compiled
    )
    ours, theirs = _Blocks(device), _Blocks(device)

    def after_a_step(_: int) -> None:
        if ours.step():
            theirs.run(loop)
            ours.begin()

    ours.begin()
    our_fit(shape, text, fit, device, after_a_step, compiled=compiled)
    per_block = _BLOCK * fit.windows_per_step * shape.context
    tokens = per_block / statistics.median(ours.seconds[2:])
    by_loop = per_block / statistics.median(theirs.seconds[2:])
    how = "compiled" if compiled else "not compiled"
    return FoundRatio(
        name=f"training {parameters(shape) / 1e6:,.3g} M parameters, context {shape.context}, "
        f"{fit.windows_per_step * shape.context:,} tokens a step, both {how}: our fit to a loop "
        "by hand",
        ours=tokens,
        baseline=by_loop,
        unit="tokens/s",
        goal=1.0,
        beside=_utilization(shape, tokens, by_loop),
    )


def _utilization(shape: ModelShape, *tokens: float) -> dict[str, float]:
    peak = peak_flops()
    if peak is None:
        return {}
    names = "MFU of ours, %", "MFU of the loop, %"
    each = flops_per_token(shape, training=True) / peak
    return {name: 100 * n * each for name, n in zip(names, tokens, strict=True)}


class _Blocks:
    """Seconds of blocks of steps."""

    def __init__(self, device: Device) -> None:
        self.kind = device.kind
        self.seconds: list[float] = []
        self.n_steps = 0
        self.begun = 0.0

    def begin(self) -> None:
        wait(self.kind)
        self.begun = time.perf_counter()

    def step(self) -> bool:
        """Count a step; whether it is the last one of its block, which then ends."""
        self.n_steps += 1
        if self.n_steps % _BLOCK:
            return False
        wait(self.kind)
        self.seconds.append(time.perf_counter() - self.begun)
        return True

    def run(self, steps: Iterator[float]) -> None:
        """Run one block of the steps."""
        self.begin()
        for _ in steps:
            if self.step():
                return
