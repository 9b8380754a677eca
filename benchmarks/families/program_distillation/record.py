"""The record of a run about program-aided distillation."""

from typing import Literal

from benchmarks.families.program_distillation.recipes import DistillationStudy
from benchmarks.families.program_distillation.students.study import StudentStudy
from benchmarks.running.digests import settings_digest
from benchmarks.running.record import StudyRecord


class DistillationRecord(StudyRecord):
    """Record of one arm of one seed, of a study of filters or of students."""

    family: Literal["program_distillation"] = "program_distillation"

    @property
    def is_of_students(self) -> bool:
        """Whether a student was trained; the recipe inside says so."""
        return "students" in self.recipe

    def recipe_digest(self) -> str:
        """Digest of the settings of the study that the record holds."""
        kind = StudentStudy if self.is_of_students else DistillationStudy
        return settings_digest(self.recipe, kind)
