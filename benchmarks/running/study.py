"""A study: settings whose arms are no chains of generations, and what each arm measures.

A family's recipe extends it by its settings and by `run`, and is frozen as it is.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

from benchmarks.running.digests import canonical_json, settings_digest

if TYPE_CHECKING:  # it loads torch
    from benchmarks.running.bench import Bench


class FamilyRecipe(Protocol):
    """What the commands and the flow need of a recipe, of whatever family."""

    @property
    def name(self) -> str:
        """Name of the recipe, and of the function that makes it."""

    @property
    def summary(self) -> str:
        """One line for `collapse list recipes`."""

    @property
    def tier(self) -> str:
        """How much machine it needs: smoke, cpu, gpu or paper."""

    @property
    def digest(self) -> str:
        """8 hex digits that change with any setting."""

    @property
    def arms(self) -> tuple[str, ...]:
        """Variants that are run for every seed, one record each; of chains, the workflows."""

    def as_dict(self) -> dict[str, Any]:
        """All settings of the recipe as plain values, as they stand in a record."""


class RunsItself(FamilyRecipe, Protocol):
    """A recipe whose arms are no chains of generations."""

    def run(self, arm: str, seed: int, bench: "Bench") -> Mapping[str, Any]:
        """Run one arm of one seed in stages of the bench.

        Returns:
            What the family's record holds beside the envelope; its stages are added by the flow.
        """


@dataclass(frozen=True, kw_only=True)
class Study:
    """Settings that every recipe of a study has."""

    name: str
    """Name of the recipe, which is that of the function that makes it."""
    tier: str
    """How much machine it needs: smoke, cpu, gpu or paper."""
    summary: str
    """One line for `collapse list recipes`; no part of the digest."""
    arms: tuple[str, ...]
    """Variants that are run for every seed, one record each."""

    @property
    def digest(self) -> str:
        """8 hex digits that change with any setting."""
        return settings_digest(self.as_dict(), type(self))

    def as_dict(self) -> dict[str, Any]:
        """All settings of the study as plain values, as they stand in a record."""
        plain: dict[str, Any] = json.loads(canonical_json(asdict(self)))
        return plain
