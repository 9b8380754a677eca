"""What the card can do at most: its stated peak, and two ceilings that are measured."""

import statistics
import time
from collections.abc import Callable

import torch

from benchmarks.running.step import Workbench
from lightning_modules.device import wait

_PEAKS = {"H100 80GB HBM3": 989e12, "H100": 756e12, "H200": 989e12, "A100": 312e12, "B200": 2250e12}
"""Dense bf16 operations per second that makers state, by a part of the card's name; of two parts
that fit the earlier one counts (the PCIe card of an H100 has less than the SXM one)."""


def peak_flops() -> float | None:
    """Dense bf16 operations per second of this card as its maker states them; None if unknown."""
    if not torch.cuda.is_available():
        return None
    name = torch.cuda.get_device_name()
    return next((peak for part, peak in _PEAKS.items() if part in name), None)


def seconds_on_device(kind: str, work: Callable[[], object], repeats: int) -> float:
    """Median seconds of some work, after two rounds that warm up; events time it on a GPU."""
    for _ in range(2):
        work()
    wait(kind)
    found: list[float] = []
    for _ in range(repeats):
        if kind == "cuda":
            begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
            begin.record()
            work()
            end.record()
            end.synchronize()
            found.append(float(begin.elapsed_time(end)) / 1000)
        else:
            found.append(_seconds(work))
    return statistics.median(found)


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def peak_memory(kind: str, work: Callable[[], object]) -> float:
    """GiB that tensors take at most while some work runs, above what was there; 0 on a CPU."""
    if kind != "cuda":
        work()
        return 0.0
    wait(kind)
    before = torch.cuda.memory_allocated()
    torch.cuda.reset_peak_memory_stats()
    work()
    wait(kind)
    return (torch.cuda.max_memory_allocated() - before) / 2**30


def card(bench: Workbench) -> None:
    """The card's name, and its measured ceilings: a matrix product in bf16, a copy in memory."""
    kind = bench.device.kind
    if kind == "cuda":
        gigabytes = torch.cuda.get_device_properties(0).total_memory / 1e9
        bench.say(f"{torch.cuda.get_device_name()}, {gigabytes:.0f} GB, CUDA {torch.version.cuda}")
    size = 256 if bench.miniature else 8192
    dtype = torch.bfloat16 if kind == "cuda" else torch.float32
    a, b = (torch.randn(size, size, device=kind, dtype=dtype) for _ in range(2))
    seconds = seconds_on_device(kind, lambda: a @ b, 10)
    reached = 2 * size**3 / seconds
    stated = peak_flops()
    of = f", {reached / stated:.0%} of the stated {stated / 1e12:,.0f}" if stated else ""
    bench.say(f"{size}-cubed {dtype} product: {reached / 1e12:,.3g} TFLOP/s{of}")
    n = 2**20 if bench.miniature else 2**31
    source = torch.empty(n, dtype=torch.uint8, device=kind)
    target = torch.empty_like(source)
    seconds = seconds_on_device(kind, lambda: target.copy_(source), 10)
    bench.say(f"copy in memory: {2 * n / seconds / 1e9:,.4g} GB/s, read and written")
