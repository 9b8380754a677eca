"""Trains many independent encoders of text at once through Lightning, each as if it were alone."""

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
from data.randomness import stream
from lightning_modules.critical_data.fitting import fit_in_parts
from lightning_modules.critical_data.optimizer import StackedAdamW
from lightning_modules.critical_data.settings import RunSettings
from lightning_modules.critical_data.text.encoder import initial_weights, logits_of, losses_of
from lightning_modules.critical_data.text.settings import FILL, EncoderShape, TextSettings
from lightning_modules.device import Advance, Device

MEASURES = ("train", "test", "norm")
"""What is measured of every run at a look: share right of the texts learnt and of those asked, and
the length of the vector of all weights."""
_AT_ONCE = 1024
"""Texts of all runs together that are looked at in one pass."""
Texts = NDArray[np.int64]
"""Tokens of texts, shape (texts, words), filled up with `FILL`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pool:
    """The texts of a seed, from which every run learns some, and what all runs are asked."""

    texts: Texts
    asked: Texts
    expected: NDArray[np.int64]
    """Right class of every text that is asked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lesson:
    """What one run learns."""

    places: NDArray[np.int64]
    """Its texts, by their rows in the pool."""
    labels: NDArray[np.int64]
    """Class that is taught for each of them."""


@dataclass(slots=True)
class TextCurve:
    """What was seen of one run, look by look."""

    steps: list[int] = field(default_factory=list)
    values: list[list[float]] = field(default_factory=list)
    """One list per look, in the order of `MEASURES`."""

    def column(self, name: str) -> NDArray[np.float64]:
        """One measure over all looks, shape (looks,)."""
        return np.array(self.values)[:, MEASURES.index(name)]


