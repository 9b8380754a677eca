"""The record of a run about program-aided distillation."""

from typing import Literal

from benchmarks.families.program_distillation.recipes import DistillationStudy
from benchmarks.running.digests import settings_digest
from benchmarks.running.record import StudyRecord


class DistillationRecord(StudyRecord):
    """Record of one arm of one seed of a study of filters."""

    family: Literal["program_distillation"] = "program_distillation"

    def recipe_digest(self) -> str:
        """Digest of the settings of the study that the record holds."""
        return settings_digest(self.recipe, DistillationStudy)
