"""Models with fewer layers: the cheapest emulator of a model is the model without some of them."""

from typing import Any

from torch.nn import ModuleList
from transformers import PreTrainedModel

from data.errors import BadInput


def without_layers(model: PreTrainedModel, kept: tuple[int, ...]) -> PreTrainedModel:
    """Leave out all but some layers of a decoder, in place.

    The model is to be saved and loaded again: its remaining layers still think of their old places.

    Args:
        model: A causal language model with `model.layers`, as Llama has it.
        kept: Indices of the layers that stay, in order.

    Raises:
        BadInput: The model keeps its layers somewhere else.
    """
    decoder: Any = getattr(model, "model", None)
    if not hasattr(decoder, "layers"):
        raise BadInput(f"{type(model).__name__} has no model.layers, so that none can be left out")
    layers = decoder.layers
    decoder.layers = ModuleList([layers[place] for place in kept])
    model.config.num_hidden_layers = len(kept)
    if getattr(model.config, "layer_types", None):
        model.config.layer_types = [model.config.layer_types[place] for place in kept]
    return model
