"""Batches of stories, in an order and with shuffled copies that follow from the seed alone."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from data.errors import BadInput
from lightning_modules.story_style.model import padded
from lightning_modules.story_style.tokens import StoryTokens, fitting_in


class StoryRows(NamedTuple):
    """Stories of one batch, as the first stage reads them."""

    tokens: Tensor
    """Sentences with their marks, shape (stories, time)."""
    shuffled: Tensor
    """The same sentences in another order, same shape."""
    order: Tensor
    """Place, among the shuffled ones, of the first sentence of the story, of the second and so on,
    shape (stories, sentences)."""
    text: Tensor
    """The story without marks, and its end, shape (stories, time)."""
    styles: Tensor
    """Style of each, shape (stories,)."""


class FillRows(NamedTuple):
    """Texts of one batch, as the second stage reads them."""

    tokens: Tensor
    """Masked texts with keywords behind them, shape (stories, time)."""
    text: Tensor
    """The texts without masks, and their end, shape (stories, time)."""


def drawn_order(
    styles: Sequence[int], steps: int, per_step: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Stories of every step, as many of each style, shape (steps, stories of a step).

    The stories of a style are gone through again and again, in a new order each time.

    Args:
        styles: Style of each story.
        steps: Number of steps.
        per_step: Stories of a step.
        rng: Draws the orders.

    Raises:
        BadInput: There is no story, or the stories of a step cannot be shared among the styles.
    """
    own = np.asarray(styles)
    kinds = np.unique(own)
    if not len(own):
        raise BadInput("there is no story to learn; give longer works or raise model.context")
    if per_step % len(kinds):
        raise BadInput(
            f"{per_step} stories of a step cannot be shared equally among {len(kinds)} styles; "
            "change windows_per_step"
        )
    each = steps * per_step // len(kinds)
    columns = []
    for kind in kinds:
        places = np.flatnonzero(own == kind)
        rounds = -(-each // len(places))
        passes = [places[rng.permutation(len(places))] for _ in range(rounds)]
        columns.append(np.concatenate(passes)[:each].reshape(steps, -1))
    return np.concatenate(columns, axis=1)


class ShownStories(Dataset[StoryRows]):
    """Stories in the order in which a fit sees them, each time with a shuffle of its own.

    Args:
        stories: Tokens of the sentences of each story.
        styles: Style of each.
        tokens: Tokens of stories.
        context: Tokens that the model reads at once.
        order: Stories of every step; see `drawn_order`.
        rng: Draws the shuffles.

    Raises:
        BadInput: There is no story, one is longer than the context, or stories have different
            numbers of sentences.
    """

    def __init__(
        self,
        stories: Sequence[Sequence[Sequence[int]]],
        styles: Sequence[int],
        tokens: StoryTokens,
        context: int,
        order: NDArray[np.int64],
        rng: np.random.Generator,
    ) -> None:
        if not stories:
            raise BadInput("there is no story to learn; give longer works or raise model.context")
        if len(counts := {len(one) for one in stories}) > 1:
            raise BadInput(
                f"stories have from {min(counts)} to {max(counts)} sentences; cut all of them alike"
            )
        self.stories, self.styles, self.tokens = stories, styles, tokens
        self.wide = max(len(tokens.marked_sentences(one)) for one in stories)
        fitting_in("the longest story", self.wide, context)
        self.shown = order.ravel()
        n = counts.pop()
        self.shuffles = np.stack([rng.permutation(n) for _ in self.shown])

    def __len__(self) -> int:
        return len(self.shown)

    def __getitem__(self, index: int) -> StoryRows:
        story, shuffle = self.stories[self.shown[index]], self.shuffles[index]
        shuffled = [story[at] for at in shuffle]
        text = [token for ids in story for token in ids]
        rows = [
            self.tokens.marked_sentences(story),
            self.tokens.marked_sentences(shuffled),
            [*text, self.tokens.end],
        ]
        read, mixed, whole = padded(rows, self.tokens.pad, self.wide)
        return StoryRows(
            read,
            mixed,
            torch.from_numpy(np.argsort(shuffle)),
            whole,
            torch.tensor(self.styles[self.shown[index]]),
        )


class ShownFills(Dataset[FillRows]):
    """Masked texts with their keywords in the order in which a fit sees them.

    Args:
        masked: Tokens of each text with masks, and of its keywords.
        whole: Tokens of each text.
        tokens: Tokens of stories.
        context: Tokens that the model reads at once.
        order: Texts of every step; see `drawn_order`.

    Raises:
        BadInput: There is no text, or one is longer than the context with its keywords.
    """

    def __init__(
        self,
        masked: Sequence[Sequence[int]],
        whole: Sequence[Sequence[int]],
        tokens: StoryTokens,
        context: int,
        order: NDArray[np.int64],
    ) -> None:
        if not masked:
            raise BadInput("there is no text with masks to learn from; give stories with keywords")
        self.masked, self.whole, self.tokens = masked, whole, tokens
        self.shown = order.ravel()
        self.wide = max(map(len, masked)), max(map(len, whole)) + 1
        fitting_in("the longest text with its keywords", max(self.wide), context)

    def __len__(self) -> int:
        return len(self.shown)

    def __getitem__(self, index: int) -> FillRows:
        at = self.shown[index]
        (read,) = padded([self.masked[at]], self.tokens.pad, self.wide[0])
        (text,) = padded([[*self.whole[at], self.tokens.end]], self.tokens.pad, self.wide[1])
        return FillRows(read, text)


def trimmed(rows: Tensor, pad: int) -> Tensor:
    """Rows without the columns at their end that are filled up in all of them."""
    longest = int((rows != pad).sum(dim=1).max())
    return rows[:, :longest]
