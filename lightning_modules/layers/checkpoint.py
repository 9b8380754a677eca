"""Emulators as ordinary checkpoints, with a small file beside that knows which layers were tied.

Any library loads such a folder as a model. A checkpoint has no word for layers that share their
weights, so that it holds them once for each place; loaded here, they are one again.
"""

import copy
import json
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from huggingface_hub.errors import StrictDataclassError
from pydantic import TypeAdapter
from torch import Tensor, nn
from transformers import AutoConfig, PreTrainedConfig, PreTrainedModel

from data.checkpoints.loading import load_model
from data.errors import BadInput, readable
from data.files import saving, write_atomic
from lightning_modules.layers.blocks import INDICES, blocks, text_config
from lightning_modules.layers.layout import Layout
from lightning_modules.layers.surgery import Emulator

NAME = "emulator.json"
"""File beside a checkpoint that says which layers of which model it has."""
_VERSION = 1
_NOT_COMPARED = {*INDICES, "training", "gradient_checkpointing"}
"""Attributes of a module that say where it stands and what is being done with it."""


@dataclass(frozen=True, kw_only=True)
class Described:
    """What the file beside a checkpoint says of it."""

    version: int
    """Version of this description."""
    source: str
    """The model that the emulator was made of, as its user named it."""
    layout: Layout
    """The layers of that model that it has."""


_DESCRIBED = TypeAdapter(Described)


def save_emulator(emulator: Emulator, folder: Path, *, source: str) -> None:
    """Write an emulator that any library can load, and beside it what it is made of.

    Args:
        emulator: The emulator, tuned or not.
        folder: Folder that receives the checkpoint; the tokenizer is not written.
        source: Name of the full model, for a reader.

    Raises:
        BadInput: No configuration of this class of models describes these layers: a layer depends
            on its place in a way that cannot be written down.
    """
    refuse_undescribed(emulator.model)
    with saving(folder):
        emulator.model.save_pretrained(folder, state_dict=_apart(emulator.model))
    described = Described(version=_VERSION, source=source, layout=emulator.layout)
    write_atomic(folder / NAME, json.dumps(asdict(described), indent=1) + "\n")


def load_emulator(folder: Path, *, dtype: torch.dtype = torch.float32) -> Emulator:
    """Read an emulator back; layers that shared their weights share them again.

    Args:
        folder: Folder that `save_emulator` wrote.
        dtype: Type of the weights.

    Raises:
        BadInput: It is no emulator, is damaged or lacks tensors, or layers that shared their
            weights do so no longer.
    """
    described = describe(folder)
    model, layout = load_model(folder, dtype=dtype), described.layout
    layers = blocks(model)
    if len(layers) != len(layout.places):
        raise BadInput(
            f"{folder / NAME}: describes {len(layout.places)} layers, the checkpoint has "
            f"{len(layers)}; give the file that was saved with it"
        )
    model.requires_grad_(False)
    for place in layout.trainable:
        layers[layout.position[place]].requires_grad_(True)
    for index, (place, source) in enumerate(zip(layout.places, layout.sources, strict=True)):
        if place != source and source not in layout.trainable:
            _tie(folder, index, layers[index], layers[layout.position[source]])
    for first, second in pairwise(_borrowing_of_trained(layout)):
        if layout.sources[first] == layout.sources[second]:
            _tie(folder, second, layers[second], layers[first])
    return Emulator(model, layout)


def describe(folder: Path) -> Described:
    """What the file beside a checkpoint says of it.

    Raises:
        BadInput: There is no such file, or it is damaged or of another version.
    """
    path = folder / NAME
    if not path.is_file():
        raise BadInput(f"{folder}: has no {NAME}, so that it is no emulator of a model")
    with readable(path, "save the emulator again"):
        described = _DESCRIBED.validate_json(path.read_text())
    if described.version != _VERSION:
        raise BadInput(
            f"{path}: is of version {described.version}, {_VERSION} is known; save it again"
        )
    return described


