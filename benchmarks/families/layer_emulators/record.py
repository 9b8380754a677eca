"""The record of a run about layer emulators."""

from functools import partial
from typing import Literal

from benchmarks.families.layer_emulators.depth.study import DepthStudy
from benchmarks.families.layer_emulators.edited_chain.study import EditedChainStudy
from benchmarks.families.layer_emulators.edits.recipe import EditsStudy
from benchmarks.families.layer_emulators.paper.study import PaperStudy
from benchmarks.families.layer_emulators.recipes import EmulatorStudy
from benchmarks.families.layer_emulators.selection.record import Selected, check_selected
from benchmarks.families.layer_emulators.selection.study import SelectionStudy
from benchmarks.families.layer_emulators.tuning.record import Tuned, check_tuned
from benchmarks.families.layer_emulators.tuning.study import TuningStudy
from benchmarks.paper.common.kinds import kind_among
from benchmarks.running.digests import settings_digest
from benchmarks.running.record import StudyRecord
from benchmarks.running.study import Study
from data.errors import BadInput

STUDIES: tuple[type[Study], ...] = (
    EmulatorStudy,
    EditsStudy,
    EditedChainStudy,
    DepthStudy,
    SelectionStudy,
    TuningStudy,
    PaperStudy,
)
"""The kinds of studies; no two have the same settings."""
study_of = partial(kind_among, STUDIES)
"""The kind of study that has the settings of a recipe."""


class EmulatorRecord(StudyRecord):
    """Record of one arm of one seed of a study of layer emulators."""

    family: Literal["layer_emulators"] = "layer_emulators"
    selection: Selected | None = None
    """What rules chose of a model's layers; None where the study is of another kind."""
    tuning: Tuned | None = None
    """What was seen of tuning by emulators; None where the study is of another kind."""

    def recipe_digest(self) -> str:
        """Digest of the settings of the study that the record holds."""
        return settings_digest(self.recipe, study_of(self.recipe))

    def check_whole(self) -> None:
        """What was measured is what the recipe says.

        Raises:
            BadInput: It is not.
        """
        super().check_whole()
        is_selection = study_of(self.recipe) is SelectionStudy
        if is_selection != (self.selection is not None):
            raise BadInput("selection belongs to a recipe of rules that select, and to no other")
        if self.selection is not None:
            check_selected(self.selection, self.recipe)
        if (study_of(self.recipe) is TuningStudy) != (self.tuning is not None):
            raise BadInput("tuning belongs to a recipe that tunes emulators, and to no other")
        if self.tuning is not None:
            check_tuned(self.tuning, self.arm, self.recipe)
