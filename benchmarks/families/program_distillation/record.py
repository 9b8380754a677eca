"""The record of a run about program-aided distillation."""

from functools import partial
from typing import Literal

from benchmarks.families.program_distillation.controls.study import ControlStudy
from benchmarks.families.program_distillation.gpu.study import TwinStudy
from benchmarks.families.program_distillation.paper.study import SequenceStudy
from benchmarks.families.program_distillation.recipes import DistillationStudy
from benchmarks.families.program_distillation.students.study import StudentStudy
from benchmarks.paper.common.kinds import kind_among
from benchmarks.running.digests import settings_digest
from benchmarks.running.record import StudyRecord
from benchmarks.running.study import Study

STUDIES: tuple[type[Study], ...] = (
    StudentStudy,
    ControlStudy,
    TwinStudy,
    SequenceStudy,
    DistillationStudy,
)
"""The kinds of studies; controls have the settings of students, and more."""
study_of = partial(kind_among, STUDIES)
"""The kind of study that has the settings of a recipe."""


class DistillationRecord(StudyRecord):
    """Record of one arm of one seed, of a study of filters or of students."""

    family: Literal["program_distillation"] = "program_distillation"

    @property
    def is_of_students(self) -> bool:
        """Whether a student of templates was trained; the recipe inside says so."""
        return "students" in self.recipe

    def recipe_digest(self) -> str:
        """Digest of the settings of the study that the record holds."""
        return settings_digest(self.recipe, study_of(self.recipe))
