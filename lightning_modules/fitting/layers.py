"""Models with fewer layers: the cheapest emulator of a model is the model without some of them.

Offsite tuning (Xiao et al. 2023, arXiv 2302.04870, Section 3.3) keeps layers at equal distances.
"""

from typing import Any

from torch.nn import ModuleList
from transformers import PreTrainedModel

from data.errors import BadInput


def kept_layers(n_layers: int, share: float) -> tuple[int, ...]:
    """The layers that a thinned model keeps: the first, the last, and others at equal distances.

    Args:
        n_layers: Of the whole model.
        share: That is kept; at least one layer, the first.

    Raises:
        BadInput: The share does not lie between 0 and 1.
    """
    if not 0 < share <= 1:
        raise BadInput(f"layers is {share}; it must be above 0 and at most 1")
    n_kept = max(round(share * n_layers), 1)
    gaps, last = n_kept - 1, n_layers - 1
    # Halves are rounded up, in whole numbers.
    return tuple((2 * i * last + gaps) // (2 * gaps) if gaps else 0 for i in range(n_kept))


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
