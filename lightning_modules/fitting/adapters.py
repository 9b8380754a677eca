"""Low-rank adapters (LoRA, Hu et al. 2022) through `peft`, an optional extra."""

from importlib import metadata
from pathlib import Path
from typing import Any

import torch
from transformers import PreTrainedModel

from data.errors import BadInput
from data.files import saving
from lightning_modules.settings import Lora


def adapters_identity(lora: Lora | None) -> dict[str, str]:
    """What adapters add to the address of a fit: the version that trains them; nothing without any.

    Raises:
        BadInput: The extra is not installed.
    """
    if lora is None:
        return {}
    try:
        return {"peft": metadata.version("peft")}
    except metadata.PackageNotFoundError as error:
        raise BadInput("lora needs peft; install the extra: pip install -e '.[lora]'") from error


def with_adapters(model: PreTrainedModel, lora: Lora, seed: int) -> Any:
    """The model with fresh adapters that change nothing yet; all other weights are frozen.

    Args:
        model: Model that gets the adapters, in place.
        lora: Rank and scale of the adapters, and the layers that get them.
        seed: Seed of the adapters' first weights.

    Returns:
        A `peft.PeftModel`.

    Raises:
        BadInput: The extra is not installed, or the model has no such layer.
    """
    adapters_identity(lora)
    from peft import LoraConfig, get_peft_model

    layers = {name.rpartition(".")[2] for name, _ in model.named_modules()}
    if missing := [name for name in lora.targets if name not in layers]:
        raise BadInput(
            f"lora.targets names {missing[0]!r}, which is no layer of {type(model).__name__}"
        )
    config = LoraConfig(
        r=lora.rank,
        lora_alpha=lora.alpha,  # type: ignore[arg-type, unused-ignore]
        target_modules=list(lora.targets),
        task_type="CAUSAL_LM",
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return get_peft_model(model, config)


def save_adapters(adapted: Any, folder: Path) -> None:
    """Write the adapters alone, as `peft.PeftModel.from_pretrained` reads them."""
    for config in adapted.peft_config.values():
        config.base_model_name_or_path = None  # a path of this machine
    with saving(folder):
        adapted.save_pretrained(folder, save_embedding_layers=False)


def merged(adapted: Any) -> PreTrainedModel:
    """The plain model with the adapters added to its weights; `adapted` is used up."""
    model: PreTrainedModel = adapted.merge_and_unload()
    return model
