"""The work inside a thin stage: a prior without some of its layers."""

from pathlib import Path
from typing import Any

from data.files import saving
from data.prior import load_prior
from lightning_modules.fitting.layers import without_layers
from lightning_modules.thinning import kept_layers


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
    with saving(folder):
        without_layers(whole.model, kept).save_pretrained(folder / "model")
    whole.tokenizer.save_pretrained(folder / "model")
    return {"layers": n_layers, "kept": list(kept)}
