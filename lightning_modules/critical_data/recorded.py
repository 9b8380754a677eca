"""Steps of many models that a GPU replays from a recording, without a kernel launched from Python.

Models that are done leave the step: those that go on are moved into buffers of their own, for which
the step is recorded anew.
"""

import torch
from torch import Tensor

from lightning_modules.critical_data.optimizer import StackedAdamW
from lightning_modules.critical_data.questions import Questions
from lightning_modules.critical_data.settings import OneLayerShape
from lightning_modules.critical_data.structured import logits_of, losses_of
from lightning_modules.writing.replay import Record, Replays


class RecordedSteps:
    """Makes steps of the models that are not done; from the second on, each is a recording.

    It reads no number of the device, so that a recording of a step is the step itself.

    Args:
        shape: Size of each model.
        optimizer: Optimiser over all models, which counts its steps where their weights are.
        record: Makes a recording.
    """

    def __init__(self, shape: OneLayerShape, optimizer: StackedAdamW, record: Record) -> None:
        self.shape, self.optimizer = shape, optimizer
        self.replays = Replays(self._step, record)
        self._runs: list[int] = []
        self._weights: Tensor
        self._rest: tuple[Tensor, ...]
        self._questions: Questions
        optimizer.whole_step = lambda: self.replays(len(self._runs))

    def begin(self, runs: list[int], questions: Questions) -> None:
        """Move the models that are not done into buffers of their own, if they are not there yet.

        Args:
            runs: Places of these models; one that was left out once does not come back.
            questions: What they learn.
        """
        if runs == self._runs:
            return
        self.replays.forget()
        self._runs, self._questions = list(runs), questions
        index = self._index()
        weights, *means = (each[index] for each in self._whole())
        rates, decays = self.optimizer.rates[index], self.optimizer.decays[index]
        self._weights, self._rest = weights.requires_grad_(), (*means, rates, decays)

    def end(self) -> None:
        """Write weights and means back among those of all models."""
        index = self._index()
        mine = (self._weights.detach(), *self._rest[:2])
        for kept, new in zip(self._whole(), mine, strict=True):
            kept.index_copy_(0, index, new)

    def _index(self) -> Tensor:
        return torch.tensor(self._runs, device=self.optimizer.rates.device)

    def _whole(self) -> tuple[Tensor, Tensor, Tensor]:
        """Weights of all models and their running means."""
        (weights,) = self.optimizer.param_groups[0]["params"]
        return (weights.detach(), *self.optimizer.moments())

    def _step(self, _: int) -> None:
        asked = self._questions
        losses = losses_of(
            logits_of(self.shape, self._weights, asked.pairs), asked.answers, asked.counted
        )
        (gradient,) = torch.autograd.grad(losses.sum(), self._weights)
        with torch.no_grad():
            count = self.optimizer.counted()
            mean, square, rates, decays = self._rest
            self.optimizer.update(
                self._weights.detach(), gradient, mean, square, rates, decays, count
            )
