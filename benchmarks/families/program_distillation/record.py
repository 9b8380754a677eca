"""The record of a run about program-aided distillation."""

from collections.abc import Mapping
from typing import Literal

from benchmarks.families.program_distillation.controls.study import ControlStudy
from benchmarks.families.program_distillation.gpu.study import TwinStudy
from benchmarks.families.program_distillation.paper.study import SequenceStudy
from benchmarks.families.program_distillation.recipes import DistillationStudy
from benchmarks.families.program_distillation.students.study import StudentStudy
from benchmarks.running.digests import settings_digest
from benchmarks.running.record import StudyRecord
from benchmarks.running.study import Study

STUDIES: Mapping[str, type[Study]] = {
    "plain": ControlStudy,
    "students": StudentStudy,
    "taught": TwinStudy,
    "models": SequenceStudy,
}
"""Studies of students by a setting that none of those behind it has."""


class DistillationRecord(StudyRecord):
    """Record of one arm of one seed, of a study of filters or of students."""

    family: Literal["program_distillation"] = "program_distillation"

    @property
    def is_of_students(self) -> bool:
        """Whether a student of templates was trained; the recipe inside says so."""
        return "students" in self.recipe

    def recipe_digest(self) -> str:
        """Digest of the settings of the study that the record holds."""
        mine = (study for setting, study in STUDIES.items() if setting in self.recipe)
        return settings_digest(self.recipe, next(mine, DistillationStudy))
