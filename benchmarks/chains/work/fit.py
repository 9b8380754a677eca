"""The work inside a fit stage: one pass over the corpora, resumable."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pytorch_lightning.loggers import Logger
from torch import Tensor
from torch.utils.data import ConcatDataset
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from benchmarks.chains.settings import PROMPTS_ARE_NOT_TRUNCATED
from data.errors import BadInput
from data.files import discard, saving
from data.prior import load_prior
from data.randomness import Purpose, stream
from data.text.corpus import Corpus
from data.text.tokens import load_tokenizer
from lightning_modules.callbacks import LossCurve
from lightning_modules.device import Advance, Device
from lightning_modules.fitting.adapters import merged, save_adapters, with_adapters
from lightning_modules.fitting.answer_data import AnswerWindows, answer_windows, check_restarts
from lightning_modules.fitting.causal_lm import (
    CausalLM,
    NonFiniteLoss,
    build_model,
    check_shape,
    compiles,
)
from lightning_modules.fitting.compilation import compilation_pays
from lightning_modules.fitting.dropout import without_dropout
from lightning_modules.fitting.sharding import is_finite, whole_weights
from lightning_modules.fitting.text_data import TextData, batches, parts, plain_windows
from lightning_modules.processes import on_lead
from lightning_modules.settings import ModelShape, Optimization
from lightning_modules.trainer import fitting


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
        optimization: How the weights are fitted: optimizer, schedule, windows per step.
        part_tokens: Tokens that are used of each corpus at most, so that corpora of one nominal
            size give the same number of steps. All answers to prompts are packed, but for a last
            step that they do not fill.
        truncate_above: Probability above which the loss ignores a token; None ignores none.
        seed: Replicate of the chain.
        generation: Index of the generation that is fitted; it keys the order of batches.
        device: Device that the fit runs on.
        advance: Told how many more tokens were trained on.
        loggers: Lightning loggers that receive the training curve.

    Raises:
        NonFiniteLoss: The loss is not a number; the last good checkpoint stays.
    """
    working = folder / "working"
    words = load_tokenizer(tokenizer)
    on_lead(lambda: working.mkdir(exist_ok=True))
    model = _begin(start, shape, seed)
    has_prompts = any(Corpus.open(path).has_prompts for path in corpora)
    if has_prompts:
        _check_prompts(model, truncate_above)
    windows = _windows(corpora, words, working, shape.context, part_tokens, has_prompts=has_prompts)
    order = _order(windows, optimization, stream(seed, Purpose.TRAINING_ORDER, generation))
    trainable = _trainable(model, optimization, device, seed, generation)
    is_plain = not (has_prompts or trainable.has_adapters or device.sharded)
    n_tokens = len(order) * optimization.windows_per_step * shape.context
    pays = compilation_pays(
        device.kind,
        n_steps=len(order),
        n_tokens=n_tokens,
        n_parameters=model.num_parameters(),
    )
    compiled = is_plain and pays and compiles(device.kind)
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
            trainable.module,
            optimization,
            len(order),
            compiled=compiled,
            truncate_above=truncate_above,
        ),
        TextData(windows, parts(order, optimization.windows_at_once)),
        ckpt_path=checkpoint if checkpoint.is_file() else None,
        weights_only=True,
    )
    n_trained = trainable.count()
    model = trainable.whole(folder)
    weights = whole_weights(model) if device.sharded else None
    on_lead(lambda: _save_fit(folder, model, weights, words, curve))
    return {
        "steps": len(order),
        "tokens": n_tokens,
        "parameters": model.num_parameters(),
        "trained_parameters": n_trained,
        "final_loss": curve.values()[-1],
        "precision": device.precision,
        "compiled": compiled,
    }


def _check_prompts(model: PreTrainedModel, truncate_above: float | None) -> None:
    """Refuse what cannot learn answers; what a workflow of one's own asks, no recipe shows."""
    if truncate_above is not None:
        raise BadInput(PROMPTS_ARE_NOT_TRUNCATED)
    check_restarts(model)


def _windows(
    corpora: Sequence[Path],
    words: PreTrainedTokenizerFast,
    folder: Path,
    context: int,
    part_tokens: Sequence[int],
    *,
    has_prompts: bool,
) -> AnswerWindows | ConcatDataset[Tensor]:
    """The text in windows, whole documents with their prompts or one stream without any."""
    if has_prompts:
        return answer_windows(corpora, words, folder, context)
    return plain_windows(corpora, words, folder, context, part_tokens)


def _order(
    windows: AnswerWindows | ConcatDataset[Tensor],
    optimization: Optimization,
    rng: np.random.Generator,
) -> list[list[int]]:
    """The windows of every step; those of answers get their weights in it."""
    order = batches(len(windows), optimization.windows_per_step, rng)
    if isinstance(windows, AnswerWindows):
        windows.weigh(order, optimization.parts_per_step)
    return order


@dataclass(frozen=True)
class _Trainable:
    """The model of a fit, and what of it is trained: all of its weights, or adapters alone."""

    model: PreTrainedModel
    module: Any
    """The model itself, or a `peft.PeftModel` around it."""

    @property
    def has_adapters(self) -> bool:
        """Whether adapters alone are trained, so that the model's own weights stay."""
        return self.module is not self.model

    def count(self) -> int:
        """Number of weights that are trained."""
        return sum(p.numel() for p in self.module.parameters() if p.requires_grad)

    def whole(self, folder: Path) -> PreTrainedModel:
        """The model after its training; adapters are written below `folder` and added to it.

        Raises:
            NonFiniteLoss: A weight is no number.
        """
        if not is_finite(self.module):
            raise NonFiniteLoss(
                "the last step made weights that are no numbers; lower the recipe's learning_rate"
            )
        if not self.has_adapters:
            return self.model
        on_lead(lambda: save_adapters(self.module, folder / "adapters"))
        return merged(self.module)


def _trainable(
    model: PreTrainedModel, optimization: Optimization, device: Device, seed: int, generation: int
) -> _Trainable:
    if device.sharded:
        optimization.check_sharding()
    if optimization.lora is None:
        return _Trainable(model, model)
    adapter_seed = int(stream(seed, Purpose.ADAPTER_WEIGHTS, generation).integers(2**31))
    return _Trainable(model, with_adapters(model, optimization.lora, adapter_seed))


def _begin(start: Path | None, shape: ModelShape, seed: int) -> PreTrainedModel:
    """The model that a fit begins with."""
    if start is None:
        return build_model(shape, int(stream(seed, Purpose.INITIAL_WEIGHTS).integers(2**31)))
    model = load_prior(start, context=shape.context, prefix=True).model
    check_shape(str(start), model.config, shape)
    return without_dropout(str(start), model)


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
