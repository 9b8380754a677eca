"""The record of a run about layer emulators."""

from typing import Literal

from benchmarks.families.layer_emulators.recipes import EmulatorStudy
from benchmarks.running.digests import settings_digest
from benchmarks.running.record import StudyRecord


class EmulatorRecord(StudyRecord):
    """Record of one arm of one seed of a study of layer emulators."""

    family: Literal["layer_emulators"] = "layer_emulators"

    def recipe_digest(self) -> str:
        """Digest of the settings of the study that the record holds."""
        return settings_digest(self.recipe, EmulatorStudy)
