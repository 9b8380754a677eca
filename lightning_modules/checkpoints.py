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

_BYTES_PER_WEIGHT = 12
"""Bytes of a weight and its two moments, in fp32."""
_BYTES_PER_SECOND = 5e8
"""Speed of writing and syncing a file, as a guess."""


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

    On a GPU the first step, which loads or compiles its kernels, tells nothing of the time of
    others, and a whole fit may be over before a checkpoint of it is written: there the first one
    follows the second step, unless less is left to do than a checkpoint takes.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.next_step: float = 1
        self._since = 0.0
        self._since_step = 0
        self._is_warm = True
        self._is_first = True

    def on_train_start(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Start the clock, and let a checkpoint follow the first step."""
        self._begin(trainer)
        self._is_warm = module.device.type == "cpu"
        self._is_first = True

    def on_train_batch_end(
        self, trainer: pl.Trainer, module: pl.LightningModule, *args: Any
    ) -> None:
        """Save if it is time, and say when the next one is due."""
        if trainer.global_step < self.next_step:
            return
        if torch.cuda.is_initialized():
            torch.cuda.synchronize()  # else the steps' time would count as the checkpoint's
        if not self._is_warm:
            self._is_warm = True
            self._begin(trainer)
            return
        before = time.perf_counter()
        per_step = (before - self._since) / (trainer.global_step - self._since_step)
        if self._is_first and self._is_soon_over(trainer, module, per_step):
            self.next_step = math.inf
            return
        self._is_first = False
        trainer.save_checkpoint(self.path)
        # Since the last one: the very first step may have been compiled, and tells nothing.
        pause = math.ceil((time.perf_counter() - before) / per_step / _SHARE_FOR_CHECKPOINTS)
        self._begin(trainer)
        self.next_step = trainer.global_step + trainer.strategy.broadcast(pause)

    def _begin(self, trainer: pl.Trainer) -> None:
        self._since, self._since_step = time.perf_counter(), trainer.global_step
        self.next_step = trainer.global_step + 1

    def _is_soon_over(
        self, trainer: pl.Trainer, module: pl.LightningModule, per_step: float
    ) -> bool:
        """Whether a fit on a GPU is over before its checkpoint would be written."""
        if module.device.type == "cpu":
            return False
        n_trained = sum(p.numel() for p in module.parameters() if p.requires_grad)
        left = (trainer.max_steps - trainer.global_step) * per_step
        soon = left < n_trained * _BYTES_PER_WEIGHT / _BYTES_PER_SECOND
        return bool(trainer.strategy.broadcast(soon))
