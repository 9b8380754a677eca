"""Checkpoints of a fit: written whole or not at all, and seldom enough to cost next to nothing."""

import math
import os
import time
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Callback
from pytorch_lightning.plugins.io import TorchCheckpointIO

_SHARE_FOR_CHECKPOINTS = 0.01
"""Share of a fit's time that checkpoints may take; with a hundredth, an interruption costs a
hundred times one checkpoint."""


class AtomicCheckpoints(TorchCheckpointIO):
    """Writes a checkpoint beside its place and renames it: a kill leaves the old or the new one."""

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any = None
    ) -> None:
        """Write the checkpoint beside its place, sync it to disk, and rename it."""
        final = Path(path)
        partial = final.with_name(f"{final.name}.writing")
        with partial.open("wb") as file:
            torch.save(checkpoint, file)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(final)


class ThriftyCheckpoints(Callback):
    """Saves after the first step, and then as often as costs a hundredth of the time.

    The first one shows at once whether a checkpoint can be written at all. When one is saved
    decides what an interruption costs, and nothing else.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.next_step = 1
        self._since = 0.0
        self._since_step = 0

    def on_train_start(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Start the clock, and let a checkpoint follow the first step."""
        self._since = time.perf_counter()
        self._since_step = trainer.global_step
        self.next_step = trainer.global_step + 1

    def on_train_batch_end(self, trainer: pl.Trainer, *args: Any) -> None:
        """Save if it is time, and say when the next one is due."""
        if trainer.global_step < self.next_step:
            return
        if torch.cuda.is_initialized():
            torch.cuda.synchronize()  # else the steps' time would count as the checkpoint's
        before = time.perf_counter()
        trainer.save_checkpoint(self.path)
        after = time.perf_counter()
        # Since the last one: the very first step may have been compiled, and tells nothing.
        per_step = (before - self._since) / (trainer.global_step - self._since_step)
        pause = math.ceil((after - before) / per_step / _SHARE_FOR_CHECKPOINTS)
        self._since, self._since_step = after, trainer.global_step
        self.next_step = trainer.global_step + trainer.strategy.broadcast(pause)
