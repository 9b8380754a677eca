"""Dropout of a checkpoint: it is set to 0, for fits here draw nothing while they train.

A fit that draws is not the same again on another number of parts or processes, and depends on the
kernels of a device. Stock checkpoints such as GPT-2 (Radford et al. 2019) bring dropout of 0.1.
"""

import torch
from torch import nn
from transformers import PretrainedConfig, PreTrainedModel

from data.errors import BadInput


def dropout_of(config: PretrainedConfig) -> dict[str, float]:
    """The probabilities of a configuration with which its model would drop values, by name."""
    return {
        name: float(value)
        for name, value in config.to_dict().items()
        if _drops(name) and isinstance(value, int | float) and value
    }


def without_dropout(name: str, model: PreTrainedModel) -> PreTrainedModel:
    """The model itself, which draws nothing from now on: in training and after it is saved.

    Args:
        name: Name of the checkpoint, for the message.
        model: Model on a CPU, which is put into training mode.

    Raises:
        BadInput: The model still draws while it trains, by means that have no known name.
    """
    for setting in dropout_of(model.config):
        setattr(model.config, setting, 0.0)
    for module in model.modules():
        if isinstance(module, nn.modules.dropout._DropoutNd):
            module.p = 0.0
        for setting, value in list(vars(module).items()):
            if _drops(setting) and isinstance(value, float):
                setattr(module, setting, 0.0)
    model.train()
    if _draws(model):
        raise BadInput(
            f"{name}: {type(model).__name__} draws at random while it trains, though its dropout "
            "is set to 0, so that no fit would be the same again; give another model"
        )
    return model


def _drops(setting: str) -> bool:
    return "dropout" in setting or setting.endswith(("pdrop", "layerdrop"))


def _draws(model: PreTrainedModel) -> bool:
    """Whether a pass over a few tokens takes numbers from the random generator."""
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        before = torch.get_rng_state()
        model(input_ids=torch.zeros((1, 2), dtype=torch.long, device=model.device), use_cache=False)
        return not torch.equal(before, torch.get_rng_state())
