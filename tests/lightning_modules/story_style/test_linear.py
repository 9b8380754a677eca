"""Linear autoencoders: the gradient of the loss and the theory's, and what fits do."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from data.errors import BadInput
from lightning_modules.story_style.linear import (
    fit_linear,
    gradient_norm,
    largest_difference,
    objective_of,
    represent,
)
from lightning_modules.story_style.linear_settings import LinearSettings, Objective
from lightning_modules.story_style.losses import disentangling_loss, mean_gap_loss
from theory.story_style.moment_claims import GRADIENT

SETTINGS = LinearSettings(width=2, steps=30)
WRITTEN = Objective(kind="written", weight=10.0)


def _stories(first: int = 5, second: int = 3) -> tuple[torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(0)
    styles = torch.from_numpy(np.repeat([0, 1], [first, second]))
    return torch.from_numpy(rng.normal(size=(first + second, 4))).requires_grad_(), styles


def test_autograd_finds_the_gradient_that_the_theory_states() -> None:
    for case in GRADIENT.family(np.random.default_rng(3)):
        found = gradient_norm(case.rows, case.labels, "written")

        assert found is not None
        assert found**2 == pytest.approx(GRADIENT.stated(case), rel=1e-12)
        assert gradient_norm(case.rows, case.labels, "released") is None


def test_the_loss_is_least_for_the_constant_and_convex() -> None:
    stories, styles = _stories()
    one, other = stories.detach(), stories.detach().flip(0)

    assert float(disentangling_loss(torch.ones_like(one), styles)) == 0.0
    middle = disentangling_loss((one + other) / 2, styles)
    assert middle <= (disentangling_loss(one, styles) + disentangling_loss(other, styles)) / 2


def _points() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    styles = np.repeat([0, 1], 20)
    return rng.normal(size=(40, 5)) + 3 * np.outer(styles, [1, 0, 0, 0, 0]), styles


def test_a_fit_with_the_released_loss_is_the_fit_without_one_bit_by_bit() -> None:
    points, styles = _points()
    fits = [
        fit_linear(points, styles, objective, SETTINGS, seed=0)
        for objective in (Objective(kind="none"), Objective(kind="released", weight=1.0), WRITTEN)
    ]

    assert largest_difference(fits[0], fits[1]) == 0.0
    assert largest_difference(fits[0], fits[2]) > 0.01


def test_the_written_loss_shrinks_and_one_scale_forbids_it() -> None:
    points, styles = _points()

    def spread(objective: Objective) -> float:
        fitted = fit_linear(points, styles, objective, SETTINGS, seed=0)
        return float(represent(fitted, points).var(axis=0).sum())

    plain = spread(Objective(kind="none"))
    assert spread(WRITTEN) < plain / 3
    assert spread(replace(WRITTEN, is_scaled=True)) > plain / 2


def test_at_one_scale_the_size_of_a_representation_changes_nothing() -> None:
    points, styles = (torch.from_numpy(one) for one in _points())
    model = fit_linear(*_points(), Objective(kind="none"), SETTINGS, seed=0)
    objective = Objective(kind="mean gap", weight=30.0, is_scaled=True)
    before = objective_of(model, points, styles, objective)

    with torch.no_grad():
        model.encoder.weight.mul_(4)
        model.encoder.bias.mul_(4)
        model.decoder.weight.div_(4)

    torch.testing.assert_close(objective_of(model, points, styles, objective), before)
    assert float(mean_gap_loss(points, styles)) > 0


def test_a_width_of_none_is_refused() -> None:
    with pytest.raises(BadInput, match="width"):
        LinearSettings(width=0)
