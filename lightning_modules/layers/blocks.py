"""Where a decoder keeps its layers, whatever its architecture calls them."""

from typing import Any

from torch import nn
from transformers import PreTrainedConfig, PreTrainedModel

from data.errors import BadInput

INDICES = ("layer_idx", "layer_id")
"""Attributes of a module of a layer that hold the layer's index; most have the first."""
_PLACES = frozenset(
    {
        "cross_attention_layers",
        "full_attn_idxs",
        "hybrid_layer_ids",
        "mlp_only_layers",
        "moe_layers",
    }
)
"""Settings that list layers by their places."""
_BY_LAYER = frozenset({"activation_sparsity_pattern", "indexer_types", "intermediate_size"})
"""Settings with an entry for each layer whose name does not say so."""


def blocks(model: PreTrainedModel) -> nn.ModuleList:
    """The list of a decoder's layers: `model.layers` of Llama, `transformer.h` of GPT-2, and so on.

    It is the outermost list of as many modules of one class as the model's configuration has
    layers.

    Raises:
        BadInput: There is no such list, the model has an encoder too, or two lists lie equally far
            out.
    """
    name = type(model).__name__
    config = getattr(model, "config", None)
    if getattr(config, "is_encoder_decoder", False):
        raise BadInput(f"{name} has an encoder; give a model that has a decoder alone")
    n_layers = getattr(text_config(config), "num_hidden_layers", None) if config else None
    found = [
        (path.count("."), module)
        for path, module in model.named_modules()
        if isinstance(module, nn.ModuleList)
        and len(module) == n_layers
        and len({type(layer) for layer in module}) == 1
    ]
    depth = min((depth for depth, _ in found), default=0)
    outermost = [module for at, module in found if at == depth]
    if not outermost:
        raise BadInput(
            f"{name} has no list of its layers, so that none can be left out; give a decoder whose "
            "layers stand one after the other"
        )
    if len(outermost) > 1:
        raise BadInput(f"{name} has {len(outermost)} lists of layers; give a model that has one")
    return outermost[0]


def text_config(config: Any) -> PreTrainedConfig:
    """The part of a configuration that describes the decoder; most have no other."""
    text: PreTrainedConfig = config.get_text_config(decoder=True)
    return text


def describe_layers(config: PreTrainedConfig, sources: tuple[int, ...]) -> None:
    """Let a configuration describe other layers than it did, in place.

    Lists with one entry for each layer, such as `layer_types` and `no_rope_layers`, take the
    entries of those layers; lists of layers, such as `mlp_only_layers`, the new places of those
    that they name. What a class of configurations says in yet another way is not known here:
    `checkpoint.refuse_undescribed` reads the configuration back and refuses what it misses.

    Args:
        config: Configuration of the full model, or a copy of it.
        sources: The layer of the full model that each new layer was.
    """
    text = text_config(config)
    n_layers = text.num_hidden_layers
    cut: dict[str, Any] = {}
    for name, entries in vars(text).items():
        if not isinstance(entries, list | tuple):
            continue
        if name in _PLACES:
            cut[name] = [place for place, source in enumerate(sources) if source in entries]
        elif ("layer" in name or name in _BY_LAYER) and len(entries) == n_layers:
            cut[name] = [entries[source] for source in sources]
    if getattr(text, "attention_types", None) is not None and "attention_layers" in cut:
        cut["attention_types"] = [[[kind], 1] for kind in cut["attention_layers"]]  # GPT-Neo
    if isinstance(getattr(text, "block_types", None), list | tuple):  # repeated over the layers
        kinds = [text.block_types[source % len(text.block_types)] for source in sources]
        cut["block_types"] = kinds
    text.num_hidden_layers = len(sources)
    for name, entries in cut.items():
        setattr(text, name, entries)


def number(layer: nn.Module, index: int) -> None:
    """Tell a layer its index, by which it finds its part of a cache of keys and values."""
    for module in layer.modules():
        for name in INDICES:
            if hasattr(module, name):
                setattr(module, name, index)
