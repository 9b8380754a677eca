"""Equal: does a GPU give what a CPU gives, again, at another batch size, and sharded?"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
from numpy.typing import NDArray
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard

from benchmarks.chains.recipe import Recipe
from benchmarks.families.toedit.recipes.smoke import smoke
from benchmarks.running.step import FoundEquality, Workbench
from benchmarks.running.torchrun import under_torchrun
from benchmarks.speed.determinism import distances, run_beside, run_reference, shrunk
from lightning_modules.device import Device
from lightning_modules.fitting.causal_lm import build_model, next_token_loss
from lightning_modules.settings import ModelShape

_EXACTLY = "bitwise"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Variant:
    """A way to run all stages again, and how far from the reference it may end."""

    name: str
    words: str
    """What is compared, in words."""
    device: Device
    tolerance: Mapping[str, float]
    """Largest distance that was promised, by stage: nats of a loss, relative nats of a document,
    share of a corpus' tokens."""
    small_batches: bool = False


_KINDS = ("fit", "evaluate", "sample", "edit")
_FULL = {"fit": 2e-3, "evaluate": 1e-3, "sample": 0.05, "edit": 0.005}
"""For fp32 against fp32: other kernels add in another order, and a draw that lies on the edge
between two tokens changes the rest of its document."""
_MIXED = {"fit": 0.05, "evaluate": 0.02, "sample": 1.0, "edit": 0.05}
"""For bf16 against fp32: 8 bits of a number instead of 24. Of a written text nothing is promised:
one token that falls out otherwise makes another document."""
_SAME = {"fit": 0.0, "evaluate": 0.0, "sample": 0.0, "edit": 0.0}
_BATCHES = {"fit": 2e-2, "evaluate": 1e-2, "sample": 1.0, "edit": 0.02}
"""For bf16 at another batch size: other kernels are chosen."""
_PAIR = {"fit": 1e-4, "evaluate": 1e-5, "sample": 0.0, "edit": 0.0}
"""For two processes: their gradients are added in another order."""
_UNIT = {"fit": "losses", "evaluate": "relative", "sample": "tokens", "edit": "tokens"}


def stages(bench: Workbench) -> None:
    """Fit, score, write and edit on the device as on the CPU, twice, and at two batch sizes."""
    recipe = _miniature() if bench.miniature else shrunk(smoke())
    folder = bench.folder / "stages"
    cpu = Device(name="cpu")
    fast = bench.device
    full = replace(fast, full_precision=True)
    run_reference(recipe, folder, cpu)
    fp32, bf16 = "fp32 on the device to fp32 on the CPU", "bf16 on the device to fp32 on the CPU"
    for variant in (
        _Variant(name="full", words=fp32, device=full, tolerance=_FULL),
        _Variant(name="mixed", words=bf16, device=fast, tolerance=_MIXED),
    ):
        _compare(bench, recipe, folder, variant)
    _against_itself(bench, recipe, "fp32", full, _FULL)
    _against_itself(bench, recipe, "bf16", fast, _BATCHES)


def _miniature() -> Recipe:
    """A recipe whose stages take a second on a CPU."""
    shape = ModelShape(
        layers=1, width=16, heads=2, feed_forward=32, context=32, vocabulary_size=512
    )
    whole = smoke()
    human = replace(whole.human, first_tokens=2_000, generation_tokens=1_000, held_out_bytes=4_000)
    sampling = replace(whole.sampling, max_tokens=32)
    return replace(shrunk(replace(whole, human=human, model=shape, sampling=sampling)))


def _against_itself(
    bench: Workbench, recipe: Recipe, precision: str, device: Device, batches: Mapping[str, float]
) -> None:
    """The device against itself: once more, and at another batch size."""
    folder = bench.folder / f"{precision}-to-itself"
    run_reference(recipe, folder, device)
    on = f"{precision} on the device"
    again = _Variant(name="again", words=f"{on}, again", device=device, tolerance=_SAME)
    small = _Variant(
        name="small",
        words=f"{on}, at another batch size",
        device=device,
        tolerance=batches,
        small_batches=True,
    )
    for variant in (again, small):
        _compare(bench, recipe, folder, variant)


