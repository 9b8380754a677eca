"""Fits on random text, to be measured: ours, and the loop that one would write by hand."""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from transformers import PreTrainedModel, get_cosine_schedule_with_warmup

from data.attention import one_text_per_row
from lightning_modules.callbacks import LossCurve
from lightning_modules.device import Device, wait
from lightning_modules.fitting.causal_lm import CausalLM, build_model
from lightning_modules.fitting.text_data import PackedWindows, TextData, batches
from lightning_modules.settings import ModelShape, Optimization
from lightning_modules.trainer import fitting


class Text(NamedTuple):
    """Windows of tokens, and those of every step."""

    windows: PackedWindows
    order: list[list[int]]


def random_text(shape: ModelShape, windows_per_step: int, n_steps: int) -> Text:
    """Tokens drawn evenly from a model's vocabulary, always the same, for so many steps."""
    rng = np.random.default_rng(0)
    size = n_steps * windows_per_step * shape.context + 1
    tokens = rng.integers(shape.vocabulary_size, size=size).astype(np.int32)
    windows = PackedWindows(tokens, shape.context)
    return Text(windows, batches(len(windows), windows_per_step, rng))


def our_fit(
    shape: ModelShape,
    text: Text,
    optimization: Optimization,
    device: Device,
    after_a_step: Callable[[int], None],
    *,
    compiled: bool = False,
) -> list[float]:
    """Fit a fresh model as a chain does, with checkpoints; return the loss of every step.

    Args:
        shape: Size of the model.
        text: Windows of tokens, and those of every step.
        optimization: Optimizer, schedule and clipping.
        device: Device to train on.
        after_a_step: Called after every step with the number of its tokens.
        compiled: Whether the loss is compiled.
    """
    n_steps, curve = len(text.order), LossCurve()
    with tempfile.TemporaryDirectory() as folder:
        trainer = fitting(
            device,
            after_a_step,
            folder=Path(folder),
            n_steps=n_steps,
            optimization=optimization,
            curve=curve,
            loggers=[],
        )
        model = build_model(shape, seed=0)
        trainer.fit(CausalLM(model, optimization, n_steps, compiled=compiled), TextData(*text))
    return curve.values()


def plain_steps(
    model: PreTrainedModel,
    windows: PackedWindows,
    order: list[list[int]],
    optimization: Optimization,
    device: Device,
    *,
    waits: bool = True,
    compiled: bool = False,
) -> Iterator[float]:
    """Train as one would by hand, without Lightning; give the seconds of every step.

    Args:
        model: Model to train; it is moved to the device.
        windows: Windows of tokens.
        order: Windows of each step.
        optimization: Optimizer, schedule and clipping.
        device: Device to train on, a GPU in bf16.
        waits: Whether a step is over when the device has done it; otherwise when it was told.
        compiled: Whether the loss is compiled.
    """
    kind = device.kind
    model = model.to(kind).train()  # type: ignore[arg-type]
    loss_of = torch.compile(_loss) if compiled else _loss
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
    with one_text_per_row(model):  # flash attention for the baseline too
        for indices in order:
            started = time.perf_counter()
            batch = torch.stack([windows[index] for index in indices])
            if kind == "cuda":
                batch = batch.pin_memory().to(kind, non_blocking=True)
            with torch.autocast(kind, dtype=torch.bfloat16, enabled=kind == "cuda"):
                loss = loss_of(model, batch)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), optimization.gradient_clip)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad(set_to_none=True)
            if waits:
                wait(device.kind)
            yield time.perf_counter() - started


def _loss(model: PreTrainedModel, batch: Tensor) -> Tensor:
    logits = model(input_ids=batch[:, :-1], use_cache=False).logits
    return functional.cross_entropy(logits.flatten(0, 1).float(), batch[:, 1:].flatten())
