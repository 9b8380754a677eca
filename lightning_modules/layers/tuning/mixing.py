"""The straight line between two models in the space of their weights."""

import copy

import torch
from transformers import PreTrainedModel


@torch.no_grad()
def mixed(first: PreTrainedModel, second: PreTrainedModel, share: float) -> PreTrainedModel:
    """A model whose weights lie on the line between those of two others, by a share of the second.

    Args:
        first: Model at share 0; it stays as it is.
        second: Model at share 1, of the same tensors; it stays as it is.
        share: Where on the line the weights lie.
    """
    between = copy.deepcopy(first)
    theirs = dict(second.named_parameters())
    for name, parameter in between.named_parameters():
        parameter.lerp_(theirs[name], share)
    return between
