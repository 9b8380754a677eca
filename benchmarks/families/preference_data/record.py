"""The record of a run about preference data, reward models and preference tuning."""

from functools import partial
from typing import Literal

from benchmarks.families.preference_data.instructions.study import STUDIES as INSTRUCTIONS
from benchmarks.families.preference_data.paper.study import STUDIES as PAPER
from benchmarks.families.preference_data.reward.study import STUDIES as REWARD
from benchmarks.families.preference_data.tuned_rewards.study import STUDIES as TUNED
from benchmarks.families.preference_data.tuning.study import STUDIES as TUNING
from benchmarks.paper.common.kinds import kind_among
from benchmarks.running.digests import settings_digest
from benchmarks.running.record import StudyRecord
from benchmarks.running.study import Study

STUDIES: tuple[type[Study], ...] = (*REWARD, *TUNED, *INSTRUCTIONS, *TUNING, *PAPER)
"""The kinds of studies; no two have the same settings."""
study_of = partial(kind_among, STUDIES)
"""The kind of study that has the settings of a recipe."""


class PreferenceRecord(StudyRecord):
    """Record of one arm of one seed of a study of preferences."""

    family: Literal["preference_data"] = "preference_data"

    def recipe_digest(self) -> str:
        """Digest of the settings of the study that the record holds."""
        return settings_digest(self.recipe, study_of(self.recipe))
