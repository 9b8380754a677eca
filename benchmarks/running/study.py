"""A study: settings whose arms are no chains of generations, and what each arm measures.

A family's recipe extends it by its settings, by `stages` and by `found`, and is frozen as it is.
"""

import json
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

from benchmarks.running.digests import canonical_json, settings_digest
from lightning_modules.device import Device

if TYPE_CHECKING:  # they load torch
    from benchmarks.running.bench import Bench
    from benchmarks.running.stage import Stage


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

    def stages(self, arm: str, seed: int, bench: "Bench") -> "Sequence[Stage]":
        """Run the stages of one arm of one seed on the bench; a plan calls it to look for them."""

    def place(self, device: Device) -> Device:
        """The device as its stages use it, whose precision is on record."""

    def reckoned(self, seeds: Sequence[int]) -> str:
        """What a run of these seeds is reckoned to take, in words; empty where records say it."""


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

    def run(self, arm: str, seed: int, bench: "Bench") -> Mapping[str, Any]:
        """Run one arm of one seed in stages of the bench; return what its record holds."""
        return self.found(arm, self.stages(arm, seed, bench))

    def place(self, device: Device) -> Device:
        """The device as its stages use it: as it is, unless a study says otherwise."""
        return device

    def reckoned(self, seeds: Sequence[int]) -> str:
        """What a run of these seeds is reckoned to take: nothing but what records say."""
        return ""

    def check_data(self) -> None:
        """Refuse to begin where what the stages read is not at hand; by default nothing is asked.

        The command calls it before it loads what takes seconds.

        Raises:
            BadInput: Something is not at hand; the message names all of it.
        """

    @abstractmethod
    def stages(self, arm: str, seed: int, bench: "Bench") -> "Sequence[Stage]":
        """Run the stages of one arm of one seed, in their order.

        Facts of a stage are asked for only where a later stage depends on them: a plan, whose
        stages have not been run, ends there.
        """

    @abstractmethod
    def found(self, arm: str, stages: "Sequence[Stage]") -> Mapping[str, Any]:
        """What the record of an arm holds beside the envelope, from its finished stages."""

    @property
    def digest(self) -> str:
        """8 hex digits that change with any setting."""
        return settings_digest(self.as_dict(), type(self))

    def as_dict(self) -> dict[str, Any]:
        """All settings of the study as plain values, as they stand in a record."""
        plain: dict[str, Any] = json.loads(canonical_json(asdict(self)))
        return plain
