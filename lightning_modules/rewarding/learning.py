"""How a reward model learns from pairs: the likelihood of Bradley and Terry, through Lightning."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from torch.utils.data import Dataset

from lightning_modules.callbacks import LossCurve
from lightning_modules.device import Advance, Device
from lightning_modules.fitting.optimizing import Optimized
from lightning_modules.fitting.text_data import TextData, batches, parts
from lightning_modules.rewarding.reward import FILL, Reward, filled
from lightning_modules.settings import Optimization
from lightning_modules.trainer import fitting


def bradley_terry(better: Tensor, worse: Tensor) -> Tensor:
    """Minus the log-probability that the better text wins, each pair, in nats.

    The probability is the logistic function of the difference of rewards (Bradley and Terry 1952):
    whatever is added to both changes nothing.

    Args:
        better: Rewards of the texts that were preferred, shape (pairs,).
        worse: Rewards of the others, shape (pairs,).
    """
    return -functional.logsigmoid(better - worse)


class Pairs(Dataset[Tensor]):
    """Pairs of texts, each as one row of tokens: the better one, then the worse one.

    Args:
        better: What is read of each text of one kind.
        worse: What is read of each text of the other kind.
        places: Which two make each pair, shape (pairs, 2).
    """

    def __init__(
        self,
        better: Sequence[Sequence[int]],
        worse: Sequence[Sequence[int]],
        places: NDArray[np.int64],
    ) -> None:
        self.width = max(map(len, (*better, *worse)))
        self.better, self.worse = filled(better, self.width), filled(worse, self.width)
        self.places = places

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, index: int) -> Tensor:
        one, other = self.places[index]
        return torch.cat([self.better[one], self.worse[other]])


class PairwiseReward(Optimized):
    """Trains a reward model on pairs, each of shape (pairs, 2 width); see `Pairs`."""

    def __init__(self, reward: Reward, optimization: Optimization, n_steps: int) -> None:
        super().__init__(optimization, n_steps)
        self.reward = reward.module

    def training_step(self, batch: Tensor, batch_idx: int) -> Tensor:
        """Mean of the loss over the pairs of one pass, in nats."""
        rows = torch.cat(batch.chunk(2, dim=1))
        longest = int((rows != FILL).sum(dim=1).max())
        better, worse = self.reward(rows[:, :longest]).float().chunk(2)
        return bradley_terry(better, worse).mean()


def drawn_pairs(
    n_better: int, n_worse: int, passes: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Places of texts that make pairs, shape (pairs, 2): each pass all of the larger kind.

    The smaller kind is gone through as often as it takes, in a new order every time.

    Args:
        n_better: Number of texts of one kind.
        n_worse: Number of texts of the other kind.
        passes: Passes over the larger kind.
        rng: Draws the orders.
    """
    wanted = passes * max(n_better, n_worse)
    return np.stack([_in_turn(n, wanted, rng) for n in (n_better, n_worse)], axis=1)


def _in_turn(n: int, wanted: int, rng: np.random.Generator) -> NDArray[np.int64]:
    rounds = -(-wanted // n)
    return np.concatenate([rng.permutation(n) for _ in range(rounds)])[:wanted]


def learn(
    reward: Reward,
    better: Sequence[Sequence[int]],
    worse: Sequence[Sequence[int]],
    *,
    passes: int,
    optimization: Optimization,
    rng: np.random.Generator,
    folder: Path,
    device: Device,
    advance: Advance,
) -> list[float]:
    """Fit a reward model on pairs of texts of two kinds; return the loss of every step, in nats.

    Args:
        reward: The reward model, whose weights are changed.
        better: What it reads of each text that is preferred to any of the others.
        worse: What it reads of each of the others.
        passes: Passes over the kind that has more texts.
        optimization: How it is fitted; windows are pairs.
        rng: Draws which two make a pair, and the order.
        folder: Receives the checkpoint.
        device: Where it is fitted.
        advance: Told how many more tokens were read.

    Raises:
        BadInput: The pairs do not fill one step.
    """
    places = drawn_pairs(len(better), len(worse), passes, rng)
    return learn_pairs(
        reward,
        Pairs(better, worse, places),
        optimization=optimization,
        rng=rng,
        folder=folder,
        device=device,
        advance=advance,
    )


def learn_pairs(
    reward: Reward,
    pairs: Pairs,
    *,
    optimization: Optimization,
    rng: np.random.Generator,
    folder: Path,
    device: Device,
    advance: Advance,
) -> list[float]:
    """Fit a reward model on pairs that are given; return the loss of every step, in nats.

    Weights that need no gradient stay as they are.

    Args:
        reward: The reward model, whose weights are changed.
        pairs: The pairs, each read as often as it is there.
        optimization: How it is fitted; windows are pairs.
        rng: Draws the order.
        folder: Receives the checkpoint.
        device: Where it is fitted.
        advance: Told how many more tokens were read.

    Raises:
        BadInput: The pairs do not fill one step.
    """
    order = batches(len(pairs), optimization.windows_per_step, rng)
    curve, checkpoint = LossCurve(), folder / "last.ckpt"
    reward.module.train()
    trainer = fitting(
        device,
        advance,
        folder=folder,
        n_steps=len(order),
        optimization=optimization,
        curve=curve,
        loggers=[],
    )
    trainer.fit(
        PairwiseReward(reward, optimization, len(order)),
        TextData(pairs, parts(order, optimization.windows_at_once)),
        ckpt_path=checkpoint if checkpoint.is_file() else None,
        weights_only=True,
    )
    return curve.values()
