"""The work inside a thin stage: a prior without some of its layers."""

from pathlib import Path
from typing import Any

from data.prior import load_prior
from lightning_modules.layers.checkpoint import save_emulator
from lightning_modules.layers.layout import kept_layers
from lightning_modules.layers.surgery import keep


def thin(folder: Path, *, model: Path, context: int, layers: float) -> dict[str, Any]:
    """Write a model without some of its layers, and its tokenizer, into `model/`.

    Args:
        folder: Folder that receives `model/`.
        model: Checkpoint of the whole model.
        context: Longest window that it scores.
        layers: Share of the layers that is kept.
    """
    whole = load_prior(model, context=context, prefix=None)
    n_layers = whole.model.config.num_hidden_layers
    kept = kept_layers(n_layers, layers)
    save_emulator(keep(whole.model, kept), folder / "model", source="prior")
    whole.tokenizer.save_pretrained(folder / "model")
    return {"layers": n_layers, "kept": list(kept)}
