"""Losses on the representations of stories: of disentangling, as written, as released, and less.

A story's representation is the mean of those of its sentences. Rows are stories of one batch.
"""

import torch
from torch import Tensor
from torch.nn import functional

from lightning_modules.story_style.settings import Disentangling


def disentangling_loss(stories: Tensor, styles: Tensor) -> Tensor:
    """The loss as it is written: squared distances of stories of different styles.

    For every story, the mean over stories of another style of the mean over coordinates of the
    squared difference; averaged over stories, and halved. Of two styles it is the variance inside
    styles and the squared gap of their means, summed over coordinates, over twice the width
    (theory.story_style): it punishes content as it punishes style. A story without a partner of
    another style counts for 0, so that a batch of one style has the loss 0 and no NaN.

    Args:
        stories: Representations, shape (stories, width).
        styles: Style of each, shape (stories,).
    """
    distances = (stories[:, None] - stories[None]).square().mean(dim=2)
    others = (styles[:, None] != styles[None]).to(distances.dtype)
    each = (distances * others).sum(dim=1) / others.sum(dim=1).clamp(min=1)
    return each.mean() / 2


def released_loss(stories: Tensor, styles: Tensor) -> Tensor:
    """The loss as it was released: the numbers are copied into a new tensor, without gradient."""
    return disentangling_loss(stories.detach(), styles)


def mean_gap_loss(stories: Tensor, styles: Tensor) -> Tensor:
    """The part of the loss that is style: the squared gap of means, over twice the width.

    Of more than two styles it is the mean over pairs of styles; of one style it is 0.

    Args:
        stories: Representations, shape (stories, width).
        styles: Style of each, shape (stories,).
    """
    member = functional.one_hot(styles).to(stories.dtype)
    sizes = member.sum(dim=0)
    means = member.T @ stories / sizes.clamp(min=1)[:, None]
    there = (sizes > 0).to(stories.dtype)
    pairs = torch.triu(there[:, None] * there[None], diagonal=1)
    gaps = (means[:, None] - means[None]).square().mean(dim=2)
    return (gaps * pairs).sum() / pairs.sum().clamp(min=1) / 2


LOSSES = {
    "written": disentangling_loss,
    "released": released_loss,
    "mean_gap": mean_gap_loss,
}
"""Losses by what they are called in settings; `none` has none."""


def loss_of(kind: Disentangling, stories: Tensor, styles: Tensor) -> Tensor | None:
    """The loss of a kind, or None where there is none."""
    return LOSSES[kind](stories, styles) if kind != "none" else None
