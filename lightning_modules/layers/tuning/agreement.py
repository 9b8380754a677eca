"""Cheap looks at an emulator before it is tuned: do its gradients and its states agree?"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from transformers import PreTrainedModel

from data.attention import one_text_per_row
from lightning_modules.fitting.causal_lm import next_token_loss
from lightning_modules.layers.blocks import blocks
from lightning_modules.layers.selection.readings import read_layers
from lightning_modules.layers.selection.similarity import cka_matrix
from lightning_modules.layers.surgery import Emulator, trainable


def gradient_agreement(full: PreTrainedModel, emulator: Emulator, batch: Tensor) -> float:
    """Cosine of the gradients that a batch gives the trained layers, here and in the whole model.

    1 where the emulator pulls its trained layers as the whole model would.

    Args:
        full: The model that the emulator was made of.
        emulator: The emulator; its gradients are left empty.
        batch: Windows of tokens, shape (windows, context + 1).
    """
    layout = emulator.layout
    whole = trainable(full, layout.trainable)
    ours = _gradient(emulator.model, [layout.position[place] for place in layout.trainable], batch)
    theirs = _gradient(whole.model, layout.trainable, batch)
    return float(torch.nn.functional.cosine_similarity(ours, theirs, dim=0))


def _gradient(model: PreTrainedModel, indices: Sequence[int], batch: Tensor) -> Tensor:
    """Gradient of the loss at some layers, as one vector in fp64."""
    parameters = [p for index in indices for p in blocks(model)[index].parameters()]
    with one_text_per_row(model):
        loss = next_token_loss(model, batch.to(model.device), 0.0)
    found = torch.autograd.grad(loss, parameters)
    return torch.cat([one.flatten() for one in found]).double()


def output_likeness(
    full: PreTrainedModel, emulator: Emulator, texts: Sequence[Sequence[int]]
) -> float:
    """Linear CKA of what leaves the last layer of an emulator, and of the whole model.

    Args:
        full: The model that the emulator was made of.
        emulator: The emulator.
        texts: Token ids of each text; four or more.
    """
    last = [read_layers(model, texts).outputs[-1] for model in (emulator.model, full)]
    return float(cka_matrix(np.stack(last))[0, 1])