class TextModels(pl.LightningModule):
    """Independent encoders of one layer, of which each step makes one step of every one.

    A batch of the loader stands for a stretch of optimiser steps. Every run goes to the end of its
    budget: whether text is grokked late cannot be seen of one that is stopped.

    Args:
        shape: Size of each model.
        runs: What differs between the models.
        lessons: What each model learns, in the order of `runs`.
        pool: The texts.
        settings: Budget, batches and looks.

    Raises:
        BadInput: A run has nothing to learn, or nothing is asked.
    """

    texts: Tensor
    asked: Tensor
    expected: Tensor

    def __init__(
        self,
        shape: EncoderShape,
        runs: Sequence[RunSettings],
        lessons: Sequence[Lesson],
        pool: Pool,
        settings: TextSettings,
    ) -> None:
        super().__init__()
        self.automatic_optimization = False
        if not len(pool.asked):
            raise BadInput("no text is set aside to be asked; raise the recipe's test_share")
        if empty := [
            run.name for run, one in zip(runs, lessons, strict=True) if not len(one.places)
        ]:
            raise BadInput(f"run {empty[0]} has no text to learn; raise its size")
        self.shape, self.runs, self.settings = shape, list(runs), settings
        self.lessons = list(lessons)
        self.weights = torch.nn.Parameter(initial_weights(shape, runs))
        for name, values in (("texts", pool.texts), ("asked", pool.asked)):
            self.register_buffer(name, torch.from_numpy(values), persistent=False)
        self.register_buffer("expected", torch.from_numpy(pool.expected), persistent=False)
        self.n_steps = 0
        self.curves = [TextCurve() for _ in runs]
        self._looks = frozenset(settings.looks)

    def configure_optimizers(self) -> StackedAdamW:
        """AdamW with each run's own learning rate and decay."""
        return StackedAdamW(
            self.weights,
            rates=self._numbers([run.learning_rate for run in self.runs]),
            decays=self._numbers([run.weight_decay for run in self.runs]),
            betas=self.settings.betas,
            epsilon=self.settings.epsilon,
        )

    def _numbers(self, values: Sequence[float]) -> Tensor:
        """Settings of the runs, where the weights are, shape (runs,)."""
        return torch.tensor(values, dtype=torch.float64, device=self.weights.device)

    def on_train_start(self) -> None:
        """Look at the weights before the first step."""
        if self.n_steps == 0:
            self._look()

    def training_step(self, batch: Any, batch_idx: int) -> None:
        """Make a stretch of steps of all runs, and look at them if it is time."""
        wrapped: Any = self.optimizers()
        places, labels = self._ordered(self.n_steps // self.settings.stretch)
        for step in range(self.settings.stretch):
            wrapped.zero_grad()
            texts = trimmed(self.texts[places[:, step]])
            losses_of(logits_of(self.shape, self.weights, texts), labels[:, step]).sum().backward()
            wrapped.step()
        self.n_steps += self.settings.stretch
        if self.n_steps in self._looks:
            self._look()

    def _ordered(self, stretch: int) -> tuple[Tensor, Tensor]:
        """Texts and labels of a stretch, each of shape (runs, steps, batch)."""
        settings = self.settings
        places, labels = [], []
        for run, lesson in zip(self.runs, self.lessons, strict=True):
            chosen = order(run, len(lesson.places), stretch, settings)
            places.append(lesson.places[chosen])
            labels.append(lesson.labels[chosen])
        at = self.weights.device
        return torch.from_numpy(np.stack(places)).to(at), torch.from_numpy(np.stack(labels)).to(at)

    @torch.no_grad()
    def _look(self) -> None:
        """Measure every run."""
        norms = self.weights.norm(dim=1).tolist()
        rows = range(len(self.runs))
        asked = self._right(rows, self.asked.expand(len(self.runs), -1, -1), self.expected)
        for run, lesson in enumerate(self.lessons):
            texts = self.texts[torch.from_numpy(lesson.places).to(self.texts.device)]
            labels = torch.from_numpy(lesson.labels).to(self.texts.device)
            (learnt,) = self._right([run], texts[None], labels)
            self.curves[run].steps.append(self.n_steps)
            self.curves[run].values.append([learnt, asked[run], norms[run]])

    def _right(self, rows: Sequence[int], texts: Tensor, labels: Tensor) -> list[float]:
        """Share of texts whose class some runs know, run by run."""
        weights = self.weights[torch.tensor(list(rows), device=self.weights.device)]
        size = max(_AT_ONCE // len(rows), 1)
        right = [
            (logits_of(self.shape, weights, trimmed(part)).argmax(dim=2) == mine).sum(dim=1)
            for part, mine in zip(texts.split(size, dim=1), labels.split(size), strict=True)
        ]
        shares: list[float] = (torch.stack(right).sum(dim=0) / texts.shape[1]).tolist()
        return shares

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keep what was seen, as plain numbers."""
        curves = [[curve.steps, curve.values] for curve in self.curves]
        checkpoint["texts"] = {"n_steps": self.n_steps, "curves": curves}

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Take over what an interrupted sweep had seen."""
        kept = checkpoint["texts"]
        self.n_steps = kept["n_steps"]
        self.curves = [TextCurve(list(steps), list(values)) for steps, values in kept["curves"]]


def order(run: RunSettings, n: int, stretch: int, settings: TextSettings) -> NDArray[np.int64]:
    """Which of a run's texts each batch of a stretch has, shape (steps, batch).

    Passes over all texts follow each other, each in a random order of its own; a stretch begins
    with a new one. It depends on run and stretch alone, so that it goes on after an interruption.

    Args:
        run: The run, which keys the draw by its seed and name.
        n: Number of its texts.
        stretch: Number of the stretch, from 0.
        settings: Length of a stretch, and size of a batch.
    """
    wanted = settings.stretch * settings.batch
    rng = stream(run.seed, "critical_data/text/order", run.name, stretch)
    passes = np.tile(np.arange(n), (-(-wanted // n), 1))
    drawn = rng.permuted(passes, axis=1).ravel()[:wanted]
    return drawn.reshape(settings.stretch, settings.batch)


def trimmed(texts: Tensor) -> Tensor:
    """Texts without the columns at their ends that only fill them up; one column always stays."""
    longest = int((texts != FILL).sum(dim=-1).max())
    return texts[..., : max(longest, 1)]


def train_texts(
    shape: EncoderShape,
    runs: Sequence[RunSettings],
    lessons: Sequence[Lesson],
    pool: Pool,
    settings: TextSettings,
    *,
    folder: Path,
    device: Device,
    advance: Advance,
) -> list[TextCurve]:
    """Train all runs to the end of their budget; go on from `folder/last.ckpt` if it is there.

    Always in fp32, as the models of modular addition.

    Args:
        shape: Size of each model.
        runs: What differs between the models.
        lessons: What each model learns.
        pool: The texts.
        settings: Budget, batches and looks.
        folder: Receives the checkpoint.
        device: Device that all of them train on.
        advance: Told how many more texts were trained on.

    Returns:
        The curve of each run.
    """
    module = TextModels(shape, runs, lessons, pool, settings)
    fit_in_parts(
        module,
        _Progress(advance),
        parts=settings.steps // settings.stretch,
        steps=settings.steps,
        folder=folder,
        device=device,
    )
    return module.curves


class _Progress(pl.Callback):
    """Tells `advance` of the texts of every stretch."""

    def __init__(self, advance: Advance) -> None:
        self.advance = advance

    def on_train_batch_end(
        self, trainer: pl.Trainer, module: pl.LightningModule, *args: Any
    ) -> None:
        """Tell of the texts of all runs."""
        assert isinstance(module, TextModels)
        settings = module.settings
        self.advance(len(module.runs) * settings.stretch * settings.batch)
