"""What a record of tuning holds beside its measures: looks, layers that rules kept, and lines."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from benchmarks.running.record import Amount, Key, RecordPart, Whole
from data.errors import BadInput


class Looks(RecordPart):
    """What was seen of a model while it learnt general text, look by look."""

    steps: tuple[Whole, ...]
    losses: tuple[Amount, ...]
    """Loss on held-out general text, in nats per token."""
    skip_costs: tuple[tuple[float, ...], ...]
    """Rise of that loss without each layer."""


class Tuned(RecordPart):
    """What one arm of a study of tuning found that is no single number."""

    looks: Looks | None = None
    """Of the arm `gate` alone."""
    kept: dict[Key, tuple[Whole, ...]] = Field(default_factory=dict)
    """Layers that each emulator has, by its name."""
    curves: dict[Key, tuple[Amount, ...]] = Field(default_factory=dict)
    """Loss along the line between two models, by their names, at equal distances."""


def check_tuned(tuned: Tuned, arm: str, recipe: Mapping[str, Any]) -> None:
    """Hold what an arm found against its recipe.

    Raises:
        BadInput: Something is missing, is too much, or has another length than it must have.
    """
    if (arm == "gate") != (tuned.looks is not None):
        raise BadInput("tuning.looks belong to the arm gate, and to no other")
    if (arm in recipe["places"]) != bool(tuned.kept):
        raise BadInput("tuning.kept belongs to the arms whose emulators are tuned")
    if (arm == "controls") != bool(tuned.curves):
        raise BadInput("tuning.curves belong to the arm controls, and to no other")
    if tuned.looks is not None:
        _check_looks(tuned.looks, recipe["shape"]["layers"])
    for name, kept in tuned.kept.items():
        places = recipe["places"][arm]
        if len(kept) != recipe["kept"] or not set(places) <= set(kept):
            raise BadInput(f"tuning.kept.{name}: not {recipe['kept']} layers with {places}")
    for name, curve in tuned.curves.items():
        if len(curve) != recipe["coefficients"] + 1:
            raise BadInput(f"tuning.curves.{name}: not a loss for each coefficient")


def _check_looks(looks: Looks, n_layers: int) -> None:
    if not len(looks.steps) == len(looks.losses) == len(looks.skip_costs):
        raise BadInput("tuning.looks: its series are not of one length")
    if not looks.steps or looks.steps != tuple(sorted(set(looks.steps))):
        raise BadInput("tuning.looks: steps do not grow")
    if any(len(costs) != n_layers for costs in looks.skip_costs):
        raise BadInput(f"tuning.looks: a look has not {n_layers} layers")
