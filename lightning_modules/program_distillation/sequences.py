"""Fits an encoder with a decoder on pairs of texts until a validation loss stops falling."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Callback, EarlyStopping
from pytorch_lightning.utilities.types import OptimizerLRScheduler
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader
from transformers import PreTrainedModel, get_linear_schedule_with_warmup

from data.errors import BadInput
from data.files import saving
from data.randomness import stream
from data.text.answers import IGNORED
from lightning_modules.callbacks import OwnDeterminism, OwnSigterm
from lightning_modules.checkpoints import AtomicCheckpoints
from lightning_modules.device import Advance, Device
from lightning_modules.program_distillation.settings import SequenceSettings
from lightning_modules.trainer import common_settings

Pair = tuple[list[int], list[int]]
"""Tokens of a source and of its target, each with its end."""
Batch = tuple[Tensor, Tensor, Tensor]
"""Sources, their mask, and labels, each of shape (pairs, time)."""
_PURPOSE = "program_distillation/sequences"
_LOSS = "validation"


@dataclass(frozen=True, slots=True)
class Fitted:
    """What became of a fit."""

    epochs: int
    """Epochs that were trained."""
    best_epoch: int
    """Epoch, from 1, whose weights are kept: the one of the smallest validation loss."""
    losses: tuple[float, ...]
    """Validation loss after each epoch, in nats per token."""


class PairData(pl.LightningDataModule):
    """Pairs in batches, in an order that seed and epoch decide, and those that are set aside."""

    def __init__(
        self, pairs: Sequence[Pair], settings: SequenceSettings, seed: int, pad: int
    ) -> None:
        super().__init__()
        self.settings, self.seed, self.pad = settings, seed, pad
        order = stream(seed, f"{_PURPOSE}/validation").permutation(len(pairs))
        n_aside = max(round(settings.validation * len(pairs)), 1)
        self.aside = [pairs[int(place)] for place in order[:n_aside]]
        self.learnt = [pairs[int(place)] for place in order[n_aside:]]
        if not self.learnt:
            raise BadInput(
                f"{len(pairs)} pairs leave none to learn beside the validation; give more"
            )

    @property
    def steps(self) -> int:
        """Steps of an epoch."""
        return math.ceil(len(self.learnt) / self.settings.batch)

    def train_dataloader(self) -> DataLoader[Pair]:
        """The pairs of the epoch that begins, in its order."""
        assert self.trainer is not None
        epoch = self.trainer.current_epoch
        order = stream(self.seed, f"{_PURPOSE}/order", epoch).permutation(len(self.learnt))
        return self._loader([self.learnt[int(place)] for place in order])

    def val_dataloader(self) -> DataLoader[Pair]:
        """The pairs that were set aside."""
        return self._loader(self.aside)

    def _loader(self, pairs: list[Pair]) -> DataLoader[Pair]:
        return DataLoader(pairs, batch_size=self.settings.batch, collate_fn=self._collate)  # type: ignore[arg-type]

    def _collate(self, pairs: list[Pair]) -> Batch:
        sources = [torch.tensor(source) for source, _ in pairs]
        targets = [torch.tensor(target) for _, target in pairs]
        masks = [torch.ones_like(source) for source in sources]
        return (
            pad_sequence(sources, batch_first=True, padding_value=self.pad),
            pad_sequence(masks, batch_first=True),
            pad_sequence(targets, batch_first=True, padding_value=IGNORED),
        )


class SequenceModel(pl.LightningModule):
    """Trains an encoder with a decoder by cross-entropy, and measures it once an epoch."""

    def __init__(self, model: PreTrainedModel, settings: SequenceSettings, n_steps: int) -> None:
        super().__init__()
        self.model, self.settings, self.n_steps = model, settings, n_steps
        self.nats, self.tokens = 0.0, 0

    def _loss(self, batch: Batch) -> Tensor:
        """Mean negative log-likelihood of the labels, in nats."""
        sources, mask, labels = batch
        loss: Tensor = self.model(input_ids=sources, attention_mask=mask, labels=labels).loss
        return loss

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """The loss of one batch."""
        return self._loss(batch)

    def on_validation_epoch_start(self) -> None:
        """Forget the last epoch's sums."""
        self.nats, self.tokens = 0.0, 0

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        """Add the nats of one batch, so that every token counts the same."""
        n_tokens = int((batch[2] != IGNORED).sum())
        self.nats += float(self._loss(batch)) * n_tokens
        self.tokens += n_tokens

    def on_validation_epoch_end(self) -> None:
        """Tell the loss that decides when the fit ends."""
        self.log(_LOSS, self.nats / self.tokens)

    def configure_optimizers(self) -> OptimizerLRScheduler:
        """AdamW, with a learning rate that falls in a line."""
        optimizer = torch.optim.AdamW(self.model.parameters(), lr=self.settings.learning_rate)
        schedule = get_linear_schedule_with_warmup(optimizer, 0, self.n_steps)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


