"""Fits many Bradley-Terry reward heads at once on the same frozen features.

A head is a linear function R of an answer's features. Of a pair, the chosen answer wins with
probability s(R_w - R_l), s the logistic function (Bradley and Terry 1952); what is fitted is the
negative log-likelihood. Only differences of rewards are identified, so that a head has no constant.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch
from numpy.typing import NDArray
from pytorch_lightning.utilities.types import OptimizerLRScheduler
from torch import Tensor
from torch.utils.data import TensorDataset

from data.errors import BadInput
from data.randomness import stream
from lightning_modules.callbacks import LossCurve, OwnDeterminism, OwnSigterm
from lightning_modules.checkpoints import AtomicCheckpoints, ThriftyCheckpoints
from lightning_modules.device import Advance, Device
from lightning_modules.fitting.text_data import ResumableLoader
from lightning_modules.preference_data.rewarding.settings import HeadSettings
from lightning_modules.trainer import common_settings

Floats = NDArray[np.float64]
_PURPOSE = "preference_data/heads"


@dataclass(frozen=True)
class PairFeatures:
    """Pairs as rows of a table of answers' features."""

    features: NDArray[np.float32]
    """Features of every answer, shape (answers, width)."""
    chosen: NDArray[np.int64]
    """Row of the chosen answer of every pair, shape (pairs,)."""
    rejected: NDArray[np.int64]
    """Row of the rejected one, shape (pairs,)."""

    def __post_init__(self) -> None:
        """Refuse what is no set of pairs.

        Raises:
            BadInput: There is no pair, or a feature is no finite number.
        """
        if not len(self.chosen):
            raise BadInput("no pair to fit a reward head on; give at least one")
        if not np.isfinite(self.features).all():
            raise BadInput("a feature is no finite number; make the features again")

    def differences(self) -> Tensor:
        """Features of the chosen answer less those of the rejected one, shape (pairs, width)."""
        return torch.from_numpy(self.features[self.chosen] - self.features[self.rejected])


@dataclass(frozen=True, kw_only=True)
class HeadSpec:
    """One head: which pairs count how much, which features it sees, which labels are turned."""

    weights: Floats | None = None
    """Weight of every pair, shape (pairs,); None counts all alike."""
    sees: NDArray[np.bool_] | None = None
    """Features that it sees, shape (width,); None for all."""
    flipped: NDArray[np.bool_] | None = None
    """Pairs whose label is turned round, shape (pairs,); None for none."""


@dataclass(frozen=True)
class RewardHead:
    """A fitted head."""

    direction: Floats
    """Weight of every feature, shape (width,)."""
    decay: float
    """Weight of its squared length in the loss, as it was chosen."""
    loss: float
    """Mean negative log-likelihood on the pairs that were set aside, in nats per pair."""

    def rewards(self, features: NDArray[np.float32]) -> Floats:
        """The reward of every answer, shape (answers,); its zero means nothing.

        Raises:
            BadInput: The features have another width than those that the head was fitted on.
        """
        if features.shape[1] != len(self.direction):
            raise BadInput(
                f"features have {features.shape[1]} numbers, the reward head was fitted on "
                f"{len(self.direction)}; encode with the same model"
            )
        found: Floats = features.astype(np.float64) @ self.direction
        return found


class BradleyTerryHeads(pl.LightningModule):
    """Linear heads side by side; the loss of each is its own, so that none disturbs another.

    Args:
        differences: Differences of features, shape (pairs, width).
        weights: Weight of every pair for every head, mean 1 each, shape (pairs, heads).
        signs: 1, or -1 where a label is turned round, shape (pairs, heads).
        sees: 1 where a head sees a feature, otherwise 0, shape (width, heads).
        decays: Weight of the squared length of every head, shape (heads,).
        order: Pairs of every step, shape (steps, pairs of a step).
        learning_rate: Rate of the first step.
    """

    sees: Tensor
    decays: Tensor

    def __init__(
        self,
        differences: Tensor,
        weights: Tensor,
        signs: Tensor,
        sees: Tensor,
        decays: Tensor,
        *,
        order: Tensor,
        learning_rate: float,
    ) -> None:
        super().__init__()
        self.order, self.learning_rate = order, learning_rate
        self.differences, self.weights, self.signs = differences, weights, signs
        self.register_buffer("sees", sees, persistent=False)
        self.register_buffer("decays", decays, persistent=False)
        self.heads = torch.nn.Parameter(torch.zeros_like(sees))

    def training_step(self, batch: Sequence[Tensor], batch_idx: int) -> Tensor:
        """Sum over heads of the mean negative log-likelihood and the penalty, of one step."""
        rows = self.order[int(batch[0])]
        place = self.heads.device
        margins = self.differences[rows].to(place) @ (self.heads * self.sees)
        losses = torch.nn.functional.softplus(-self.signs[rows].to(place) * margins)
        fit = (self.weights[rows].to(place) * losses).mean(0)
        return (fit + self.decays * (self.heads**2).sum(0)).sum()

    def configure_optimizers(self) -> OptimizerLRScheduler:
        """Adam, whose rate falls along a cosine to nothing at the last step."""
        optimizer = torch.optim.Adam([self.heads], lr=self.learning_rate)
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimizer, lambda step: 0.5 * (1 + math.cos(math.pi * step / len(self.order)))
        )
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def fitted(self) -> Tensor:
        """The heads, shape (width, heads)."""
        return (self.heads * self.sees).detach().cpu()


