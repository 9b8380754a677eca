"""What emulators are held against: no layer left out, wrong order, no middle, no language."""

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from torch.utils.data import Dataset
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
    in_order,
    renewed,
    save_emulator_weights,
    tuner_of,
)
from benchmarks.families.layer_emulators.tuning.work.tuning import FULL
from data.checkpoints.loading import load_model
from data.files import discard
from data.randomness import stream
from lightning_modules.device import Advance, Device
from lightning_modules.fitting.text_data import PackedWindows
from lightning_modules.layers.blocks import blocks
from lightning_modules.layers.surgery import Emulator, keep, plug_in, trainable
from lightning_modules.layers.tuning.fitting import Lessons

UNIFORM = "uniform"
"""The emulator that most controls change."""
OTHER_ORDER, FRESH_START = "other_order", "fresh_start"
"""Another emulator that sees the windows in another order; the same layers of the whole model,
tuned from fresh weights."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What controls are made of."""

    tuner: Tuner
    full: PreTrainedModel
    chosen: Sequence[Chosen]
    places: tuple[int, ...]
    """Places of the layers that are trained."""
    weights: Path
    """Folder that receives tuned layers."""
    task: Task
    target: Target
    seed: int

    @property
    def uniform(self) -> tuple[int, ...]:
        """The layers that the uniform rule keeps."""
        return named(self.chosen, UNIFORM).kept


