"""Trains many independent small models at once through Lightning, each as if it were alone."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch
from numpy.typing import NDArray
from torch import Tensor

from data.errors import BadInput
from lightning_modules.critical_data.fitting import fit_in_parts
from lightning_modules.critical_data.optimizer import StackedAdamW
from lightning_modules.critical_data.questions import Questions, Task, has_mirror, stacked
from lightning_modules.critical_data.recorded import RecordedSteps
from lightning_modules.critical_data.settings import OneLayerShape, RunSettings, SweepSettings
from lightning_modules.critical_data.structured import (
    accuracies_of,
    initial_weights,
    logits_of,
    losses_of,
)
from lightning_modules.device import Advance, Device
from lightning_modules.writing.replay import Record

MEASURES = ("train", "test", "apart", "mirrored", "loss", "norm")
"""What is measured of every run at a look: share right of the trained questions, of those asked,
of those whose mirror image (b, a) is not trained or is trained; the loss; the length of the vector
of all weights."""


@dataclass(slots=True)
class Curve:
    """What was seen of one run, look by look, until it was done."""

    steps: list[int] = field(default_factory=list)
    values: list[list[float]] = field(default_factory=list)
    """One list per look, in the order of `MEASURES`; nan where there is nothing to measure."""

    def column(self, name: str) -> NDArray[np.float64]:
        """One measure over all looks, shape (looks,)."""
        return np.array(self.values)[:, MEASURES.index(name)]


class ManyModels(pl.LightningModule):
    """Independent models of one layer, of which each step makes one step of every one.

    A batch of the loader stands for `every` optimiser steps on all questions (full batch), and a
    look at the accuracies. A run that reaches `stop_at`, or whose loss is no number, is frozen
    there: its neighbours do not know of it, and its record does not know of them.

    Args:
        shape: Size of each model.
        runs: What differs between the models.
        tasks: What each model learns and is asked, in the order of `runs`.
        settings: Budget, looks and when a run stops.
        record: Makes a recording of a step, which is replayed from then on; None makes every step
            plainly.

    Raises:
        BadInput: A run has nothing to learn or nothing to be asked.
    """

    def __init__(
        self,
        shape: OneLayerShape,
        runs: Sequence[RunSettings],
        tasks: Sequence[Task],
        settings: SweepSettings,
        record: Record | None = None,
    ) -> None:
        super().__init__()
        self.automatic_optimization = False
        self.record = record
        self._recorded: RecordedSteps | None = None
        for place, task in enumerate(tasks):
            if not len(task.trained) or not len(task.tested):
                raise BadInput(
                    f"run {place} has {len(task.trained)} questions to learn and "
                    f"{len(task.tested)} to be asked; leave at least one of each"
                )
        self.shape, self.runs, self.settings = shape, tuple(runs), settings
        self.weights = torch.nn.Parameter(initial_weights(shape, runs))
        self.trained = stacked([t.trained for t in tasks], [t.labels for t in tasks])
        self.tested = stacked([t.tested for t in tasks], [t.expected for t in tasks])
        self.mirrored = torch.zeros(self.tested.counted.shape)
        """1 for a question whose mirror image is trained, shape (runs, n)."""
        for place, task in enumerate(tasks):
            self.mirrored[place, : len(task.tested)] = torch.from_numpy(has_mirror(task)).float()
        self.curves = [Curve() for _ in runs]
        self.active = list(range(len(runs)))
        self.n_steps = 0

    def configure_optimizers(self) -> StackedAdamW:
        """One optimiser over all runs, with a rate and a decay for each."""
        device = self.weights.device
        self.trained, self.tested = self.trained.to(device), self.tested.to(device)
        self.mirrored = self.mirrored.to(device)
        rates = [run.learning_rate for run in self.runs]
        decays = [run.weight_decay for run in self.runs]
        optimizer = StackedAdamW(
            self.weights,
            rates=torch.tensor(rates, dtype=torch.float64, device=device),
            decays=torch.tensor(decays, dtype=torch.float64, device=device),
            betas=self.settings.betas,
            epsilon=self.settings.epsilon,
            counts_there=self.record is not None,
        )
        if self.record is not None:
            self._recorded = RecordedSteps(self.shape, optimizer, self.record)
        return optimizer

    def on_train_start(self) -> None:
        """Look at the weights before the first step."""
        if self.n_steps == 0:
            self._look()

    def training_step(self, batch: Any, batch_idx: int) -> None:
        """Make `every` steps of all runs that are not done, and look at them."""
        if not self.active:  # all were done before the first step
            self.trainer.should_stop = True
            return
        if self._recorded is None:
            self._make_steps()
        else:
            self._replay_steps(self._recorded)
        self.n_steps += self.settings.every
        self._look()
        if not self.active:
            self.trainer.should_stop = True

    def _make_steps(self) -> None:
        """Make `every` steps of the runs that are not done."""
        wrapped: Any = self.optimizers()
        questions, index = self._chosen()
        wrapped.optimizer.active = index
        for _ in range(self.settings.every):
            wrapped.zero_grad()
            weights = self.weights if index is None else self.weights[index]
            logits = logits_of(self.shape, weights, questions.pairs)
            losses = losses_of(logits, questions.answers, questions.counted)
            losses.sum().backward()
            wrapped.step()

    def _replay_steps(self, recorded: RecordedSteps) -> None:
        """Make `every` steps of the runs that are not done, as recordings from the second on."""
        wrapped: Any = self.optimizers()
        recorded.begin(self.active, self.trained.of(self.active))
        for _ in range(self.settings.every):
            wrapped.step()
        recorded.end()

    def _chosen(self) -> tuple[Questions, Tensor | None]:
        """Questions and indices of the runs that are not done; None stands for all runs."""
        questions = self.trained.of(self.active)
        if len(self.active) == len(self.runs):
            return questions, None
        return questions, torch.tensor(self.active, device=self.weights.device)

    @torch.no_grad()
    def _look(self) -> None:
        """Measure every run that is not done, and freeze those that now are."""
        index = torch.tensor(self.active, device=self.weights.device)
        weights = self.weights[index]
        trained, tested = self.trained.of(self.active), self.tested.of(self.active)
        learnt = logits_of(self.shape, weights, trained.pairs)
        asked = logits_of(self.shape, weights, tested.pairs)
        mirrored = self.mirrored[index, : tested.counted.shape[1]]
        found = torch.stack(
            [
                accuracies_of(learnt, trained.answers, trained.counted),
                accuracies_of(asked, tested.answers, tested.counted),
                accuracies_of(asked, tested.answers, tested.counted * (1 - mirrored)),
                accuracies_of(asked, tested.answers, tested.counted * mirrored),
                losses_of(learnt, trained.answers, trained.counted),
                weights.norm(dim=1),
            ],
            dim=1,
        ).tolist()
        for run, values in zip(self.active, found, strict=True):
            self.curves[run].steps.append(self.n_steps)
            self.curves[run].values.append(values)
        self.active = [run for run in self.active if not self._is_done(run)]

    def _is_done(self, run: int) -> bool:
        """Whether a run has reached what it is to reach, never will, or has used its budget."""
        last = dict(zip(MEASURES, self.curves[run].values[-1], strict=True))
        over = self.n_steps >= (self.runs[run].steps or self.settings.steps)
        return over or last["test"] >= self.settings.stop_at or not np.isfinite(last["loss"])

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keep what was seen, as plain numbers."""
        checkpoint["sweep"] = {
            "n_steps": self.n_steps,
            "active": self.active,
            "curves": [[curve.steps, curve.values] for curve in self.curves],
        }

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Take over what an interrupted sweep had seen."""
        kept = checkpoint["sweep"]
        self.n_steps, self.active = kept["n_steps"], list(kept["active"])
        self.curves = [Curve(list(steps), list(values)) for steps, values in kept["curves"]]


def train_many(
    shape: OneLayerShape,
    runs: Sequence[RunSettings],
    tasks: Sequence[Task],
    settings: SweepSettings,
    *,
    folder: Path,
    device: Device,
    advance: Advance,
    record: Record | None = None,
    tf32: bool = False,
) -> ManyModels:
    """Train all runs to their ends; go on from `folder/last.ckpt` if it is there.

    Always in fp32: in bf16 such models learn by heart and do not generalise. Between two looks
    nothing waits for the device.

    Args:
        shape: Size of each model.
        runs: What differs between the models.
        tasks: What each model learns and is asked.
        settings: Budget, looks and when a run stops.
        folder: Receives the checkpoint.
        device: Device that all of them train on.
        advance: Told how many more questions were trained on.
        record: Makes a recording of a step, `on_cuda()` on a GPU, where the steps of few or small
            models end before the next kernel is launched; None makes every step plainly.
        tf32: Whether a GPU may round what it multiplies to 10 bits, to compare the two.

    Returns:
        The module, with the curve of each run.
    """
    module = ManyModels(shape, runs, tasks, settings, record)
    fit_in_parts(
        module,
        _Progress(advance),
        parts=settings.steps // settings.every,
        steps=settings.steps,
        folder=folder,
        device=device,
        tf32=tf32,
    )
    return module


class _Progress(pl.Callback):
    """Tells `advance` of the questions of every step."""

    def __init__(self, advance: Advance) -> None:
        self.advance = advance

    def on_train_batch_end(
        self, trainer: pl.Trainer, module: pl.LightningModule, *args: Any
    ) -> None:
        """Tell of what was trained between two looks, whose runs may have ended since."""
        assert isinstance(module, ManyModels)
        counts = module.trained.counted.sum(dim=1)
        done = [len(c.steps) and c.steps[-1] == module.n_steps for c in module.curves]
        mine = sum(int(n) for n, now in zip(counts.tolist(), done, strict=True) if now)
        self.advance(mine * module.settings.every)