def _borrowing_of_trained(layout: Layout) -> list[int]:
    """Indices of places that hold what a trained layer was before; in order, so of one layer."""
    pairs = enumerate(zip(layout.places, layout.sources, strict=True))
    return [i for i, (place, source) in pairs if place != source and source in layout.trainable]


def _apart(model: PreTrainedModel) -> dict[str, Tensor]:
    """All weights; those of layers that share them, once for each layer."""
    layers = blocks(model)
    (path,) = (name for name, module in model.named_modules() if module is layers)
    seen = set[int]()
    state: dict[str, Tensor] = model.state_dict()
    for name, weight in state.items():
        if name.startswith(f"{path}.") and weight.data_ptr() in seen:
            state[name] = weight.clone()
        seen.add(weight.data_ptr())
    return state


def _tie(folder: Path, index: int, layer: nn.Module, like: nn.Module) -> None:
    """Give a layer the parameters of another.

    Raises:
        BadInput: They are not equal.
    """
    for name, parameter in list(layer.named_parameters()):
        other = like.get_parameter(name)
        if not torch.equal(parameter, other):
            raise BadInput(
                f"{folder}: layer {index} shared its weights when {NAME} was written, and its "
                f"{name} differs now; remove {NAME} to use the checkpoint as it is"
            )
        owner, _, leaf = name.rpartition(".")
        setattr(layer.get_submodule(owner), leaf, other)


def refuse_undescribed(model: PreTrainedModel) -> None:
    """Compare a model with one that its configuration makes once written and read back.

    No memory for weights is needed.

    Raises:
        BadInput: They have other tensors, or layers of other kinds: a layer depends on its place in
            a way that the configuration does not say. Or the configuration cannot be read back, or
            not as it is.
    """
    name = type(model).__name__
    try:
        config = _read_back(model.config)
        with torch.device("meta"):
            described = type(model)(copy.deepcopy(config))
    except (ValueError, IndexError, StrictDataclassError) as error:
        raise BadInput(
            f"{name} cannot have these layers alone ({_first_line(error)}); keep others"
        ) from error
    meant, read = (_lists(text_config(one)) for one in (model.config, config))
    if changed := sorted(key for key in meant if meant[key] != read.get(key)):
        raise BadInput(
            f"{name} cannot be saved with these layers alone: {changed[0]} of its configuration "
            "would be read back otherwise; keep others"
        )
    for what, seen in _LOOKS.items():
        ours, theirs = seen(model), seen(described)
        if ours != theirs:
            where = min(key for key in ours | theirs if ours.get(key) != theirs.get(key))
            raise BadInput(
                f"{name} cannot be saved with these layers alone: {what} {where} would be "
                f"{theirs.get(where)} in place of {ours.get(where)}, as a layer there depends on "
                "its place; keep others"
            )


def _read_back(config: PreTrainedConfig) -> PreTrainedConfig:
    """A configuration as a file says it."""
    with tempfile.TemporaryDirectory() as folder:
        config.save_pretrained(folder)
        read: PreTrainedConfig = AutoConfig.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
        return read


def _first_line(error: Exception) -> str:
    """What an error says, on one line; validation names the field first and the matter after it."""
    return " ".join(line.strip() for line in str(error).splitlines()[:2])


def _lists(config: Any) -> dict[str, list[object]]:
    """The lists of a configuration, of which some have an entry for each layer."""
    return {
        name: list(entries)
        for name, entries in vars(config).items()
        if isinstance(entries, list | tuple) and not name.startswith("_")
    }


def _shapes(model: nn.Module) -> dict[str, object]:
    return {name: tuple(weight.shape) for name, weight in model.state_dict().items()}


def _settings(model: Any) -> dict[str, object]:
    """Numbers, words and switches of the modules of each layer."""
    return {
        f"{path}.{name}": value
        for path, module in blocks(model).named_modules()
        for name, value in vars(module).items()
        if isinstance(value, bool | int | float | str | None)
        and not name.startswith("_")
        and name not in _NOT_COMPARED
    }


_LOOKS: dict[str, Callable[[Any], dict[str, object]]] = {
    "the tensor": _shapes,
    "the setting": _settings,
}