def control(
    folder: Path,
    *,
    model: Path,
    emulators: Path,
    same_layers: Path,
    trained: Sequence[int],
    task: Task,
    corpus: Path,
    held_out: Path,
    tokenizer: Path,
    seed: int,
    device: Device,
    advance: Advance,
) -> Mapping[str, Any]:
    """Tune what emulators are held against.

    Args:
        folder: Receives `weights/`, the tuned layers of two of them.
        model: The whole model.
        emulators: What `choose` has written.
        same_layers: The layers that were tuned inside the whole model.
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
    setting = Setting(
        tuner=tuner_of(task, target, folder, seed=seed, device=device, advance=advance),
        full=load_model(model, dtype=torch.float32).to(device.kind),  # type: ignore[arg-type]
        chosen=read_chosen(emulators),
        places=tuple(trained),
        weights=folder / "weights",
        task=task,
        target=target,
        seed=seed,
    )
    tuner = setting.tuner
    losses = {FULL: tuner.once("full", lambda: tuner.losses(setting.full))}
    for name, make in CONTROLS.items():
        losses |= tuner.once(name, partial(_named, name, make, setting))
    different = tuner.once("whole", lambda: _differs(setting, same_layers))
    arrays = {key: np.array(each) for key, each in losses.items()}
    measures: Measures = compared(arrays, [(key, FULL) for key in arrays if key != FULL])
    measures["all_kept/weights_that_differ"] = number(different)
    discard(tuner.folder)
    return {"measures": measures, "tokens": (len(CONTROLS) + 1) * task.fitted_tokens}


def _named(
    name: str, make: Callable[[Setting], dict[str, list[float]]], setting: Setting
) -> dict[str, list[float]]:
    """Losses of a control, by its name."""
    return {f"{name}/{key}": losses for key, losses in make(setting).items()}


def named(chosen: Sequence[Chosen], name: str) -> Chosen:
    """The emulator that a rule has chosen."""
    return next(one for one in chosen if name in one.names)


def other_than(chosen: Sequence[Chosen], kept: tuple[int, ...]) -> Chosen:
    """The first emulator without sharing that has other layers."""
    return next(one for one in chosen if one.sharing is None and one.kept != kept)


def _plugged(
    setting: Setting, emulator: Emulator, lessons: Lessons | None = None
) -> dict[str, list[float]]:
    """Losses of an emulator after it is tuned, and of the whole model with what it tuned."""
    tuner = setting.tuner
    before = tuner.losses(emulator.model)
    tuner.tune(emulator.model, lessons)
    tuned = tuner.losses(emulator.model)
    plugged = tuner.losses(plug_in(setting.full, emulator))
    return {"zero_shot": before, "tuned": tuned, "plug_in": plugged}


def _differs(setting: Setting, same_layers: Path) -> int:
    """How many tuned weights differ where the whole model is tuned as it is, without surgery.

    0 where an emulator that keeps all layers is the model, to the bit.
    """
    whole = copy.deepcopy(setting.full)
    whole.requires_grad_(requires_grad=False)
    for place in setting.places:
        blocks(whole)[place].requires_grad_()
    setting.tuner.tune(whole)
    theirs = load_file(same_layers)
    different = 0
    for number_, place in enumerate(setting.places):
        for name, parameter in blocks(whole)[place].named_parameters():
            different += int((parameter.cpu() != theirs[f"{number_}.{name}"]).sum())
    return different


def _permuted(setting: Setting) -> dict[str, list[float]]:
    """The uniform emulator, each of its layers one place too early and the first at the end."""
    kept = setting.uniform
    return _plugged(setting, keep(setting.full, (*kept[1:], kept[0]), setting.places))


def _untrained(setting: Setting) -> dict[str, list[float]]:
    """The uniform emulator, whose frozen layers have fresh weights."""
    middle = [place for place in setting.uniform if place not in setting.places]
    key = int(stream(setting.seed, "layer_emulators/tuning/untrained").integers(2**31))
    return _plugged(
        setting, keep(renewed(setting.full, middle, key), setting.uniform, setting.places)
    )


def _alone(setting: Setting) -> dict[str, list[float]]:
    """An emulator of the trained layers and no others."""
    return _plugged(setting, keep(setting.full, setting.places, setting.places))


def _shuffled(setting: Setting) -> dict[str, list[float]]:
    """The uniform emulator, tuned on the same tokens in an order without any language."""
    lessons = setting.tuner.lessons
    windows: Any = lessons.windows
    tokens = np.concatenate([windows[at].numpy() for at in range(len(windows))]).astype(np.int32)
    rng = stream(setting.seed, "layer_emulators/tuning/shuffled")
    mixed: Dataset[Any] = PackedWindows(rng.permutation(tokens), setting.task.context)
    emulator = keep(setting.full, setting.uniform, setting.places)
    return _plugged(setting, emulator, replace(lessons, windows=mixed))


def _all_layers(setting: Setting) -> dict[str, list[float]]:
    """All layers of the whole model."""
    whole = trainable(setting.full, tuple(range(len(blocks(setting.full)))))
    setting.tuner.tune(whole.model)
    return {"tuned": setting.tuner.losses(whole.model)}


def _other_order(setting: Setting) -> dict[str, list[float]]:
    """Another emulator than the uniform one, which sees the windows in another order."""
    other = other_than(setting.chosen, setting.uniform)
    lessons = in_order(
        setting.task, setting.target, setting.tuner.folder, seed=setting.seed, order=1
    )
    emulator = keep(setting.full, other.kept, setting.places)
    found = _plugged(setting, emulator, lessons)
    save_emulator_weights(emulator, setting.weights / f"{OTHER_ORDER}.safetensors")
    return found


def _fresh_start(setting: Setting) -> dict[str, list[float]]:
    """The same layers of the whole model, which begin with fresh weights."""
    key = int(stream(setting.seed, "layer_emulators/tuning/fresh_start").integers(2**31))
    whole = trainable(renewed(setting.full, setting.places, key), setting.places)
    before = setting.tuner.losses(whole.model)
    setting.tuner.tune(whole.model)
    save_emulator_weights(whole, setting.weights / f"{FRESH_START}.safetensors")
    return {"zero_shot": before, "tuned": setting.tuner.losses(whole.model)}


CONTROLS: Mapping[str, Callable[[Setting], dict[str, list[float]]]] = {
    "permuted": _permuted,
    "untrained": _untrained,
    "alone": _alone,
    "shuffled": _shuffled,
    "all_layers": _all_layers,
    OTHER_ORDER: _other_order,
    FRESH_START: _fresh_start,
}
"""Controls by name, beside the one that compares weights to the bit."""
