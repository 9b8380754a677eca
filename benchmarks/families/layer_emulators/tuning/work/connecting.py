"""The loss along straight lines between models that were tuned in different ways."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.families.layer_emulators.tuning.work.choosing import read_chosen
from benchmarks.families.layer_emulators.tuning.work.controls import (
    FRESH_START,
    OTHER_ORDER,
    UNIFORM,
    named,
)
from benchmarks.families.layer_emulators.tuning.work.measuring import (
    Measures,
    barrier,
    number,
    text_losses,
)
from benchmarks.families.layer_emulators.tuning.work.texts import beginnings
from benchmarks.families.layer_emulators.tuning.work.tuner import Task, restored
from data.checkpoints.loading import load_model
from lightning_modules.device import Device
from lightning_modules.layers.tuning.mixing import mixed

SHARED = "cka+sharing"
"""The emulator of the paper: clusters, removing and sharing."""
SAME = "same_layers"


def connect(
    folder: Path,
    *,
    model: Path,
    emulators: Path,
    tuned: Path,
    controls: Path,
    trained: Sequence[int],
    task: Task,
    held_out: Path,
    tokenizer: Path,
    coefficients: int,
    device: Device,
) -> Mapping[str, Any]:
    """Walk from one tuned model to another and look at the loss.

    Args:
        folder: Stays empty.
        model: The whole model, from which all began but one.
        emulators: What `choose` has written.
        tuned: Tuned layers of every emulator.
        controls: Tuned layers of controls.
        trained: Places of the layers that are trained.
        task: How much is measured.
        held_out: Text that is measured on.
        tokenizer: Folder of the tokenizer.
        coefficients: Number of steps from one end to the other.
        device: Device that the models run on.
    """
    full = load_model(model, dtype=torch.float32).to(device.kind)  # type: ignore[arg-type]
    texts = beginnings(held_out, tokenizer, n_texts=task.n_texts, length=task.context)
    chosen, places = read_chosen(emulators), tuple(trained)
    files = {name: tuned / f"{named(chosen, name).name}.safetensors" for name in (UNIFORM, SHARED)}
    files[SAME] = tuned / f"{SAME}.safetensors"
    files |= {name: controls / f"{name}.safetensors" for name in (OTHER_ORDER, FRESH_START)}
    models = {name: restored(full, places, file) for name, file in files.items()}
    zero_shot = text_losses(full, texts, device)
    measures: Measures = {}
    curves: dict[str, list[float]] = {}
    for first, second in PAIRS:
        shares = np.linspace(0, 1, coefficients + 1).tolist()
        between = [mixed(models[first], models[second], share) for share in shares]
        losses = [float(text_losses(one, texts, device).mean()) for one in between]
        key = f"{first} to {second}"
        curves[key] = losses
        height = barrier(losses)
        measures[f"{key}/barrier"] = number(height, len(texts))
        measures[f"{key}/barrier_share"] = number(height / zero_shot.mean(), len(texts))
        measures[f"{key}/distance"] = number(_distance(models[first], models[second]))
    return {"measures": measures, "curves": curves}


PAIRS = (
    (SHARED, SAME),
    (UNIFORM, SAME),
    (UNIFORM, OTHER_ORDER),
    (FRESH_START, SAME),
)
"""Plug-ins of the paper's emulator and of the uniform one to tuning inside the whole model; of two
emulators, by two orders of the text; and what began elsewhere, where a barrier is expected."""


@torch.no_grad()
def _distance(first: Any, second: Any) -> float:
    """Length of the vector from one model to the other."""
    pairs = zip(first.parameters(), second.parameters(), strict=True)
    return float(sum(((a.double() - b.double()) ** 2).sum() for a, b in pairs) ** 0.5)
