"""Makes trainers: device, precision, progress; the one place for Lightning's settings."""

import itertools
import logging
import math
import os
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytorch_lightning as pl
import torch
from lightning_fabric.plugins.environments.lightning import LightningEnvironment
from pytorch_lightning.callbacks import Callback
from pytorch_lightning.loggers import Logger
from pytorch_lightning.plugins.io import TorchCheckpointIO
from pytorch_lightning.strategies import Strategy
from torch.utils.data import DataLoader, IterableDataset
from transformers.utils.logging import disable_progress_bar

from data.errors import BadInput
from lightning_modules.editing.token_scoring import WindowBatch
from lightning_modules.fitting.answer_data import AnswerBatch
from lightning_modules.fitting.sharding import sharded_strategy
from lightning_modules.processes import (
    average,
    gather,
    local_count,
    local_rank,
    process_count,
    process_rank,
)
from lightning_modules.settings import Optimization

_SHARE_FOR_CHECKPOINTS = 0.01
"""Of the time of a fit; with a hundredth, an interruption costs a hundred times one checkpoint."""

_MISSING = object()

DeviceName = Literal["auto", "cpu", "cuda"]
Advance = Callable[[int], None]
"""Told how many more tokens are done."""


@dataclass(frozen=True, kw_only=True)
class Device:
    """Where stages run."""

    name: DeviceName = "auto"
    sharded: bool = False
    """Fits divide the model over the processes instead of copying it; see `sharding`."""

    def __post_init__(self) -> None:
        if self.name == "cuda" and not torch.cuda.is_available():
            raise BadInput("no CUDA device is visible; run with --device cpu")
        if self.accelerator == "gpu" and local_count() > torch.cuda.device_count():
            raise BadInput(
                f"{local_count()} processes on this machine see {torch.cuda.device_count()} GPUs; "
                "start as many as there are, show every process all of them, or run with "
                "--device cpu"
            )

    @property
    def accelerator(self) -> Literal["cpu", "gpu"]:
        """What `auto` means here."""
        use_gpu = self.name == "cuda" or (self.name == "auto" and torch.cuda.is_available())
        return "gpu" if use_gpu else "cpu"

    @property
    def kind(self) -> Literal["cpu", "cuda"]:
        """As PyTorch names it."""
        return "cuda" if self.accelerator == "gpu" else "cpu"

    @property
    def precision(self) -> Literal["32-true", "bf16-mixed"]:
        """bf16 where it is fast; fp32 on a CPU."""
        return "bf16-mixed" if self.accelerator == "gpu" else "32-true"


class AtomicCheckpoints(TorchCheckpointIO):
    """Writes a checkpoint beside its place and renames it: a kill leaves the old or the new one."""

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any = None
    ) -> None:
        """Save, sync, rename."""
        final = Path(path)
        partial = final.with_name(f"{final.name}.writing")
        with partial.open("wb") as file:
            torch.save(checkpoint, file)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(final)


def quiet() -> None:
    """Keep what the libraries say about themselves out of a run's output; errors stay."""
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
        """Continue a curve."""
        self.losses = [torch.tensor(loss) for loss in state["losses"]]

    def values(self) -> list[float]:
        """Nats per token, one number per step."""
        return [float(loss) for loss in self.losses]


class ThriftyCheckpoints(Callback):
    """Saves after the first step, and then as often as costs a hundredth of the time.

    The first one shows at once whether a checkpoint can be written at all. When one is saved
    decides what an interruption costs, and nothing else.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.next_step = 1
        self._began = 0.0
        self._first_step = 0

    def on_train_start(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Start the clock."""
        self._began = time.perf_counter()
        self._first_step = trainer.global_step
        self.next_step = trainer.global_step + 1

    def on_train_batch_end(self, trainer: pl.Trainer, *args: Any) -> None:
        """Save if it is time, and say when the next one is due."""
        if trainer.global_step < self.next_step:
            return
        before = time.perf_counter()
        trainer.save_checkpoint(self.path)
        after = time.perf_counter()
        per_step = (before - self._began) / (trainer.global_step - self._first_step)
        pause = math.ceil((after - before) / per_step / _SHARE_FOR_CHECKPOINTS)
        self.next_step = trainer.global_step + trainer.strategy.broadcast(pause)


class TokenProgress(Callback):
    """Reports tokens as batches end."""

    def __init__(self, advance: Advance) -> None:
        self.advance = advance

    def on_train_batch_end(
        self, trainer: pl.Trainer, module: pl.LightningModule, outputs: Any, batch: Any, *args: Any
    ) -> None:
        """Tokens read in one step."""
        n_windows, width = (batch.tokens if isinstance(batch, AnswerBatch) else batch).shape
        self.advance(n_windows * (width - 1))

    def on_predict_batch_end(
        self, trainer: pl.Trainer, module: pl.LightningModule, outputs: Any, batch: Any, *args: Any
    ) -> None:
        """Tokens scored; a sampler reports its own."""
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
        """The trainer has just installed its own."""
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, self.handler)

    def on_predict_start(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """As for a fit."""
        self.on_train_start(trainer, module)


class _EveryNth(IterableDataset[Any]):
    """The batches of a loader that this process predicts."""

    def __init__(self, loader: Iterable[Any]) -> None:
        self.loader = loader

    def __iter__(self) -> Iterator[Any]:
        return itertools.islice(self.loader, process_rank(), None, process_count())


class SharedPrediction(pl.Trainer):
    """Of N processes each predicts every N-th batch; all get all predictions, in order.

    Without predictions to return, each process predicts what it is given.
    """

    @property
    def world_size(self) -> int:
        """Processes that share the work."""
        return process_count()

    @property
    def global_rank(self) -> int:
        """Index of this one."""
        return process_rank()

    def predict(  # type: ignore[override]
        self, model: pl.LightningModule, dataloaders: Iterable[Any], **kwargs: Any
    ) -> list[Any]:
        """See `pl.Trainer.predict`."""
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
        **_common(device),
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
) -> pl.Trainer:
    """A trainer for one `fit` that checkpoints into `folder/last.ckpt`.

    Several processes hold the model each (DDP), or a part each if it is sharded (FSDP2).
    """
    return pl.Trainer(
        **{**_common(device), "logger": loggers or False},
        devices=local_count(),
        num_nodes=process_count() // local_count(),
        strategy=_strategy(device),
        use_distributed_sampler=False,  # `TextData` gives each process its share
        callbacks=[
            OwnSigterm(),
            TokenProgress(advance),
            curve,
            ThriftyCheckpoints(folder / "last.ckpt"),
        ],
        # A sharded model is gathered and saved by `AtomicShards`, which takes no other writer.
        plugins=[] if device.sharded else [AtomicCheckpoints()],
        max_steps=n_steps,
        gradient_clip_val=optimization.gradient_clip,
        accumulate_grad_batches=optimization.parts_per_step,
        log_every_n_steps=0,  # `LossCurve` logs
        default_root_dir=folder,
        # On CUDA some sums have no deterministic kernel: say so instead of refusing to run.
        deterministic=True if device.accelerator == "cpu" else "warn",
    )


def _strategy(device: Device) -> Strategy | str:
    if process_count() == 1:
        return "auto"
    return sharded_strategy() if device.sharded else "ddp"


def _common(device: Device) -> dict[str, Any]:
    # With deterministic algorithms PyTorch fills all fresh memory, which no operation here reads.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    return {
        "accelerator": device.accelerator,
        "precision": device.precision,
        "logger": False,
        "enable_checkpointing": False,
        "enable_progress_bar": False,
        "enable_model_summary": False,
    }