class BestWeights(Callback):
    """Writes the model whenever its validation loss is the smallest so far.

    It writes a checkpoint of every epoch, too, from which a killed fit goes on.
    """

    def __init__(self, folder: Path, advance: Advance) -> None:
        self.folder, self.advance = folder, advance
        self.losses: list[float] = []

    def on_validation_end(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Keep the weights if they are the best ones."""
        loss = float(trainer.callback_metrics[_LOSS])
        self.losses.append(loss)
        if loss == min(self.losses):
            with saving(self.folder):
                module.model.save_pretrained(self.folder / "model")  # type: ignore[operator,union-attr]

    def on_train_epoch_end(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Write the checkpoint of an epoch."""
        self.advance(1)
        trainer.save_checkpoint(self.folder / "last.ckpt")

    def state_dict(self) -> dict[str, Any]:
        """Losses so far."""
        return {"losses": self.losses}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on with the losses of the epochs before."""
        self.losses = list(state_dict["losses"])


def fit_pairs(
    model: PreTrainedModel,
    pairs: Sequence[Pair],
    settings: SequenceSettings,
    *,
    pad: int,
    seed: int,
    folder: Path,
    device: Device,
    advance: Advance,
) -> Fitted:
    """Fit on pairs; the weights of the best epoch stand in `folder/model` afterwards.

    Args:
        model: Encoder with a decoder.
        pairs: Tokens of sources and targets.
        settings: How it is fitted.
        pad: Token that fills up sources.
        seed: Replicate; it draws the validation part and the order.
        folder: Receives `model/`, and `last.ckpt` while the fit lasts.
        device: Where it is fitted.
        advance: Told of every epoch.

    Raises:
        BadInput: There are too few pairs.
    """
    data = PairData(pairs, settings, seed, pad)
    best = BestWeights(folder, advance)
    checkpoint = folder / "last.ckpt"
    trainer = pl.Trainer(
        **common_settings(device),
        devices=1,
        max_epochs=settings.epochs,
        reload_dataloaders_every_n_epochs=1,
        num_sanity_val_steps=0,
        callbacks=[
            OwnSigterm(),
            OwnDeterminism(),
            EarlyStopping(_LOSS, patience=settings.patience, check_finite=True, verbose=False),
            best,
        ],
        plugins=[AtomicCheckpoints()],
        default_root_dir=folder,
        deterministic=True,
    )
    model.train()  # as it is loaded, nothing of it is dropped out
    trainer.fit(
        SequenceModel(model, settings, data.steps * settings.epochs),
        data,
        ckpt_path=checkpoint if checkpoint.is_file() else None,
        weights_only=True,
    )
    checkpoint.unlink(missing_ok=True)
    losses = tuple(best.losses)
    return Fitted(len(losses), 1 + losses.index(min(losses)), losses)
