"""Fits a linear autoencoder with each objective, and asks its representations for style."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.families.story_style.linear.names import (
    ERASED,
    INPUTS,
    INPUTS_ERASED,
    NONE,
    RELEASED,
    SHRINKING,
    SHRUNK,
)
from benchmarks.families.story_style.linear.work.features import PARTS
from benchmarks.families.story_style.probes import (
    Asked,
    content_explained,
    erase,
    style_accuracy,
)
from data.randomness import stream
from lightning_modules.device import Advance, Device
from lightning_modules.story_style.linear import (
    LinearAutoencoder,
    first_model,
    fit_linear,
    gradient_norm,
    largest_difference,
    represent,
)
from lightning_modules.story_style.linear_settings import LinearSettings, Objective
from lightning_modules.story_style.losses import disentangling_loss, moments

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Measure = Mapping[str, float | int | None]
_PURPOSE = "story_style/linear labels"
_RIDGE = 1e-6
"""Of the linear map that gives content back, so small that it is least squares."""


@dataclass(frozen=True)
class Parts:
    """Stories of the parts of a split as rows, in the order of `PARTS`."""

    points: tuple[Floats, Floats, Floats]
    """What is asked: directions or representations, of each part."""
    styles: tuple[Labels, Labels, Labels]
    """Style of each story, 0 or 1."""


def fit_and_measure(
    folder: Path,
    *,
    seed: int,
    points: Path,
    permuted: bool,
    objectives: Mapping[str, Objective],
    settings: LinearSettings,
    device: Device,
    advance: Advance,
) -> Mapping[str, Any]:
    """Fit one autoencoder per objective on the training stories, and measure each.

    Args:
        folder: Receives nothing; the measures are facts of the stage.
        seed: Draws the first weights, the same for all objectives, and permuted labels.
        points: Points and styles of each part.
        permuted: Whether styles are dealt out anew among the stories of each part.
        objectives: What is added to the error of reconstruction, by name.
        settings: How each is fitted.
        device: Unused but for its precision: this is too small to gain by a device.
        advance: Told how many steps were done, times the stories.
    """
    given = _read(points, seed if permuted else None)
    train, styles = given.points[0], given.styles[0]
    models: dict[str, LinearAutoencoder] = {}
    for name, objective in objectives.items():
        models[name] = fit_linear(train, styles, objective, settings, seed=seed)
        advance(settings.steps * len(train))
    shown = {name: _of(given, model) for name, model in models.items()}
    erasure, of_inputs = (erase(one.points[0], styles) for one in (shown[NONE], given))
    shown |= {
        ERASED: _each(shown[NONE], erasure.apply),
        SHRUNK: _each(shown[NONE], lambda rows: rows / SHRINKING),
        INPUTS: given,
        INPUTS_ERASED: _each(given, of_inputs.apply),
    }
    content = tuple(of_inputs.apply(rows) for rows in given.points)
    return {
        "measures": {
            **{
                k: v
                for name, one in shown.items()
                for k, v in _measures(name, one, given.points, content).items()
            },
            **_of_losses(given, models, settings, seed),
        },
        "tokens": 0,
    }


def _read(path: Path, seed: int | None) -> Parts:
    """Points and styles of each part; with a seed, styles are dealt out anew inside each part."""
    with np.load(path) as held:
        points = tuple(held[f"points {name}"] for name in PARTS)
        styles = tuple(held[f"styles {name}"].astype(np.int64) for name in PARTS)
    if seed is not None:
        rng = stream(seed, _PURPOSE)
        styles = tuple(rng.permutation(one) for one in styles)
    return Parts(points, styles)


def _of(given: Parts, model: LinearAutoencoder) -> Parts:
    return _each(given, lambda rows: represent(model, rows))


def _each(given: Parts, function: Any) -> Parts:
    first, second, third = (function(rows) for rows in given.points)
    return Parts((first, second, third), given.styles)


def _measures(
    name: str, one: Parts, directions: tuple[Floats, ...], content: tuple[Floats, ...]
) -> dict[str, Measure]:
    """What is read off representations: style, by two probes, content, and how large they are."""
    learnt, between, asked = one.points
    styles, styles_between, styles_asked = one.styles
    n = len(asked)
    inside, gap = (
        float(value) for value in moments(torch.from_numpy(learnt), torch.from_numpy(styles))
    )
    found = Asked(learnt, asked)
    values = {
        "probe": style_accuracy(found, styles, styles_asked),
        "other probe": style_accuracy(Asked(between, asked), styles_between, styles_asked),
        "directions": content_explained(found, directions[0], directions[2], penalty=_RIDGE),
        "content": content_explained(found, content[0], content[2], penalty=_RIDGE),
        "variance inside": inside / (2 * learnt.shape[1]),
        "squared gap": gap / learnt.shape[1],
        "loss": (inside + gap) / (2 * learnt.shape[1]),
    }
    return {f"{what}/{name}": _number(value, n) for what, value in values.items()}


def _of_losses(
    given: Parts, models: Mapping[str, LinearAutoencoder], settings: LinearSettings, seed: int
) -> dict[str, Measure]:
    """What the released loss moves, and the gradients of both at the first representations."""
    train, styles = given.points[0], given.styles[0]
    start = represent(first_model(train.shape[1], settings, seed), train)
    moved = largest_difference(models[RELEASED], models[NONE])
    n = len(train)
    return {
        "difference/released": _number(moved, n),
        "gradient/written": _number(gradient_norm(start, styles, "written") or 0.0, n),
        "gradient/released": _number(gradient_norm(start, styles, "released") or 0.0, n),
        "loss/first": _number(
            float(disentangling_loss(torch.from_numpy(start), torch.from_numpy(styles))), n
        ),
    }


def _number(value: float, n: int) -> Measure:
    return {"value": value, "stderr": None, "n": n}
