"""What runs inside the stage that looks at the layers of a model: blocks, likeness, predictions."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.families.layer_emulators.depth.settings import (
    ALIKE,
    DISTANCE,
    LIKENESS,
    LOSS,
    RAND,
    STRENGTH,
)
from benchmarks.families.layer_emulators.selection.blocks import (
    adjusted_rand,
    labels_of,
    strength,
    strength_at_distance,
)
from data.checkpoints.loading import load_model
from data.errors import BadInput
from data.randomness import stream
from data.text.corpus import Corpus
from data.text.tokens import encode, load_tokenizer
from lightning_modules.device import Device
from lightning_modules.layers.predictions import early_predictions
from lightning_modules.layers.selection.readings import read_layers
from lightning_modules.layers.selection.similarity import cka_matrix


def look_inside(
    folder: Path,
    *,
    model: Path,
    held_out: Path,
    tokenizer: Path,
    n_blocks: int,
    n_texts: int,
    n_predicted: int,
    length: int,
    seed: int,
    device: Device,
) -> Mapping[str, Any]:
    """Find blocks of layers by half of the texts, measure them on the others, and end early.

    Args:
        folder: Stays empty.
        model: Checkpoint of the model.
        held_out: Text that no model was fitted on.
        tokenizer: Folder of the tokenizer.
        n_blocks: Number of blocks that are looked for.
        n_texts: Number of documents that are read.
        n_predicted: Number of those on which early predictions are made.
        length: First tokens of each that are read.
        seed: Replicate; it decides which documents are read, and which half finds.
        device: Device that the model runs on.

    Raises:
        BadInput: There are too few documents.
    """
    whole = load_model(model, dtype=torch.float32).to(device.kind)  # type: ignore[arg-type]
    documents = list(Corpus.open(held_out).texts())
    if len(documents) < n_texts:
        raise BadInput(
            f"{n_texts} texts are wanted, the held-out part has {len(documents)}; raise "
            "held_out_bytes of the recipe"
        )
    order = stream(seed, "layer_emulators/depth/texts").permutation(len(documents))[:n_texts]
    words = load_tokenizer(tokenizer)
    texts = [list(ids[:length]) for ids in encode(words, [documents[index] for index in order])]
    states = read_layers(whole, texts).outputs
    halves = [cka_matrix(states[:, start::2], unbiased=True) for start in (0, 1)]
    found = [labels_of(likeness, n_blocks) for likeness in halves]
    crossed = [(halves[1], found[0]), (halves[0], found[1])]
    measures = {
        STRENGTH: float(np.mean([strength(*pair) for pair in crossed])),
        DISTANCE: float(np.nanmean([strength_at_distance(*pair) for pair in crossed])),
        RAND: adjusted_rand(*found),
    }
    likeness = cka_matrix(states, unbiased=True)[-1]
    early = early_predictions(whole, texts[:n_predicted])
    for layer, (loss, alike) in enumerate(zip(early.losses, early.alike, strict=True)):
        measures |= {
            f"{layer}/{LOSS}": float(loss),
            f"{layer}/{ALIKE}": float(alike),
            f"{layer}/{LIKENESS}": float(likeness[layer]),
        }
    return {
        "measures": {key: {"value": v, "stderr": None, "n": n_texts} for key, v in measures.items()}
    }
