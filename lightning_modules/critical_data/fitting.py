"""How modules that train many models at once are fitted: one trainer for all of them."""

from pathlib import Path

import pytorch_lightning as pl
import torch
from torch.utils.data import TensorDataset

from lightning_modules.callbacks import OwnDeterminism, OwnSigterm
from lightning_modules.checkpoints import AtomicCheckpoints, ThriftyCheckpoints
from lightning_modules.device import Device
from lightning_modules.fitting.text_data import ResumableLoader
from lightning_modules.trainer import common_settings


def fit_in_parts(
    module: pl.LightningModule,
    progress: pl.Callback,
    *,
    parts: int,
    steps: int,
    folder: Path,
    device: Device,
    tf32: bool = False,
) -> None:
    """Fit a module whose batches stand for several steps; go on from `folder/last.ckpt`.

    Always in fp32. The number of steps is told to the trainer, because a checkpoint is written on a
    GPU only where enough of them are left.

    Args:
        module: Optimises by itself, and keeps what it has seen in its checkpoint.
        progress: Tells how far the fit is.
        parts: Number of batches.
        steps: Steps of the optimiser in all of them.
        folder: Receives the checkpoint.
        device: Device that all models train on.
        tf32: Whether a GPU may round what it multiplies to 10 bits.
    """
    loader = ResumableLoader(TensorDataset(torch.arange(parts)), [[i] for i in range(parts)])
    checkpoint = folder / "last.ckpt"
    settings = common_settings(device) | {"precision": "32-true"}
    torch.set_float32_matmul_precision("high" if tf32 else "highest")
    trainer = pl.Trainer(
        **settings,
        devices=1,
        max_epochs=1,
        max_steps=steps,
        callbacks=[OwnSigterm(), OwnDeterminism(), progress, ThriftyCheckpoints(checkpoint)],
        plugins=[AtomicCheckpoints()],
        default_root_dir=folder,
        deterministic=True,
    )
    trainer.fit(module, loader, ckpt_path=checkpoint if checkpoint.is_file() else None)
