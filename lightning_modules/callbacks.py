"""What a trainer calls as it goes: the curve of the loss, the progress in tokens, SIGTERM."""

import math
import signal
import threading
from dataclasses import dataclass, field
from typing import Any

import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Callback

from lightning_modules.device import Advance
from lightning_modules.editing.token_scoring import WindowBatch
from lightning_modules.fitting.causal_lm import NonFiniteLoss
from lightning_modules.processes import average


def is_logged(step: int, n_steps: int) -> bool:
    """Whether a curve that is drawn while it grows has this step: every tenth, and the last."""
    return step % 10 == 0 or step == n_steps - 1


_STEPS_BETWEEN_READS = 64
"""Steps of a fit on a GPU between two looks at its losses: to look is to wait for the device."""


@dataclass
class LossCurve(Callback):
    """Keeps the training loss of every step, across interruptions, and logs some of them.

    `LightningModule.log` would do the same for a tenth of the time of a small model's step. On a
    GPU, losses stay there until several are read at once.
    """

    losses: list[float] = field(default_factory=list)
    _unread: list[torch.Tensor] = field(default_factory=list)
    _parts: list[torch.Tensor] = field(default_factory=list)

    def on_train_batch_end(
        self, trainer: pl.Trainer, module: pl.LightningModule, outputs: Any, *args: Any
    ) -> None:
        """Keep one more when a step is complete; its parts are already divided by their number.

        Raises:
            NonFiniteLoss: The loss of a step is not a number.
        """
        self._parts.append(outputs["loss"].detach())
        if trainer.global_step == len(self.losses) + len(self._unread):
            return
        loss = self._parts[0] if len(self._parts) == 1 else torch.stack(self._parts).sum()
        self._parts.clear()
        self._unread.append(average(loss))  # `strategy.reduce` would wait for all before it begins
        if not loss.is_cuda or len(self._unread) == _STEPS_BETWEEN_READS:
            self._log(trainer, self._read())

    def on_train_start(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Log what an interrupted fit had done."""
        self._log(trainer, 0)

    def on_train_end(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Read and log the last losses."""
        self._log(trainer, self._read())

    def _read(self) -> int:
        """Wait for the losses that are not read yet, and return the first one's step."""
        first = len(self.losses)
        if self._unread:
            self.losses += torch.stack(self._unread).tolist()
            self._unread.clear()
        for step in range(first, len(self.losses)):
            if not math.isfinite(self.losses[step]):
                raise NonFiniteLoss(
                    f"the loss is {self.losses[step]} at step {step}; the last good checkpoint is "
                    "kept; lower the recipe's learning_rate and run again"
                )
        return first

    def _log(self, trainer: pl.Trainer, first: int) -> None:
        for step in range(first, len(self.losses)):
            if trainer.loggers and is_logged(step, trainer.max_steps):
                for logger in trainer.loggers:
                    logger.log_metrics({"train/loss": self.losses[step]}, step)

    def state_dict(self) -> dict[str, list[float]]:
        """Plain numbers, for a checkpoint that loads without pickle.

        Raises:
            NonFiniteLoss: One is not a number, so that the checkpoint would be worth nothing.
        """
        return {"losses": self.values()}

    def load_state_dict(self, state: dict[str, list[float]]) -> None:
        """Take over the losses that a checkpoint holds, to continue their curve."""
        self.losses = list(state["losses"])

    def values(self) -> list[float]:
        """Nats per token, one number per step."""
        self._read()
        return list(self.losses)


class TokenProgress(Callback):
    """Tells `advance` of the tokens of every batch as it ends."""

    def __init__(self, advance: Advance) -> None:
        self.advance = advance

    def on_train_batch_end(
        self, trainer: pl.Trainer, module: pl.LightningModule, outputs: Any, batch: Any, *args: Any
    ) -> None:
        """Tell the tokens that were read in one batch."""
        tokens = batch if isinstance(batch, torch.Tensor) else batch.tokens
        self.advance(tokens.numel() - tokens.numel() // tokens.shape[-1])

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


class OwnDeterminism(Callback):
    """Gives back, when a fit is over, what was said of deterministic algorithms before it.

    A trainer says it for all that comes after; a draw on a GPU outside a trainer would be refused.
    It is made before the trainer is.
    """

    def __init__(self) -> None:
        self.before = torch.get_deterministic_debug_mode()

    def teardown(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        """Say what was said before."""
        torch.set_deterministic_debug_mode(self.before)

    def on_exception(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, exception: BaseException
    ) -> None:
        """Say it after a failure, too, where no teardown is called."""
        torch.set_deterministic_debug_mode(self.before)
