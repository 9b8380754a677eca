"""Models that are no causal language models: encoders, and encoders with decoders.

They are loaded as strictly as the others (`data.checkpoints.loading`): from this machine alone, in
safetensors, with all of their weights, all of them numbers.
"""

from collections.abc import Set
from pathlib import Path
from typing import Any

import torch
from transformers import PreTrainedModel

from data.checkpoints.files import found, refuse_damaged
from data.checkpoints.loading import refuse_broken_weights, refuse_half_loaded


def load_other(kind: Any, name: str | Path, *, needless: Set[str] = frozenset()) -> PreTrainedModel:
    """Load a model of a kind in fp32, in evaluation mode.

    Args:
        kind: Class of transformers that loads it, such as `AutoModel`.
        name: Folder of the model, or its name in the hub's cache.
        needless: Tensors that a checkpoint may hold beside those of the model.

    Raises:
        BadInput: There is none, it lacks weights or has others, or a weight is no number.
    """
    if Path(name).is_dir():
        refuse_damaged(Path(name))
    with found(name):
        loaded: Any = kind.from_pretrained(
            name,
            dtype=torch.float32,
            trust_remote_code=False,
            local_files_only=True,
            use_safetensors=True,
            output_loading_info=True,
        )
    model, told = loaded
    refuse_half_loaded(name, {**told, "unexpected_keys": set(told["unexpected_keys"]) - needless})
    refuse_broken_weights(name, model)
    whole: PreTrainedModel = model.eval()
    return whole
