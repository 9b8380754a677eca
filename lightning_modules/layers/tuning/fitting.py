"""Tunes what a model lets be trained, by the suite's own loop, whatever else of it is frozen."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pytorch_lightning.callbacks import Callback
from torch import Tensor
from torch.utils.data import Dataset
from transformers import PreTrainedModel

from lightning_modules.callbacks import LossCurve
from lightning_modules.device import Advance, Device
from lightning_modules.fitting.causal_lm import CausalLM
from lightning_modules.fitting.text_data import TextData, parts
from lightning_modules.settings import Optimization
from lightning_modules.trainer import fitting


@dataclass(frozen=True, kw_only=True)
class Lessons:
    """What is learnt, in which order and how: the same for all models that are compared."""

    windows: Dataset[Tensor]
    """Windows of context + 1 tokens."""
    order: Sequence[Sequence[int]]
    """Windows of every step."""
    optimization: Optimization


def tune(
    model: PreTrainedModel,
    lessons: Lessons,
    *,
    folder: Path,
    device: Device,
    advance: Advance,
    callbacks: Sequence[Callback] = (),
) -> list[float]:
    """Train the parameters of a model that require gradients, in place.

    It goes on from `folder/last.ckpt` if it is there, and leaves the model in evaluation mode.

    Args:
        model: A causal language model, an emulator or a whole one.
        lessons: What it learns.
        folder: Receives the checkpoint.
        device: Device that it trains on.
        advance: Told how many more tokens were trained on.
        callbacks: Look on beside the curve of the loss.

    Returns:
        The loss of every step, in nats per token.

    Raises:
        NonFiniteLoss: The loss is not a number.
    """
    order = [list(step) for step in lessons.order]
    curve = LossCurve()
    trainer = fitting(
        device,
        advance,
        folder=folder,
        n_steps=len(order),
        optimization=lessons.optimization,
        curve=curve,
        loggers=[],
        beside=callbacks,
    )
    checkpoint = folder / "last.ckpt"
    model.train()
    trainer.fit(
        CausalLM(model, lessons.optimization, len(order)),
        TextData(lessons.windows, parts(order, lessons.optimization.windows_at_once)),
        ckpt_path=checkpoint if checkpoint.is_file() else None,
        weights_only=True,
    )
    model.eval()
    return curve.values()
