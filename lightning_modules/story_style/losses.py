"""Losses on the representations of stories: of disentangling, as written, as released, and less.

A story's representation is the mean of those of its sentences. Rows are stories of one batch. All
losses are of two styles and are computed by their moments, in time linear in the stories; a batch
of one style has no pair of stories to compare, and the loss 0 and no NaN.
"""

from collections.abc import Callable, Mapping

from torch import Tensor

from data.errors import BadInput
from lightning_modules.story_style.settings import Disentangling


def moments(stories: Tensor, styles: Tensor) -> tuple[Tensor, Tensor]:
    """Variance inside two styles, and the squared gap of their means, both summed over coordinates.

    Args:
        stories: Representations, shape (stories, width).
        styles: Style of each, shape (stories,).

    Returns:
        The sum over both styles of the total variance of a style, and the squared distance of the
        two means.

    Raises:
        BadInput: The stories are not of two styles.
    """
    kinds = styles.unique()
    if len(kinds) != 2:
        raise BadInput(f"stories of {len(kinds)} style(s) are no two; give stories of two styles")
    first, second = (stories[styles == kind] for kind in kinds)
    inside = first.var(dim=0, correction=0).sum() + second.var(dim=0, correction=0).sum()
    return inside, (first.mean(dim=0) - second.mean(dim=0)).square().sum()


def disentangling_loss(stories: Tensor, styles: Tensor) -> Tensor:
    """The loss as it is written: squared distances of stories of different styles.

    For every story, the mean over stories of the other style of the mean over coordinates of the
    squared difference; averaged over stories, and halved. That is the variance inside styles and
    the squared gap of their means, summed over coordinates, over twice the width
    (theory.story_style, `dis-identity`): it punishes content as it punishes style.

    Args:
        stories: Representations, shape (stories, width).
        styles: Style of each, shape (stories,).

    Raises:
        BadInput: The stories are of more than two styles, or there is none.
    """
    if _are_alike(styles):
        return stories.new_zeros(())
    inside, gap = moments(stories, styles)
    return (inside + gap) / (2 * stories.shape[1])


def released_loss(stories: Tensor, styles: Tensor) -> Tensor:
    """The same number without a gradient, as the released code copies it into a new tensor."""
    return disentangling_loss(stories.detach(), styles)


def mean_gap_loss(stories: Tensor, styles: Tensor) -> Tensor:
    """The part of the disentangling loss that is style: the gap of means; see there."""
    if _are_alike(styles):
        return stories.new_zeros(())
    _, gap = moments(stories, styles)
    return gap / (2 * stories.shape[1])


def _are_alike(styles: Tensor) -> bool:
    if not len(styles):
        raise BadInput("a batch without a story has no disentangling loss; give one story or more")
    return bool((styles == styles[0]).all())


LOSSES: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = {
    "written": disentangling_loss,
    "released": released_loss,
    "mean_gap": mean_gap_loss,
}
"""Losses by what they are called in settings; `none` has none."""


def loss_of(kind: Disentangling, stories: Tensor, styles: Tensor) -> Tensor | None:
    """The loss of a kind, or None where there is none."""
    return LOSSES[kind](stories, styles) if kind != "none" else None
