"""The family's record: a sweep over data sizes, chains with shares of text, or lazy students."""

from benchmarks.families.critical_data.lazy.record import check_lazy, is_lazy
from benchmarks.families.critical_data.lazy.study import LazyStudy
from benchmarks.families.critical_data.record import CriticalRecord, OneRun
from benchmarks.families.critical_data.shares.study import ShareStudy
from benchmarks.families.critical_data.shares.transformers import TransformerShares
from benchmarks.running.digests import settings_digest
from benchmarks.running.record import StudyRecord
from data.errors import BadInput


class AnyCriticalRecord(CriticalRecord):
    """One arm of one seed of any kind of study; the recipe inside says of which."""

    runs: tuple[OneRun, ...] = ()
    """Every model of a sweep; none where the arm is of another kind."""

    @property
    def is_of_shares(self) -> bool:
        """Whether it holds chains of shares and no sweep."""
        return "shares" in self.recipe

    def recipe_digest(self) -> str:
        """Digest of the settings of the study that the record holds."""
        if self.is_of_shares:
            kind = TransformerShares if "shapes" in self.recipe else ShareStudy
            return settings_digest(self.recipe, kind)
        if is_lazy(self):
            return settings_digest(self.recipe, LazyStudy)
        return super().recipe_digest()

    def check_whole(self) -> None:
        """What was measured is what the recipe says.

        Raises:
            BadInput: It is not.
        """
        if is_lazy(self):
            StudyRecord.check_whole(self)
            check_lazy(self)
            return
        if not self.is_of_shares:
            super().check_whole()
            return
        StudyRecord.check_whole(self)
        if self.runs:
            raise BadInput("chains of shares have no runs of a sweep")
        ends = {f"g{horizon}" for horizon in self.recipe["horizons"]}
        if {key.split("/")[1] for key in self.metrics} != ends:
            raise BadInput("its generations are not those of the recipe")
