"""The record of a run about layer emulators."""

from typing import Literal

from benchmarks.families.layer_emulators.recipes import EmulatorStudy
from benchmarks.running.digests import settings_digest
from benchmarks.running.record import StudyRecord


class EmulatorRecord(StudyRecord):
    """One arm of one seed."""

    family: Literal["layer_emulators"] = "layer_emulators"

    def recipe_digest(self) -> str:
        """Digest of the study inside."""
        return settings_digest(self.recipe, EmulatorStudy)
