"""Fits the model whose emulators are tuned, or takes one, and looks at what a layer is worth."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from benchmarks.families.layer_emulators.tuning.work.texts import beginnings, lessons_of
from data.checkpoints.loading import load_model
from data.files import discard, saving
from data.randomness import Purpose, stream
from lightning_modules.device import Advance, Device
from lightning_modules.fitting.causal_lm import build_model, check_shape
from lightning_modules.layers.selection.measures import Measures
from lightning_modules.layers.tuning.fitting import tune
from lightning_modules.layers.tuning.gate import SkipCosts
from lightning_modules.settings import ModelShape, Optimization


def pretrain(
    folder: Path,
    *,
    corpus: Path,
    held_out: Path,
    tokenizer: Path,
    shape: ModelShape,
    optimization: Optimization,
    n_tokens: int,
    look_every: int,
    n_texts: int,
    seed: int,
    device: Device,
    advance: Advance,
) -> Mapping[str, Any]:
    """Fit a model on general text, and leave out each of its layers in turn as it learns.

    Args:
        folder: Receives `model/`.
        corpus: General text.
        held_out: General text that is looked at and never trained on.
        tokenizer: Folder of the tokenizer.
        shape: Size of the model.
        optimization: How it is fitted.
        n_tokens: Number of tokens that it learns, in one pass.
        look_every: Steps between two looks.
        n_texts: Number of held-out texts that are looked at.
        seed: Replicate; it keys weights and order.
        device: Device that the fit runs on.
        advance: Told how many more tokens were trained on.
    """
    working = folder / "working"
    working.mkdir(exist_ok=True)
    model = build_model(shape, int(stream(seed, Purpose.INITIAL_WEIGHTS).integers(2**31)))
    lessons = lessons_of(
        corpus,
        tokenizer,
        working,
        context=shape.context,
        n_tokens=n_tokens,
        optimization=optimization,
        rng=stream(seed, Purpose.TRAINING_ORDER, 0),
    )
    texts = beginnings(held_out, tokenizer, n_texts=n_texts, length=shape.context)
    looks = SkipCosts(texts, look_every)
    tune(model, lessons, folder=working, device=device, advance=advance, callbacks=[looks])
    with saving(folder):
        model.save_pretrained(folder / "model")
    discard(working)
    return {
        "parameters": model.num_parameters(),
        "tokens": len(lessons.order) * optimization.windows_per_step * shape.context,
        "looks": {"steps": looks.steps, "losses": looks.losses, "skip_costs": looks.costs},
    }


def look(
    folder: Path,
    *,
    model: Path,
    held_out: Path,
    tokenizer: Path,
    shape: ModelShape,
    n_texts: int,
    device: Device,
) -> Mapping[str, Any]:
    """Leave out each layer of a model that nobody fits here, in turn.

    Args:
        folder: Stays empty.
        model: The model.
        held_out: General text.
        tokenizer: Folder of the tokenizer.
        shape: Size that the recipe says.
        n_texts: Number of texts that are looked at.
        device: Device that the model runs on.

    Raises:
        BadInput: The model has another size.
    """
    whole = load_model(model, dtype=torch.float32).to(device.kind)  # type: ignore[arg-type]
    check_shape(str(model), whole.config, shape)
    texts = beginnings(held_out, tokenizer, n_texts=n_texts, length=shape.context)
    measures = Measures(whole, texts)
    return {
        "parameters": whole.num_parameters(),
        "looks": {
            "steps": [0],
            "losses": [float(measures.full.mean())],
            "skip_costs": [measures.skip_costs.tolist()],
        },
    }
