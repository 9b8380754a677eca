"""Rewards of texts, as a `Trainer.predict` run, and how often one kind of texts wins."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pytorch_lightning as pl
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader

from data.errors import BadInput
from lightning_modules.rewarding.reward import Reward, filled

Floats = NDArray[np.float64]
_TEXTS_AT_ONCE = 128


class _Scorer(pl.LightningModule):
    """Gives the rewards of a batch of rows."""

    def __init__(self, reward: Reward) -> None:
        super().__init__()
        self.reward = reward.module

    def predict_step(self, batch: Tensor, batch_idx: int) -> Tensor:
        """Rewards of one batch, shape (texts,), on the host."""
        rewards: Tensor = self.reward(batch).float().cpu()
        return rewards


def rewards_of(reward: Reward, texts: Iterable[str], trainer: pl.Trainer) -> Floats:
    """The reward of every text, shape (texts,).

    Texts of like length are read together, so that little of a batch is filling.

    Args:
        reward: The reward model.
        texts: Texts in any number.
        trainer: Trainer that runs the prediction.

    Raises:
        BadInput: A reward is no number: the model is broken.
    """
    rows = reward.rows(texts)
    if not rows:
        return np.zeros(0)
    order = sorted(range(len(rows)), key=lambda place: len(rows[place]))
    loader: DataLoader[Tensor] = DataLoader(
        [rows[place] for place in order],  # type: ignore[arg-type]
        batch_size=_TEXTS_AT_ONCE,
        collate_fn=filled,
    )
    batches: list[Any] = trainer.predict(_Scorer(reward), loader) or []
    found = np.empty(len(rows))
    found[order] = torch.cat(batches).numpy()
    if not np.isfinite(found).all():
        raise BadInput(
            f"the reward of text {int(np.argmin(np.isfinite(found)))} is no number; lower the "
            "learning rate of the reward model"
        )
    return found


class Share(NamedTuple):
    """A share with its standard error."""

    value: float
    stderr: float


def wins(one: Floats, other: Floats) -> Share:
    """How often a text of one kind has the higher reward, ties half: the area under the ROC curve.

    The standard error is that of DeLong et al. (1988), over the texts of both kinds.

    Args:
        one: Rewards of texts of one kind, shape (m,), two or more.
        other: Rewards of texts of the other kind, shape (n,), two or more.
    """
    above = (one[:, None] > other) + 0.5 * (one[:, None] == other)
    by_one, by_other = above.mean(axis=1), above.mean(axis=0)
    variance = by_one.var(ddof=1) / len(one) + by_other.var(ddof=1) / len(other)
    return Share(float(above.mean()), float(np.sqrt(variance)))
