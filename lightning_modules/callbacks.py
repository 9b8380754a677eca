"""What a trainer calls as it goes: the curve of the loss, the progress in tokens, SIGTERM."""

import signal
import threading
from dataclasses import dataclass, field
from typing import Any

import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Callback

from lightning_modules.device import Advance
from lightning_modules.editing.token_scoring import WindowBatch
from lightning_modules.fitting.answer_data import AnswerBatch
from lightning_modules.processes import average


def is_logged(step: int, n_steps: int) -> bool:
    """Whether a curve that is drawn while it grows has this step: every tenth, and the last.

    To log a loss is to wait for the device.
    """
    return step % 10 == 0 or step == n_steps - 1


@dataclass
class LossCurve(Callback):
    """Keeps the training loss of every step, across interruptions, and logs some of them.

    `LightningModule.log` would do the same for a tenth of the time of a small model's step.
    """

    losses: list[torch.Tensor] = field(default_factory=list)
    _parts: list[torch.Tensor] = field(default_factory=list)

    def on_train_batch_end(
        self, trainer: pl.Trainer, module: pl.LightningModule, outputs: Any, *args: Any
    ) -> None:
        """Keep one more when a step is complete; its parts are already divided by their number."""
        self._parts.append(outputs["loss"].detach())
        if trainer.global_step == len(self.losses):
            return
        loss = torch.stack(self._parts).sum()
        self._parts.clear()
        self.losses.append(average(loss))  # `strategy.reduce` would wait for all before it begins
        self._log(trainer, len(self.losses) - 1)

    def on_train_start(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Log what an interrupted fit had done."""
        for step in range(len(self.losses)):
            self._log(trainer, step)

    def _log(self, trainer: pl.Trainer, step: int) -> None:
        if trainer.loggers and is_logged(step, trainer.max_steps):
            for logger in trainer.loggers:
                logger.log_metrics({"train/loss": float(self.losses[step])}, step)

    def state_dict(self) -> dict[str, list[float]]:
        """Plain numbers, for a checkpoint that loads without pickle."""
        return {"losses": self.values()}

    def load_state_dict(self, state: dict[str, list[float]]) -> None:
        """Take over the losses that a checkpoint holds, to continue their curve."""
        self.losses = [torch.tensor(loss) for loss in state["losses"]]

    def values(self) -> list[float]:
        """Nats per token, one number per step."""
        return [float(loss) for loss in self.losses]


class TokenProgress(Callback):
    """Tells `advance` of the tokens of every batch as it ends."""

    def __init__(self, advance: Advance) -> None:
        self.advance = advance

    def on_train_batch_end(
        self, trainer: pl.Trainer, module: pl.LightningModule, outputs: Any, batch: Any, *args: Any
    ) -> None:
        """Tell the tokens that were read in one batch."""
        n_windows, width = (batch.tokens if isinstance(batch, AnswerBatch) else batch).shape
        self.advance(n_windows * (width - 1))

    def on_predict_batch_end(
        self, trainer: pl.Trainer, module: pl.LightningModule, outputs: Any, batch: Any, *args: Any
    ) -> None:
        """Tell the tokens that were scored; a sampler reports its own."""
        if isinstance(batch, WindowBatch):
            self.advance(len(batch.places))


class OwnSigterm(Callback):
    """Leaves SIGTERM to what heard it before, a handler or the system.

    The trainer takes it, asks all processes whether they have heard it too (of which some may wait
    for others), and goes on to the end of the batch.
    """

    def __init__(self) -> None:
        self.handler = signal.getsignal(signal.SIGTERM)

    def on_train_start(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Put the earlier handler back: the trainer has just installed its own."""
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, self.handler)

    def on_predict_start(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Put the earlier handler back, as at the start of a fit."""
        self.on_train_start(trainer, module)
