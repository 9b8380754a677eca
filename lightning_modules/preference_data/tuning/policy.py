"""Tunes a policy on pairs through Lightning, and looks at held-out pairs on the way."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytorch_lightning as pl
from pytorch_lightning.callbacks import Callback
from torch import Tensor
from transformers import PreTrainedModel

from lightning_modules.callbacks import LossCurve
from lightning_modules.device import Advance, Device
from lightning_modules.fitting.optimizing import Optimized
from lightning_modules.fitting.text_data import TextData, batches, parts
from lightning_modules.preference_data.tuning.answers import (
    PairRows,
    Pairs,
    log_probabilities,
    pair_log_probabilities,
)
from lightning_modules.preference_data.tuning.losses import pair_loss
from lightning_modules.preference_data.tuning.settings import Loss, TuningSettings
from lightning_modules.trainer import fitting


@dataclass(frozen=True, slots=True)
class Look:
    """What held-out pairs showed at a step; means over pairs, in nats."""

    step: int
    chosen: float
    """Log-probability of chosen answers less that by the reference."""
    rejected: float
    """The same of rejected answers."""
    margin: float
    """Log ratio of chosen answers less that of rejected ones."""
    accuracy: float
    """Share of pairs whose chosen answer has the higher log ratio; ties count half."""


def look_at(model: PreTrainedModel, held_out: Pairs, step: int) -> Look:
    """What held-out pairs show now.

    Args:
        model: The policy.
        held_out: Pairs with the log-probabilities of the reference.
        step: Steps that were made.
    """
    ratios = (log_probabilities(model, held_out) - held_out.reference).double()
    margin = ratios[:, 0] - ratios[:, 1]
    right = (margin > 0).double() + 0.5 * (margin == 0).double()
    return Look(
        step,
        float(ratios[:, 0].mean()),
        float(ratios[:, 1].mean()),
        float(margin.mean()),
        float(right.mean()),
    )


@dataclass
class Looks(Callback):
    """Looks at held-out pairs before the first step and at some of the others."""

    held_out: Pairs
    steps: frozenset[int]
    found: list[Look] = field(default_factory=list)

    def on_train_start(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Look before the first step."""
        if not self.found:
            self._look(module, 0)

    def on_train_batch_end(
        self, trainer: pl.Trainer, module: pl.LightningModule, *args: Any
    ) -> None:
        """Look where a step is complete that is among those wanted."""
        step = trainer.global_step
        if step in self.steps and step > self.found[-1].step:
            self._look(module, step)

    def _look(self, module: pl.LightningModule, step: int) -> None:
        model: Any = module.model
        self.found.append(look_at(model, self.held_out, step))

    def state_dict(self) -> dict[str, Any]:
        """Looks so far."""
        return {"found": [asdict(one) for one in self.found]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on after the looks that a checkpoint holds."""
        self.found = [Look(**one) for one in state_dict["found"]]


class PairwisePolicy(Optimized):
    """Trains a policy on pairs whose reference log-probabilities are known."""

    def __init__(
        self, model: PreTrainedModel, loss: Loss, settings: TuningSettings, n_steps: int
    ) -> None:
        super().__init__(settings.fit, n_steps)
        self.model, self.loss, self.beta = model, loss, settings.beta

    def training_step(self, batch: PairRows, batch_idx: int) -> Tensor:
        """Mean of the loss over the pairs of one pass."""
        found = pair_log_probabilities(self.model, batch.tokens, batch.labels)
        chosen, rejected = (found - batch.reference).unbind(dim=1)
        return pair_loss(self.loss, chosen, rejected, self.beta).mean()


def tune(
    model: PreTrainedModel,
    pairs: Pairs,
    held_out: Pairs,
    loss: Loss,
    settings: TuningSettings,
    *,
    rng: np.random.Generator,
    folder: Path,
    device: Device,
    advance: Advance,
) -> tuple[list[float], list[Look]]:
    """Tune a policy on pairs; the policy as it is given is the reference.

    Args:
        model: The policy, whose weights are changed.
        pairs: Pairs that it learns from.
        held_out: Pairs that are looked at alone.
        loss: Loss of a pair.
        settings: How it is tuned.
        rng: Draws the order of the pairs in every pass.
        folder: Receives the checkpoint.
        device: Where it is tuned.
        advance: Told how many more tokens were read.

    Returns:
        The loss of every step, and the looks.

    Raises:
        BadInput: The pairs do not fill one step.
    """
    for some in (pairs, held_out):
        some.reference = log_probabilities(model, some)
    per_step = settings.fit.windows_per_step
    order = [one for _ in range(settings.passes) for one in batches(len(pairs), per_step, rng)]
    wanted = np.linspace(0, len(order), settings.looks + 1)[1:].round().astype(int)
    curve, looks = LossCurve(), Looks(held_out, frozenset(wanted.tolist()))
    checkpoint = folder / "last.ckpt"
    trainer = fitting(
        device,
        advance,
        folder=folder,
        n_steps=len(order),
        optimization=settings.fit,
        curve=curve,
        loggers=[],
        beside=[looks],
    )
    model.train()
    trainer.fit(
        PairwisePolicy(model, loss, settings, len(order)),
        TextData(pairs, parts(order, settings.fit.windows_at_once)),
        ckpt_path=checkpoint if checkpoint.is_file() else None,
        weights_only=True,
    )
    return curve.values(), looks.found
