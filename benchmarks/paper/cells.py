"""What records say about cells of a paper's tables, and which command makes such records."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.comparing.differences import paired
from benchmarks.paper.published import Key
from benchmarks.running.record import Envelope
from benchmarks.running.study import FamilyRecipe

SEEDS = (0, 1, 2)
"""Number of replicates that a command asks for: what decides a claim has at least three."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A number of ours for one cell, with its interval and the records behind it."""

    mean: float
    """Mean over seeds, in the unit of the printed cell."""
    low: float | None
    """Lower end of the 95 % t interval over seeds; None for one seed."""
    high: float | None
    seeds: int
    tier: str
    records: tuple[str, ...]
    """The files it was computed from, below the folder of records."""


@dataclass(frozen=True, slots=True)
class Filling:
    """How the records of one arm of a recipe fill cells of a table."""

    recipe: Callable[[], FamilyRecipe]
    arm: str
    places: tuple[Key, ...]
    """Cells that the records fill."""
    numbers: Callable[[Any], Sequence[float]]
    """Reads one record: one number per place, in the unit of the printed cell."""
    caveat: str
    """How this differs from the paper's experiment."""


def measure(records: Iterable[Envelope], fillings: Sequence[Filling]) -> dict[Key, Measured]:
    """All cells that the records fill."""
    kept = list(records)
    found: dict[Key, Measured] = {}
    for filling in fillings:
        digest = filling.recipe().digest
        mine = [r for r in kept if r.digest == digest and r.arm == filling.arm]
        found |= _over_seeds(mine, filling)
    return found


def _over_seeds(records: Sequence[Envelope], filling: Filling) -> dict[Key, Measured]:
    chains = [filling.numbers(record) for record in records]
    columns = zip(*chains, strict=True)
    return {
        place: _mean(values, records)
        for place, values in zip(filling.places, columns, strict=bool(chains))
    }


def _mean(values: Sequence[float], records: Sequence[Envelope]) -> Measured:
    estimate = paired(np.array(values))
    names = tuple(sorted(record.name for record in records))
    tier = str(records[0].recipe["tier"])
    return Measured(estimate.mean, estimate.low, estimate.high, estimate.n, tier, names)


def command(recipe: str, seeds: Sequence[int] = SEEDS) -> str:
    """The command that makes the records of a recipe, of these seeds."""
    return " ".join(["collapse run", recipe, *(f"--seed {seed}" for seed in seeds)])
