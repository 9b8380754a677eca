"""Emulators of a model: layers left out or shared, some of them trained, and put back afterwards.

No function changes the model that it is given. What is not trained is a view: parameters of their
own, which lie in the same memory. What is trained is a copy. Shared layers have the same
parameters.
"""

import copy
from dataclasses import dataclass
from typing import Any

from torch import nn
from transformers import PreTrainedModel

from data.errors import BadInput
from lightning_modules.layers.blocks import blocks, describe_layers, number, text_config
from lightning_modules.layers.layout import Layout, Sharing

Memo = dict[int, Any]
"""What a deep copy is to take in place of an object, by the object's id."""


@dataclass(frozen=True)
class Emulator:
    """A model with some of the layers of another."""

    model: PreTrainedModel
    """The emulator as a causal language model; `requires_grad` is true of what is trained."""
    layout: Layout
    """The layers of the full model that it has."""


def emulator_of(model: PreTrainedModel, layout: Layout) -> Emulator:
    """The emulator of a model that a layout describes.

    Args:
        model: Any decoder-only model; it stays as it is, and shares its memory.
        layout: Layers that stay, are shared and are trained.

    Raises:
        BadInput: The model has no list of layers, or another number than the layout.
    """
    layers = _layers_of(model, layout)
    memo = _views(model)
    config = copy.deepcopy(model.config, memo)
    describe_layers(config, layout.sources)
    made = []
    for index, (place, source) in enumerate(zip(layout.places, layout.sources, strict=True)):
        own = _copies(layers[source]) if place in layout.trainable else {}
        made.append(_layer(layers[source], index, memo | own))
    return Emulator(_with_layers(model, layers, made, memo), layout)


def keep(
    model: PreTrainedModel, kept: tuple[int, ...], trainable: tuple[int, ...] = ()
) -> Emulator:
    """The emulator that has some layers of a model and no others.

    Args:
        model: Any decoder-only model.
        kept: Places of the layers that stay, in the order that the emulator is to have.
        trainable: Places of those that are trained.

    Raises:
        BadInput: See `emulator_of` and `Layout`.
    """
    return emulator_of(model, _layout(model, kept, trainable, None))


def share(
    model: PreTrainedModel,
    kept: tuple[int, ...],
    trainable: tuple[int, ...] = (),
    sharing: Sharing = "all",
) -> Emulator:
    """The emulator that fills each place with the nearest kept layer, tied and frozen.

    Where the nearest layer is trained, the place holds its weights as they were before.

    Args:
        model: Any decoder-only model.
        kept: Places of the layers that stay, ascending.
        trainable: Places of those that are trained.
        sharing: Whether layers that are trained lend their weights too.

    Raises:
        BadInput: See `emulator_of` and `Layout`.
    """
    return emulator_of(model, _layout(model, kept, trainable, sharing))


def trainable(model: PreTrainedModel, places: tuple[int, ...]) -> Emulator:
    """The whole model, of which some layers are trained: the ceiling of tuning by an emulator.

    Args:
        model: Any decoder-only model.
        places: Places of the layers that are trained.

    Raises:
        BadInput: See `emulator_of` and `Layout`.
    """
    return keep(model, tuple(range(len(blocks(model)))), places)


def plug_in(full: PreTrainedModel, emulator: Emulator) -> PreTrainedModel:
    """The full model with the trained layers of an emulator in their places, as a view of both.

    Args:
        full: The model that the emulator was made of; it stays as it is.
        emulator: The emulator, tuned.

    Raises:
        BadInput: The model has no list of layers, or other layers than the emulator is made of.
    """
    layout = emulator.layout
    layers = _layers_of(full, layout)
    tuned = blocks(emulator.model)
    memo = _views(full)
    memo[id(emulator.model.config)] = copy.deepcopy(full.config, memo)
    memo[id(text_config(emulator.model.config))] = memo[id(text_config(full.config))]
    made = []
    for place, layer in enumerate(layers):
        if place not in layout.trainable:
            made.append(_layer(layer, place, memo))
            continue
        trained = tuned[layout.position[place]]
        _check_alike(full, place, layer, trained)
        made.append(_layer(trained, place, memo | _views(trained)))
    return _with_layers(full, layers, made, memo)


def _layout(
    model: PreTrainedModel,
    kept: tuple[int, ...],
    trainable: tuple[int, ...],
    sharing: Sharing | None,
) -> Layout:
    return Layout(n_layers=len(blocks(model)), kept=kept, trainable=trainable, sharing=sharing)


def _layers_of(model: PreTrainedModel, layout: Layout) -> nn.ModuleList:
    layers = blocks(model)
    if len(layers) != layout.n_layers:
        raise BadInput(
            f"{type(model).__name__} has {len(layers)} layers, the layout is of a model of "
            f"{layout.n_layers}; give the model that it was made for"
        )
    return layers


def _views(module: nn.Module) -> Memo:
    """Frozen parameters, and buffers, in the same memory."""
    parameters = {id(p): nn.Parameter(p.detach(), requires_grad=False) for p in module.parameters()}
    return parameters | {id(buffer): buffer.detach() for buffer in module.buffers()}


def _copies(module: nn.Module) -> Memo:
    """Parameters that are trained, in memory of their own."""
    return {id(p): nn.Parameter(p.detach().clone()) for p in module.parameters()}


def _layer(layer: nn.Module, index: int, memo: Memo) -> nn.Module:
    """A module like a layer, with the parameters of a memo, at an index."""
    made = copy.deepcopy(layer, dict(memo))  # shared layers are modules of their own
    number(made, index)
    return made


def _with_layers(
    model: PreTrainedModel, layers: nn.ModuleList, made: list[nn.Module], memo: Memo
) -> PreTrainedModel:
    """A model like another, with other layers."""
    listed = nn.ModuleList(made)
    listed.training = layers.training  # its layers have copied whether they are in training
    return copy.deepcopy(model, memo | {id(layers): listed})


def _check_alike(full: PreTrainedModel, place: int, layer: nn.Module, trained: nn.Module) -> None:
    """Refuse a trained layer that is none of this model's.

    Raises:
        BadInput: The two have other tensors.
    """
    shapes = [{n: p.shape for n, p in one.named_parameters()} for one in (layer, trained)]
    if shapes[0] != shapes[1]:
        raise BadInput(
            f"layer {place} of the emulator has other tensors than that of {type(full).__name__}; "
            "give the model that the emulator was made of"
        )
    kinds = [{p.dtype for p in one.parameters()} for one in (layer, trained)]
    if kinds[0] != kinds[1]:
        mine, theirs = (", ".join(sorted(map(str, one))) for one in kinds)
        raise BadInput(
            f"layer {place} of the emulator holds {theirs}, that of {type(full).__name__} {mine}; "
            "load both in one dtype"
        )
