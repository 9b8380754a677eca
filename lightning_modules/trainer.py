"""Makes trainers for fits and predictions; the one place for Lightning's settings."""

import itertools
import logging
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import pytorch_lightning as pl
import torch
from lightning_fabric.plugins.environments.lightning import LightningEnvironment
from pytorch_lightning.callbacks import Callback
from pytorch_lightning.loggers import Logger
from pytorch_lightning.strategies import Strategy
from torch.utils.data import DataLoader, IterableDataset
from transformers.utils.logging import disable_progress_bar

from lightning_modules.callbacks import LossCurve, OwnDeterminism, OwnSigterm, TokenProgress
from lightning_modules.checkpoints import AtomicCheckpoints, ThriftyCheckpoints
from lightning_modules.device import Advance, Device
from lightning_modules.fitting.sharding import sharded_strategy
from lightning_modules.freed_memory import keep_freed_memory
from lightning_modules.library_warnings import hush
from lightning_modules.processes import (
    gather,
    local_count,
    local_rank,
    process_count,
    process_rank,
)
from lightning_modules.settings import Optimization

_MISSING = object()


def quiet() -> None:
    """Keep what the libraries say about themselves out of a run's output; errors stay.

    Where a program listens (`library_warnings.listen`), their warnings are counted for its record.
    """
    hush()
    for name in ("pytorch_lightning", "lightning_fabric"):
        logging.getLogger(name).setLevel(logging.WARNING)
    disable_progress_bar()
    for message in (
        ".*does not have many workers.*",  # the data is in memory
        ".*Checkpoint directory .* exists and is not empty.*",  # that is how a fit goes on
        ".*LeafSpec.*",  # Lightning about its own code
        ".*is_gradient_checkpointing.*",  # transformers about a call of peft
    ):
        warnings.filterwarnings("ignore", message)


class _EveryNth(IterableDataset[Any]):
    """The batches of a loader that this process predicts."""

    def __init__(self, loader: Iterable[Any]) -> None:
        self.loader = loader

    def __iter__(self) -> Iterator[Any]:
        return itertools.islice(self.loader, process_rank(), None, process_count())


class SharedPrediction(pl.Trainer):
    """Lets each of N processes predict every N-th batch; all get all predictions, in order.

    Without predictions to return, each process predicts what it is given.
    """

    @property
    def world_size(self) -> int:
        """Number of processes that share the work."""
        return process_count()

    @property
    def global_rank(self) -> int:
        """Index of this process among them."""
        return process_rank()

    def predict(  # type: ignore[override]
        self, model: pl.LightningModule, dataloaders: Iterable[Any], **kwargs: Any
    ) -> list[Any]:
        """Run the model over the batches, as `pl.Trainer.predict` does, shared by the processes."""
        if process_count() == 1 or not kwargs.get("return_predictions", True):
            return super().predict(model, dataloaders, **kwargs) or []
        mine = super().predict(model, DataLoader(_EveryNth(dataloaders), batch_size=None), **kwargs)
        shares = gather(mine or [])
        return [
            prediction
            for row in itertools.zip_longest(*shares, fillvalue=_MISSING)
            for prediction in row
            if prediction is not _MISSING
        ]


def predicting(device: Device, advance: Advance) -> pl.Trainer:
    """A trainer for one `predict` that all processes share."""
    return SharedPrediction(**_predicting(device, advance))


def predicting_alone(
    device: Device,
    advance: Advance,
    *callbacks: Callback,
    precision: Literal["32-true", "bf16-mixed"] | None = None,
) -> pl.Trainer:
    """A trainer for one `predict` of what this process alone has to do."""
    settings = _predicting(device, advance, *callbacks)
    return pl.Trainer(**settings | ({} if precision is None else {"precision": precision}))


def _predicting(device: Device, advance: Advance, *callbacks: Callback) -> dict[str, Any]:
    return {
        **common_settings(device),
        # On CUDA it would only be slower: here no two numbers are added in one place.
        "deterministic": device.accelerator == "cpu",
        "devices": [local_rank()] if device.accelerator == "gpu" else 1,
        "callbacks": [OwnSigterm(), TokenProgress(advance), *callbacks],
        "plugins": [LightningEnvironment()],  # each process by itself
    }


def fitting(
    device: Device,
    advance: Advance,
    *,
    folder: Path,
    n_steps: int,
    optimization: Optimization,
    curve: LossCurve,
    loggers: list[Logger],
    beside: Sequence[Callback] = (),
) -> pl.Trainer:
    """A trainer for one `fit` that checkpoints into `folder/last.ckpt`.

    Several processes hold the model each (DDP), or a part each if it is sharded (FSDP2). Callbacks
    `beside` the curve see the end of a batch before a checkpoint is written.
    """
    return pl.Trainer(
        **{**common_settings(device), "logger": loggers or False},
        devices=local_count(),
        num_nodes=process_count() // local_count(),
        strategy=_strategy(device),
        use_distributed_sampler=False,  # `TextData` gives each process its share
        callbacks=[
            OwnSigterm(),
            OwnDeterminism(),
            TokenProgress(advance),
            curve,
            *beside,
            ThriftyCheckpoints(folder / "last.ckpt"),
        ],
        # A sharded model is gathered and saved by `AtomicShards`, which takes no other writer.
        plugins=[] if device.sharded else [AtomicCheckpoints()],
        max_steps=n_steps,
        gradient_clip_val=optimization.gradient_clip,
        accumulate_grad_batches=optimization.parts_per_step,
        log_every_n_steps=0,  # `LossCurve` logs
        default_root_dir=folder,
        # With "warn" in its place flash attention would take a backward pass that is not.
        deterministic=True,
    )


def _strategy(device: Device) -> Strategy | str:
    if device.sharded:  # one process holds all parts, and goes the way of many
        return sharded_strategy()
    return "auto" if process_count() == 1 else "ddp"


def common_settings(device: Device) -> dict[str, Any]:
    """What every trainer of the project is told, after the libraries are told what all rely on.

    Args:
        device: Where it trains or predicts.
    """
    keep_freed_memory()
    # With deterministic algorithms PyTorch fills all fresh memory, which no operation here reads.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    # What is fp32 stays fp32, also where a GPU could round the factors of a product to ten bits.
    torch.set_float32_matmul_precision("highest")
    # Attention by cuDNN plans anew for every shape, and is no choice where all is deterministic.
    torch.backends.cuda.enable_cudnn_sdp(False)
    return {
        "accelerator": device.accelerator,
        "precision": device.precision,
        "logger": False,
        "enable_checkpointing": False,
        "enable_progress_bar": False,
        "enable_model_summary": False,
    }
