"""Losses on representations: what they are by the theory, their gradients, and odd batches."""

import pytest
import torch
from torch import Tensor

from data.errors import BadInput
from lightning_modules.story_style.losses import (
    disentangling_loss,
    loss_of,
    mean_gap_loss,
    released_loss,
)


def _stories(*sizes: int, width: int = 5, seed: int = 0) -> tuple[Tensor, Tensor]:
    made = torch.Generator().manual_seed(seed)
    styles = torch.tensor([style for style, size in enumerate(sizes) for _ in range(size)])
    return torch.randn(len(styles), width, generator=made, dtype=torch.float64), styles


def _pairwise(stories: Tensor, styles: Tensor) -> Tensor:
    """The loss by its definition, story by story."""
    each = [
        torch.stack([(one - other).square().mean() for other in stories[styles != style]]).mean()
        for one, style in zip(stories, styles, strict=True)
    ]
    return torch.stack(each).mean() / 2


@pytest.mark.parametrize("sizes", [(3, 4), (1, 5)])
def test_the_loss_and_its_gradient_are_what_they_are_defined_to_be(sizes: tuple[int, int]) -> None:
    stories, styles = _stories(*sizes)
    stories.requires_grad_()

    found, expected = disentangling_loss(stories, styles), _pairwise(stories, styles)

    torch.testing.assert_close(found, expected, rtol=1e-12, atol=0)
    gradients = [torch.autograd.grad(one, stories)[0] for one in (found, expected)]
    torch.testing.assert_close(*gradients, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("loss", [disentangling_loss, released_loss, mean_gap_loss])
def test_three_styles_are_refused(loss: object) -> None:
    with pytest.raises(BadInput, match="two styles"):
        loss(*_stories(2, 3, 4))  # type: ignore[operator]


@pytest.mark.parametrize("sizes", [(3, 4), (1, 5)])
def test_of_two_styles_it_is_variance_and_gap(sizes: tuple[int, int]) -> None:
    stories, styles = _stories(*sizes)
    own = [stories[styles == style] for style in (0, 1)]
    variance = sum(part.var(dim=0, correction=0).sum() for part in own)
    gap = (own[0].mean(dim=0) - own[1].mean(dim=0)).square().sum()

    found = disentangling_loss(stories, styles)

    torch.testing.assert_close(found, (variance + gap) / (2 * stories.shape[1]))
    torch.testing.assert_close(mean_gap_loss(stories, styles), gap / (2 * stories.shape[1]))


def test_the_released_loss_has_the_value_and_no_gradient() -> None:
    stories, styles = _stories(3, 4)
    stories.requires_grad_()

    written, released = disentangling_loss(stories, styles), released_loss(stories, styles)

    assert float(written.detach()) == float(released)
    assert written.requires_grad
    assert not released.requires_grad
    written.backward()
    assert stories.grad is not None
    assert float(stories.grad.norm()) > 0


def test_one_step_shrinks_the_gap_twice_as_fast_as_content() -> None:
    n, rate = 4, 0.3
    stories, styles = _stories(n, n, width=1)
    stories.requires_grad_()
    disentangling_loss(stories, styles).backward()
    assert stories.grad is not None
    moved = stories.detach() - rate * stories.grad

    begun = stories.detach()
    means = [[rows[styles == style].mean() for style in (0, 1)] for rows in (begun, moved)]
    gaps = [float(one - other) for one, other in means]
    inside = [(rows[styles == 0] - rows[styles == 0].mean()).detach() for rows in (stories, moved)]
    assert gaps[1] == pytest.approx(gaps[0] * (1 - 2 * rate / n))
    torch.testing.assert_close(inside[1], inside[0] * (1 - rate / n))
    assert float(moved.mean()) == pytest.approx(float(begun.mean()))


@pytest.mark.parametrize("loss", [disentangling_loss, released_loss, mean_gap_loss])
def test_a_batch_of_one_style_has_loss_0_and_no_nan(loss: object) -> None:
    stories, styles = _stories(3)
    stories.requires_grad_()

    found = loss(stories, styles)  # type: ignore[operator]

    assert float(found.detach()) == 0
    if found.requires_grad:
        found.backward()
        assert stories.grad is not None
        assert not stories.grad.any()


def test_a_batch_without_a_story_is_refused() -> None:
    with pytest.raises(BadInput, match="a batch without a story has no disentangling loss"):
        disentangling_loss(torch.zeros(0, 4), torch.zeros(0, dtype=torch.int64))


def test_no_loss_is_asked_for() -> None:
    assert loss_of("none", *_stories(2, 2)) is None
