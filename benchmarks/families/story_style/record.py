"""The record of a run about story style transfer."""

from functools import partial
from typing import Literal

from benchmarks.families.story_style.floors.study import STUDIES as FLOORS
from benchmarks.families.story_style.linear.study import STUDIES as LINEAR
from benchmarks.families.story_style.model.examples import Example
from benchmarks.families.story_style.model.study import STUDIES as MODEL
from benchmarks.paper.common.kinds import kind_among
from benchmarks.running.digests import settings_digest
from benchmarks.running.record import StudyRecord
from benchmarks.running.study import Study

STUDIES: tuple[type[Study], ...] = (*FLOORS, *LINEAR, *MODEL)
"""The kinds of studies; no two have the same settings."""
study_of = partial(kind_among, STUDIES)
"""The kind of study that has the settings of a recipe."""


class StoryRecord(StudyRecord):
    """Record of one arm of one seed of a study of story style."""

    family: Literal["story_style"] = "story_style"
    examples: tuple[Example, ...] = ()
    """Rewritten stories word by word, where the study rewrites any."""

    def recipe_digest(self) -> str:
        """Digest of the settings of the study that the record holds."""
        return settings_digest(self.recipe, study_of(self.recipe))