class _Told(pl.Callback):
    """Tells `advance` of the pairs of every step."""

    def __init__(self, advance: Advance, pairs_per_step: int) -> None:
        self.advance, self.pairs_per_step = advance, pairs_per_step

    def on_train_batch_end(
        self, trainer: pl.Trainer, module: pl.LightningModule, outputs: Any, batch: Any, *args: Any
    ) -> None:
        self.advance(self.pairs_per_step)


def fit_heads(
    specs: Mapping[str, HeadSpec],
    learnt: PairFeatures,
    aside: PairFeatures,
    settings: HeadSettings,
    *,
    seed: int,
    folder: Path,
    device: Device,
    advance: Advance,
) -> dict[str, RewardHead]:
    """Fit a head for each spec and each penalty; keep of each spec the best on pairs set aside.

    It goes on from `folder/last.ckpt` if it is there. Heads start at zero, where every answer has
    the same reward.

    Args:
        specs: The heads by name.
        learnt: Pairs that they are fitted on.
        aside: Other pairs, of which the penalty is chosen; labels are as they are, whatever a
            spec turns round.
        settings: How they are fitted.
        seed: Replicate; it draws the order of the pairs.
        folder: Receives the checkpoint.
        device: Device that the heads are fitted on.
        advance: Told how many more pairs were read.

    Raises:
        BadInput: The two sets of pairs have features of another width.
        NonFiniteLoss: The loss is not a number.
    """
    if learnt.features.shape[1] != aside.features.shape[1]:
        raise BadInput(
            f"features have {learnt.features.shape[1]} and {aside.features.shape[1]} numbers; "
            "encode all pairs with one model"
        )
    scale = _scale(learnt)
    names = [(name, decay) for name in specs for decay in settings.decays]
    module = BradleyTerryHeads(
        learnt.differences() / scale,
        *_columns(specs, learnt, len(settings.decays)),
        torch.tensor([decay for _, decay in names]),
        order=_order(len(learnt.chosen), settings, seed),
        learning_rate=settings.learning_rate,
    )
    _fit(module, folder, device, advance)
    directions = module.fitted()
    losses = torch.nn.functional.softplus(-(aside.differences() / scale) @ directions).mean(0)
    found = [
        RewardHead(
            (directions[:, place] / scale).double().numpy(), decay, float(losses[place].item())
        )
        for place, (_, decay) in enumerate(names)
    ]
    by_name = list(zip((name for name, _ in names), found, strict=True))
    return {
        name: min((head for mine, head in by_name if mine == name), key=lambda head: head.loss)
        for name in specs
    }


def _scale(learnt: PairFeatures) -> Tensor:
    """Standard deviation of each feature over the answers; 1 where it does not vary."""
    rows = np.unique(np.concatenate([learnt.chosen, learnt.rejected]))
    spread = learnt.features[rows].std(axis=0)
    return torch.from_numpy(np.where(spread > 1e-6, spread, 1).astype(np.float32))


def _columns(
    specs: Mapping[str, HeadSpec], learnt: PairFeatures, copies: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Weights and signs of shape (pairs, heads), and what heads see, of shape (width, heads)."""
    n, width = len(learnt.chosen), learnt.features.shape[1]
    weights, signs, sees = [], [], []
    for spec in specs.values():
        weight = np.ones(n) if spec.weights is None else spec.weights
        flipped = np.zeros(n, bool) if spec.flipped is None else spec.flipped
        seen = np.ones(width, bool) if spec.sees is None else spec.sees
        weights += [weight / weight.mean()] * copies
        signs += [np.where(flipped, -1.0, 1.0)] * copies
        sees += [seen.astype(np.float64)] * copies
    found = [torch.from_numpy(np.stack(one, axis=1)).float() for one in (weights, signs, sees)]
    return found[0], found[1], found[2]


def _order(n_pairs: int, settings: HeadSettings, seed: int) -> Tensor:
    """Pairs of every step, each at most once in a step, shape (steps, pairs of a step)."""
    per_step = min(settings.pairs_per_step, n_pairs)
    rows = [
        stream(seed, _PURPOSE, step).choice(n_pairs, per_step, replace=False)
        for step in range(settings.steps)
    ]
    return torch.from_numpy(np.stack(rows))


def _fit(module: BradleyTerryHeads, folder: Path, device: Device, advance: Advance) -> None:
    n_steps, per_step = module.order.shape
    checkpoint = folder / "last.ckpt"
    trainer = pl.Trainer(
        **common_settings(device) | {"precision": "32-true"},
        devices=1,
        max_steps=n_steps,
        log_every_n_steps=0,
        callbacks=[
            OwnSigterm(),
            OwnDeterminism(),
            LossCurve(),
            _Told(advance, per_step),
            ThriftyCheckpoints(checkpoint),
        ],
        plugins=[AtomicCheckpoints()],
        default_root_dir=folder,
        deterministic=True,
    )
    trainer.fit(
        module,
        ResumableLoader(TensorDataset(torch.arange(n_steps)), [[i] for i in range(n_steps)]),
        ckpt_path=checkpoint if checkpoint.is_file() else None,
        weights_only=True,
    )
    checkpoint.unlink(missing_ok=True)
