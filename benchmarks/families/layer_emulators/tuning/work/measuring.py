"""Losses of models on the same texts, and what they are held against, as plain numbers."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from transformers import PreTrainedModel

from benchmarks.families.layer_emulators.tuning.work.texts import Tokens
from lightning_modules.device import Device
from lightning_modules.layers.selection.passes import Passes

Floats = NDArray[np.float64]
Measure = dict[str, float | int | None]
Measures = dict[str, Measure]


def text_losses(model: PreTrainedModel, texts: Tokens, device: Device) -> Floats:
    """Mean loss of a model on each text, in nats per token, shape (texts,)."""
    return Passes(model.to(device.kind), texts).full  # type: ignore[arg-type]


def mean_of(values: Sequence[float] | Floats) -> Measure:
    """Mean over texts with its standard error."""
    each = np.asarray(values, dtype=np.float64)
    stderr = float(each.std(ddof=1) / np.sqrt(len(each)))
    return {"value": float(each.mean()), "stderr": stderr, "n": len(each)}


def number(value: float, n: int = 1) -> Measure:
    """A number without an error of its own."""
    return {"value": float(value), "stderr": None, "n": n}


def compared(losses: Mapping[str, Floats], less: Sequence[tuple[str, str]]) -> Measures:
    """Every loss, and the differences by text between some of them.

    Args:
        losses: Loss of each text, by what was measured.
        less: Pairs of keys: the second is taken from the first, text by text.
    """
    found = {key: mean_of(values) for key, values in losses.items()}
    for key, other in less:
        found[f"{key} less {other}"] = mean_of(losses[key] - losses[other])
    return found


def barrier(losses: Sequence[float]) -> float:
    """How far a loss along a line rises above the chord between its ends; 0 where it does not.

    Args:
        losses: Losses at equal distances, from one end to the other.
    """
    found = np.asarray(losses, dtype=np.float64)
    chord = np.linspace(found[0], found[-1], len(found))
    return float((found - chord).max())
