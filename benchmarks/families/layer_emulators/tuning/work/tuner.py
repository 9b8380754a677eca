"""Tunes one model after another on one text, and keeps what is finished."""

import copy
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import PreTrainedModel

from benchmarks.families.layer_emulators.tuning.work.measuring import text_losses
from benchmarks.families.layer_emulators.tuning.work.texts import Tokens, beginnings, lessons_of
from data.files import discard, saving, write_atomic
from data.randomness import stream
from lightning_modules.device import Advance, Device
from lightning_modules.layers.blocks import blocks
from lightning_modules.layers.surgery import Emulator, trainable
from lightning_modules.layers.tuning.fitting import Lessons, tune
from lightning_modules.settings import Optimization


@dataclass(frozen=True, kw_only=True)
class Task:
    """How much of a target is learnt and measured, the same for all models that are compared."""

    n_tokens: int
    """Number of tokens that are learnt, in one pass."""
    n_texts: int
    """Number of held-out texts that are measured on."""
    context: int
    """Number of tokens of a window, and most of a text."""
    fit: Optimization

    @property
    def fitted_tokens(self) -> int:
        """Number of tokens that one fit learns: those of whole steps."""
        per_step = self.fit.windows_per_step * self.context
        return self.n_tokens // per_step * per_step


@dataclass(frozen=True, kw_only=True)
class Target:
    """The text of a domain, in files."""

    corpus: Path
    held_out: Path
    tokenizer: Path


@dataclass(frozen=True, kw_only=True)
class Tuner:
    """Tunes models; what is finished is found again after an interruption."""

    lessons: Lessons
    """What is learnt unless something else is named."""
    texts: Tokens
    """What is measured on."""
    folder: Path
    """Working folder, with a checkpoint and what is finished."""
    device: Device
    advance: Advance

    def tune(self, model: PreTrainedModel, lessons: Lessons | None = None) -> None:
        """Train what a model lets be trained, in place."""
        place = self.folder / "fit"
        place.mkdir(exist_ok=True)
        chosen = lessons or self.lessons
        tune(model, chosen, folder=place, device=self.device, advance=self.advance)
        discard(place)

    def losses(self, model: PreTrainedModel) -> list[float]:
        """Loss of each text, in nats per token."""
        found: list[float] = text_losses(model, self.texts, self.device).tolist()
        return found

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """What `make` gives as plain values; kept when it is done, and not made again."""
        path = self.folder / f"{name}.json"
        if not path.is_file():
            write_atomic(path, json.dumps(make()))
        return json.loads(path.read_text())

    @property
    def probe(self) -> Tensor:
        """The windows of the first step, shape (windows, context + 1)."""
        windows: Any = self.lessons.windows
        return torch.stack([windows[at] for at in self.lessons.order[0]])


def tuner_of(
    task: Task, target: Target, folder: Path, *, seed: int, device: Device, advance: Advance
) -> Tuner:
    """A tuner whose working folder lies below that of a stage.

    Args:
        task: How much is learnt and measured.
        target: The text.
        folder: Folder of the stage.
        seed: Replicate; it keys the order of the windows.
        device: Device that models train on.
        advance: Told how many more tokens were trained on.
    """
    working = folder / "working"
    working.mkdir(exist_ok=True)
    return Tuner(
        lessons=in_order(task, target, working, seed=seed, order=0),
        texts=beginnings(
            target.held_out, target.tokenizer, n_texts=task.n_texts, length=task.context
        ),
        folder=working,
        device=device,
        advance=advance,
    )


def in_order(task: Task, target: Target, folder: Path, *, seed: int, order: int) -> Lessons:
    """What is learnt, in one of several orders of a seed."""
    return lessons_of(
        target.corpus,
        target.tokenizer,
        folder,
        context=task.context,
        n_tokens=task.n_tokens,
        optimization=task.fit,
        rng=stream(seed, "layer_emulators/tuning/order", order),
    )


def save_trained(model: PreTrainedModel, indices: Sequence[int], path: Path) -> None:
    """Write the weights of some layers of a model, in the order given, from 0 on."""
    layers = blocks(model)
    weights = {
        f"{number}.{name}": parameter.detach().cpu().contiguous()
        for number, index in enumerate(indices)
        for name, parameter in layers[index].named_parameters()
    }
    path.parent.mkdir(exist_ok=True)
    with saving(path):
        save_file(weights, path)


def save_emulator_weights(emulator: Emulator, path: Path) -> None:
    """Write the weights of the trained layers of an emulator."""
    layout = emulator.layout
    save_trained(emulator.model, [layout.position[place] for place in layout.trainable], path)


@torch.no_grad()
def restored(full: PreTrainedModel, trained: tuple[int, ...], path: Path) -> PreTrainedModel:
    """The whole model with tuned layers that `save_trained` has written, in their places."""
    model = trainable(full, trained).model
    weights = load_file(path)
    for number, place in enumerate(trained):
        for name, parameter in blocks(model)[place].named_parameters():
            parameter.copy_(weights[f"{number}.{name}"])
    return model


def renewed(model: PreTrainedModel, places: Sequence[int], seed: int) -> PreTrainedModel:
    """A copy of a model in which some layers have fresh weights, a pure function of the seed.

    Args:
        model: Any decoder-only model; it stays as it is.
        places: Places of the layers that begin anew.
        seed: Seed of their weights.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        fresh = type(model)(copy.deepcopy(model.config))
    made = copy.deepcopy(model)
    for place in places:
        blocks(made)[place].load_state_dict(blocks(fresh)[place].state_dict())
    return made