def _compare(bench: Workbench, recipe: Recipe, folder: Path, variant: _Variant) -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        run_beside(
            recipe, folder, variant.name, variant.device, small_batches=variant.small_batches
        )
    for line in sorted({str(one.message).splitlines()[0] for one in told}):
        if "determinis" in line:
            bench.say(f"{variant.words}: warned: {line[:200]}")
    _found(bench, folder, variant.name, variant.words, variant.tolerance)


def _found(
    bench: Workbench, folder: Path, variant: str, words: str, tolerance: Mapping[str, float]
) -> None:
    """How far each stage of a variant is from the reference's, beside what was promised."""
    for kind in _KINDS:
        found = distances(kind, folder, variant)
        if "of" in found:
            found["tokens"] /= max(found.pop("of"), 1)
        apart, allowed = found[_UNIT[kind]], tolerance[kind]
        bench.found(
            FoundEquality(
                name=f"{kind}: {words}",
                outcome="; ".join(f"{name} {value:.2g}" for name, value in found.items()),
                tolerance=f"{_UNIT[kind]} {allowed:g}" if allowed else _EXACTLY,
                holds=bool(np.isfinite(apart)) and apart <= allowed,
            )
        )


def sharded(bench: Workbench) -> None:
    """A fit of a model that is divided over one process, against the whole model."""
    steps = 4 if bench.miniature else 20
    device = bench.device.kind
    whole = _losses(device, steps, divided=False)
    backend = "nccl" if device == "cuda" else "gloo"
    dist.init_process_group(backend, store=dist.HashStore(), rank=0, world_size=1)  # type: ignore[attr-defined]
    try:
        divided = _losses(device, steps, divided=True)
    finally:
        dist.destroy_process_group()
    apart = float(np.abs(whole - divided).max())
    bench.found(
        FoundEquality(
            name=f"sharded fit (FSDP2 over one process) to a whole one, {steps} steps, fp32",
            outcome=f"losses {apart:.2g}",
            tolerance="losses 0.0001",
            holds=apart <= 1e-4,
        )
    )


_SHAPE = ModelShape(layers=2, width=64, heads=2, feed_forward=128, context=64, vocabulary_size=256)


def _losses(device: str, steps: int, *, divided: bool) -> NDArray[np.float64]:
    """Losses of a small fit in fp32, with the layers divided as `CausalLM` divides them."""
    model = build_model(_SHAPE, seed=0).to(device)  # type: ignore[arg-type]
    if divided:
        mesh = init_device_mesh(device, (1,))
        for layer in model.model.layers:
            fully_shard(layer, mesh=mesh)
        fully_shard(model, mesh=mesh)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    generator = torch.Generator().manual_seed(0)
    found = []
    for _ in range(steps):
        batch = torch.randint(256, (8, 65), generator=generator).to(device)
        loss = next_token_loss(model, batch, 0.0)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        found.append(float(loss.detach()))
    return np.array(found)


def two_processes(bench: Workbench) -> None:
    """All stages on two processes over gloo, on the machine's CPU, against one."""
    recipe = shrunk(smoke())
    folder = bench.folder / "pair"
    run_reference(recipe, folder, Device(name="cpu"))
    code = under_torchrun(2, "benchmarks.speed.determinism", "smoke", str(folder), "cpu")
    if code:
        bench.found(
            FoundEquality(
                name="two processes over gloo on the CPU",
                outcome=f"exit code {code}",
                tolerance="both end well",
                holds=False,
            )
        )
        return
    words = "two processes over gloo on the CPU to one"
    _found(bench, folder, "two_processes", words, _PAIR)
