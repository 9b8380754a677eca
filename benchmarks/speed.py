"""Measured speed ratios of training and sampling: ours against a baseline in the same process."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from transformers import PreTrainedModel, get_cosine_schedule_with_warmup

from lightning_modules.causal_lm import CausalLM, ModelShape, Optimization, build_model
from lightning_modules.text_data import PackedWindows, TextData, batches
from lightning_modules.trainer import Device, LossCurve, fitting
from theory.speed import Ratio

_WARM_UP_STEPS = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """Two ways to one result; larger numbers are faster."""

    name: str
    """What is compared, with its sizes."""
    ours: float
    baseline: float
    unit: str
    goal: float | None = None
    """Ratio that the project aims at; printed beside the ratio and never enforced."""

    @property
    def ratio(self) -> float:
        """How many times faster ours is."""
        return self.ours / self.baseline

    @classmethod
    def of(cls, ratio: Ratio) -> "Row":
        """A ratio of seconds as runs per second."""
        return cls(name=ratio.name, ours=1 / ratio.fast, baseline=1 / ratio.slow, unit="runs/s")


def training_against_plain_loop(
    shape: ModelShape,
    optimization: Optimization,
    *,
    n_steps: int,
    device: Device,
    compiled: bool = False,
) -> Row:
    """Tokens/s of our fit against a plain loop of the same model, batches and precision.

    Steps alternate between the two, so that both meet the same disturbances; medians of the steps
    after the first few. Ours includes everything that happens between two steps: loading batches,
    keeping the curve, saving checkpoints.
    """
    rng = np.random.default_rng(0)
    n_tokens = n_steps * optimization.windows_per_step * shape.context
    tokens = rng.integers(shape.vocabulary_size, size=n_tokens + 1).astype(np.int32)
    windows = PackedWindows(tokens, shape.context)
    order = batches(len(windows), optimization.windows_per_step, rng)
    step_of_baseline = plain_steps(build_model(shape, seed=0), windows, order, optimization, device)
    ours: list[float] = []
    baseline: list[float] = []
    mark = time.perf_counter()

    def alternate(_: int) -> None:
        nonlocal mark
        _wait(device)
        ours.append(time.perf_counter() - mark)
        baseline.append(next(step_of_baseline))
        mark = time.perf_counter()

    with tempfile.TemporaryDirectory() as folder:
        trainer = fitting(
            device,
            alternate,
            folder=Path(folder),
            n_steps=n_steps,
            optimization=optimization,
            curve=LossCurve(),
            loggers=[],
        )
        trainer.fit(
            CausalLM(build_model(shape, seed=0), optimization, n_steps, compiled=compiled),
            TextData(windows, order),
        )
    per_step = optimization.windows_per_step * shape.context
    return Row(
        name=f"training: {_size(shape)}, {per_step} tokens a step: our "
        f"{'compiled ' if compiled else ''}fit to a plain loop",
        ours=per_step / statistics.median(ours[_WARM_UP_STEPS:]),
        baseline=per_step / statistics.median(baseline[_WARM_UP_STEPS:]),
        unit="tokens/s",
        goal=1.0,
    )


def plain_steps(
    model: PreTrainedModel,
    windows: PackedWindows,
    order: list[list[int]],
    optimization: Optimization,
    device: Device,
) -> Iterator[float]:
    """Train as one would by hand, without Lightning; give the seconds of every step."""
    kind = "cuda" if device.accelerator == "gpu" else "cpu"
    model = model.to(kind).train()  # type: ignore[arg-type]
    groups: list[dict[str, Any]] = [
        {"params": [p for p in model.parameters() if p.dim() >= 2]},
        {"params": [p for p in model.parameters() if p.dim() < 2], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(
        groups,
        lr=optimization.learning_rate,
        betas=optimization.betas,
        weight_decay=optimization.weight_decay,
        fused=True,
    )
    schedule = get_cosine_schedule_with_warmup(optimizer, optimization.warmup_steps, len(order))
    for indices in order:
        started = time.perf_counter()
        batch = torch.stack([windows[index] for index in indices]).to(kind)
        with torch.autocast(kind, dtype=torch.bfloat16, enabled=kind == "cuda"):
            loss = _loss(model, batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), optimization.gradient_clip)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad(set_to_none=True)
        _wait(device)
        yield time.perf_counter() - started


def _loss(model: PreTrainedModel, batch: Tensor) -> Tensor:
    logits = model(input_ids=batch[:, :-1], use_cache=False).logits
    return functional.cross_entropy(logits.flatten(0, 1).float(), batch[:, 1:].flatten())


def _wait(device: Device) -> None:
    if device.accelerator == "gpu":
        torch.cuda.synchronize()


def _size(shape: ModelShape) -> str:
    return f"{shape.layers} layers of {shape.width}, context {shape.context}"
