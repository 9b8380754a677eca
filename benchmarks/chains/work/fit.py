"""The work inside a fit stage: one pass over the corpora, resumable."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pytorch_lightning.loggers import Logger
from torch import Tensor
from torch.utils.data import Dataset
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from data.errors import BadInput
from data.files import discard, saving
from data.prior import load_prior
from data.randomness import Purpose, stream
from data.text.corpus import Corpus
from data.text.tokens import load_tokenizer
from lightning_modules.callbacks import LossCurve
from lightning_modules.device import Advance, Device
from lightning_modules.fitting.adapters import merged, save_adapters, with_adapters
from lightning_modules.fitting.answer_data import answer_windows, check_restarts
from lightning_modules.fitting.causal_lm import (
    CausalLM,
    NonFiniteLoss,
    build_model,
    check_shape,
    compiles,
)
from lightning_modules.fitting.sharding import is_finite, whole_weights
from lightning_modules.fitting.text_data import TextData, batches, parts, plain_windows
from lightning_modules.processes import on_lead
from lightning_modules.settings import ModelShape, Optimization
from lightning_modules.trainer import fitting

_COMPILE_FROM_STEPS = 5_000
"""A shorter fit is over before compilation, half a minute, has paid for itself."""


def fit(
    folder: Path,
    *,
    corpora: Sequence[Path],
    tokenizer: Path,
    start: Path | None,
    shape: ModelShape,
    optimization: Optimization,
    part_tokens: Sequence[int],
    truncate_above: float | None,
    seed: int,
    generation: int,
    device: Device,
    advance: Advance,
    loggers: list[Logger],
) -> dict[str, Any]:
    """Train on one pass over the corpora; go on from `working/last.ckpt` if it is there.

    Where documents have prompts, the answers alone are learnt.

    Args:
        folder: Receives `model/`, and `adapters/` where adapters were trained; `model/` has them
            added to its weights.
        corpora: Files that are read one after the other.
        tokenizer: Folder of the tokenizer.
        start: Checkpoint to begin with; None for fresh weights.
        shape: Size of the model.
        optimization: How to fit.
        part_tokens: Tokens that are used of each corpus at most, so that corpora of one nominal
            size give the same number of steps. All answers to prompts are packed, but for a last
            step that they do not fill.
        truncate_above: Probability above which the loss ignores a token; None ignores none.
        seed: Replicate of the chain.
        generation: Keys the order of batches.
        device: Where to run.
        advance: Told about progress.
        loggers: Of the training curve.

    Raises:
        NonFiniteLoss: The loss is not a number; the last good checkpoint stays.
    """
    working = folder / "working"
    words = load_tokenizer(tokenizer)
    on_lead(lambda: working.mkdir(exist_ok=True))
    model = _begin(start, shape, seed)
    rng = stream(seed, Purpose.TRAINING_ORDER, generation)
    windows: Dataset[Any]
    if has_prompts := any(Corpus.open(path).has_prompts for path in corpora):
        if truncate_above is not None:
            raise BadInput("truncated_loss knows no prompts; leave it out of this recipe")
        check_restarts(model)
        windows = answers = answer_windows(corpora, words, working, shape.context)
        order = batches(len(answers), optimization.windows_per_step, rng)
        answers.weigh(order, optimization.parts_per_step)
    else:
        windows = plain = plain_windows(corpora, words, working, shape.context, part_tokens)
        order = batches(len(plain), optimization.windows_per_step, rng)
    trained: Any = model
    if optimization.lora is not None:
        if device.sharded:
            raise BadInput("a fit of adapters alone is not sharded; leave out --sharded")
        adapter_seed = int(stream(seed, Purpose.ADAPTER_WEIGHTS, generation).integers(2**31))
        trained = with_adapters(model, optimization.lora, adapter_seed)
    is_plain = not (has_prompts or optimization.lora or device.sharded)
    compiled = is_plain and len(order) >= _COMPILE_FROM_STEPS and compiles(device.kind)
    curve = LossCurve()
    trainer = fitting(
        device,
        advance,
        folder=working,
        n_steps=len(order),
        optimization=optimization,
        curve=curve,
        loggers=loggers,
    )
    checkpoint = working / "last.ckpt"
    trainer.fit(
        CausalLM(
            trained,
            optimization,
            len(order),
            compiled=compiled,
            truncate_above=truncate_above,
        ),
        TextData(windows, parts(order, optimization.windows_at_once)),
        ckpt_path=checkpoint if checkpoint.is_file() else None,
        weights_only=True,
    )
    if not is_finite(trained):
        raise NonFiniteLoss(
            "the last step made weights that are no numbers; lower the recipe's learning_rate"
        )
    trainable = sum(p.numel() for p in trained.parameters() if p.requires_grad)
    if optimization.lora is not None:
        on_lead(lambda: save_adapters(trained, folder / "adapters"))
        model = merged(trained)
    weights = whole_weights(model) if device.sharded else None
    on_lead(lambda: _save_fit(folder, model, weights, words, curve))
    return {
        "steps": len(order),
        "tokens": len(order) * optimization.windows_per_step * shape.context,
        "parameters": model.num_parameters(),
        "trained_parameters": trainable,
        "final_loss": curve.values()[-1],
        "precision": device.precision,
        "compiled": compiled,
    }


def _begin(start: Path | None, shape: ModelShape, seed: int) -> PreTrainedModel:
    """The model that a fit begins with."""
    if start is None:
        return build_model(shape, int(stream(seed, Purpose.INITIAL_WEIGHTS).integers(2**31)))
    model = load_prior(start, context=shape.context, prefix=True).model
    check_shape(str(start), model.config, shape)
    model.train()
    return model


def _save_fit(
    folder: Path,
    model: PreTrainedModel,
    weights: dict[str, Tensor] | None,
    tokenizer: PreTrainedTokenizerFast,
    curve: LossCurve,
) -> None:
    with saving(folder):
        model.save_pretrained(folder / "model", state_dict=weights)
    tokenizer.save_pretrained(folder / "model")
    np.save(folder / "loss.npy", np.array(curve.values()))
    discard(folder / "working")


def fit_base(
    folder: Path,
    *,
    corpora: Sequence[Path],
    tokenizer: Path,
    shape: ModelShape,
    optimization: Optimization,
    part_tokens: Sequence[int],
    seed: int,
    device: Device,
    advance: Advance,
) -> dict[str, Any]:
    """Train the base of chains from fresh weights; its curve belongs to no chain. See `fit`."""
    return fit(
        folder,
        corpora=corpora,
        tokenizer=tokenizer,
        start=None,
        shape=shape,
        optimization=optimization,
        part_tokens=part_tokens,
        truncate_above=None,
        seed=seed,
        generation=0,
        device=device,
        advance=advance,
        loggers=[],
    )
