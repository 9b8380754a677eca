"""A linear autoencoder with a loss on its representations, fitted on all points at once.

The smallest model in which a loss can take style out of a representation that must also carry
content: the disentangling loss, the gap of means, each as it is or at a fixed scale.
"""

from collections.abc import Callable, Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from data.randomness import stream
from lightning_modules.story_style.linear_settings import Kind, LinearSettings, Objective
from lightning_modules.story_style.losses import disentangling_loss, mean_gap_loss, released_loss

PURPOSE = "story_style/linear weights"
"""What the first weights are drawn for."""
Floats = NDArray[np.float64]


class LinearAutoencoder(nn.Module):
    """A linear map to few coordinates and one back, each with a bias."""

    def __init__(self, directions: int, width: int) -> None:
        super().__init__()
        self.encoder = nn.Linear(directions, width, dtype=torch.float64)
        self.decoder = nn.Linear(width, directions, dtype=torch.float64)

    def forward(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """Representations and reconstructions of points, shape (points, directions)."""
        representations = self.encoder(points)
        return representations, self.decoder(representations)


LOSSES: Mapping[Kind, Callable[[Tensor, Tensor], Tensor]] = {
    "released": released_loss,
    "written": disentangling_loss,
    "mean gap": mean_gap_loss,
}
"""Losses on representations by kind; `none` has none."""


def at_one_scale(stories: Tensor) -> Tensor:
    """Representations divided by their root mean square distance from the mean, per coordinate."""
    spread = (stories - stories.mean(dim=0)).square().mean().sqrt()
    return stories / spread


def objective_of(
    model: LinearAutoencoder, points: Tensor, styles: Tensor, objective: Objective
) -> Tensor:
    """Error of reconstruction, the mean over points and directions, and what is added to it."""
    representations, rebuilt = model(points)
    total: Tensor = (rebuilt - points).square().mean()
    if objective.kind == "none":
        return total
    seen = at_one_scale(representations) if objective.is_scaled else representations
    return total + objective.weight * LOSSES[objective.kind](seen, styles)


def first_model(directions: int, settings: LinearSettings, seed: int) -> LinearAutoencoder:
    """The model before the first step, the same for all objectives of a seed."""
    model = LinearAutoencoder(directions, settings.width)
    rng = stream(seed, PURPOSE)
    with torch.no_grad():
        for layer in (model.encoder, model.decoder):
            size = layer.in_features**-0.5
            drawn = rng.normal(scale=size, size=tuple(layer.weight.shape))
            layer.weight.copy_(torch.from_numpy(drawn))
            layer.bias.zero_()
    return model


def fit_linear(
    points: Floats,
    styles: NDArray[np.int64],
    objective: Objective,
    settings: LinearSettings,
    *,
    seed: int,
) -> LinearAutoencoder:
    """Fit a linear autoencoder with one objective, on all points at every step.

    Args:
        points: Shape (points, directions).
        styles: Style of each point, 0 or 1, shape (points,).
        objective: What is added to the error of reconstruction.
        settings: Width, steps and learning rate.
        seed: Draws the first weights.
    """
    given, labels = torch.from_numpy(points), torch.from_numpy(styles)
    model = first_model(points.shape[1], settings, seed)
    adam = torch.optim.Adam(model.parameters(), lr=settings.learning_rate)
    for _ in range(settings.steps):
        adam.zero_grad()
        objective_of(model, given, labels, objective).backward()
        adam.step()
    return model


def represent(model: LinearAutoencoder, points: Floats) -> Floats:
    """Representations of points, shape (points, width)."""
    with torch.no_grad():
        found: Floats = model.encoder(torch.from_numpy(points)).numpy()
    return found


def largest_difference(first: LinearAutoencoder, second: LinearAutoencoder) -> float:
    """Largest absolute difference of two models' weights: 0 where they are the same, bit by bit."""
    pairs = zip(first.parameters(), second.parameters(), strict=True)
    return max(float((a - b).detach().abs().max()) for a, b in pairs)


def gradient_norm(representations: Floats, styles: NDArray[np.int64], kind: Kind) -> float | None:
    """Norm of a loss's gradient by the representations, or None where it has none to follow.

    Args:
        representations: Shape (stories, width).
        styles: Style of each, shape (stories,).
        kind: Loss, not `none`.
    """
    stories = torch.from_numpy(representations).requires_grad_()
    loss = LOSSES[kind](stories, torch.from_numpy(styles))
    if not loss.requires_grad:
        return None
    (gradient,) = torch.autograd.grad(loss, stories)
    return float(gradient.norm())
