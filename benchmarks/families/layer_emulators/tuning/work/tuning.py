"""Tunes every emulator of an arm with the same text and steps, and puts back what was trained."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import PreTrainedModel

from benchmarks.families.layer_emulators.tuning.work.choosing import Chosen, read_chosen
from benchmarks.families.layer_emulators.tuning.work.measuring import (
    Measures,
    compared,
    number,
)
from benchmarks.families.layer_emulators.tuning.work.tuner import (
    Target,
    Task,
    Tuner,
    save_emulator_weights,
    tuner_of,
)
from data.checkpoints.loading import load_model
from data.files import discard
from lightning_modules.device import Advance, Device
from lightning_modules.layers.blocks import blocks
from lightning_modules.layers.layout import Layout
from lightning_modules.layers.surgery import emulator_of, plug_in, trainable
from lightning_modules.layers.tuning.agreement import gradient_agreement, output_likeness

ZERO_SHOT, TUNED, PLUG_IN = "zero_shot", "tuned", "plug_in"
"""An emulator before and after it is tuned, and the whole model with the layers that it tuned."""
FULL, SAME_LAYERS = "full/zero_shot", "full/same_layers"
"""The whole model as it was, and with the same layers tuned in it."""


def tune_emulators(
    folder: Path,
    *,
    model: Path,
    emulators: Path,
    trained: Sequence[int],
    task: Task,
    corpus: Path,
    held_out: Path,
    tokenizer: Path,
    seed: int,
    device: Device,
    advance: Advance,
) -> Mapping[str, Any]:
    """Tune every chosen emulator, and the same layers inside the whole model.

    Args:
        folder: Receives `weights/`, the tuned layers of each.
        model: The whole model.
        emulators: What `choose` has written.
        trained: Places of the layers that are trained.
        task: How much is learnt and measured.
        corpus: Text of the target domain.
        held_out: Text of that domain that is measured on.
        tokenizer: Folder of the tokenizer.
        seed: Replicate.
        device: Device that the fits run on.
        advance: Told how many more tokens were trained on.
    """
    target = Target(corpus=corpus, held_out=held_out, tokenizer=tokenizer)
    tuner = tuner_of(task, target, folder, seed=seed, device=device, advance=advance)
    full = load_model(model, dtype=torch.float32).to(device.kind)  # type: ignore[arg-type]
    weights, places = folder / "weights", tuple(trained)
    losses = {
        FULL: tuner.once("full", partial(tuner.losses, full)),
        SAME_LAYERS: tuner.once("same_layers", partial(_same, tuner, full, places, weights)),
    }
    measures: Measures = {}
    chosen = read_chosen(emulators)
    for one in chosen:
        found = tuner.once(one.name, partial(_through, tuner, full, one, places, weights))
        for name in one.names:
            losses |= {f"{name}/{key}": each for key, each in found["losses"].items()}
            measures |= {f"{name}/{key}": number(one) for key, one in found["looks"].items()}
    arrays = {key: np.array(each) for key, each in losses.items()}
    names = [name for one in chosen for name in one.names]
    measures |= compared(arrays, _differences(names))
    discard(tuner.folder)
    n_fits = len(chosen) + 1
    return {"measures": measures, "tokens": n_fits * task.fitted_tokens}


def _differences(names: Sequence[str]) -> list[tuple[str, str]]:
    """What is taken from what, text by text."""
    pairs = [(SAME_LAYERS, FULL)]
    for name in names:
        plugged = f"{name}/{PLUG_IN}"
        pairs += [(plugged, FULL), (plugged, SAME_LAYERS), (plugged, f"{name}/{TUNED}")]
    return pairs


def _same(
    tuner: Tuner, full: PreTrainedModel, places: tuple[int, ...], weights: Path
) -> list[float]:
    """Tune the same layers in the whole model: what an emulator without loss would give."""
    whole = trainable(full, places)
    tuner.tune(whole.model)
    save_emulator_weights(whole, weights / "same_layers.safetensors")
    return tuner.losses(whole.model)


def _through(
    tuner: Tuner, full: PreTrainedModel, chosen: Chosen, places: tuple[int, ...], weights: Path
) -> dict[str, Any]:
    """Look at one emulator, tune it, and put what was trained back into the whole model."""
    layout = Layout(
        n_layers=len(blocks(full)), kept=chosen.kept, trainable=places, sharing=chosen.sharing
    )
    emulator = emulator_of(full, layout)
    probe = tuner.probe
    before = tuner.losses(emulator.model)
    looks = {
        "skip_cost": chosen.removed_cost,
        "likeness": output_likeness(full, emulator, probe[:, :-1].tolist()),
        "gradient": gradient_agreement(full, emulator, probe),
    }
    tuner.tune(emulator.model)
    after = tuner.losses(emulator.model)
    save_emulator_weights(emulator, weights / f"{chosen.name}.safetensors")
    return {
        "losses": {
            ZERO_SHOT: before,
            TUNED: after,
            PLUG_IN: tuner.losses(plug_in(full, emulator)),
        },
        "looks": looks,
    }
