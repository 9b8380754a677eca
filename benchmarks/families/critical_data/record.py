"""The record of a sweep over data sizes: every model's steps, accuracies and length of weights."""

from typing import Annotated, Any, Literal

from pydantic import Field

from benchmarks.families.critical_data.recipes import CriticalStudy
from benchmarks.running.digests import settings_digest
from benchmarks.running.record import Amount, Count, RecordPart, Share, StudyRecord, Whole
from data.errors import BadInput


class OneRun(RecordPart):
    """What was seen of one model."""

    size: Count
    """Number of questions that it learnt."""
    decay: Amount
    scale: Annotated[float, Field(gt=0)]
    """Factor of its initial weights."""
    budget: Count
    """Steps that it had at most."""
    steps: Whole
    """Steps that it was trained: fewer than its budget only where it was done, or diverged."""
    memorised: Whole | None
    """First step at which its own questions count as memorised; None where that never was seen,
    which with fewer steps than the budget says nothing about later ones."""
    generalised: Whole | None
    """First step at which the other questions count as answered; None as above."""
    floor: Share | None
    """Share of the questions set aside that follow from those learnt; None where it was not
    computed because nearly all do."""
    tested: Count
    """Number of questions set aside."""
    apart: Whole
    """Number of them whose mirror image (b, a) was not learnt."""
    looks: tuple[Whole, ...]
    """Steps at which it was looked at, some of them."""
    train: tuple[Share, ...]
    """Share right of the questions that it learnt, look by look; so the next ones."""
    test: tuple[Share, ...]
    test_apart: tuple[Share | None, ...]
    test_mirrored: tuple[Share | None, ...]
    norm: tuple[Amount | None, ...]
    """Length of the vector of all its weights."""


class CriticalRecord(StudyRecord):
    """One arm of one seed of a study of critical data sizes."""

    family: Literal["critical_data"] = "critical_data"
    runs: tuple[OneRun, ...]
    """Every model of the arm, in the order of the sweep."""

    def recipe_digest(self) -> str:
        """Digest of the settings of the study that the record holds."""
        return settings_digest(self.recipe, CriticalStudy)

    def check_whole(self) -> None:
        """Every model of the arm is there, and what was seen of it fits.

        Raises:
            BadInput: One is missing, or its numbers contradict each other.
        """
        super().check_whole()
        sweep = self.recipe["sweeps"][self.arm]
        planned = [
            (size, float(decay), float(scale))
            for size in sweep["sizes"]
            for decay in sweep["decays"]
            for scale in sweep["scales"]
        ]
        if [(run.size, run.decay, run.scale) for run in self.runs] != planned:
            raise BadInput(f"runs are not those of the arm {self.arm!r}")
        for place, run in enumerate(self.runs):
            if found := _contradiction(run, sweep):
                raise BadInput(f"runs.{place}: {found}")


def _contradiction(run: OneRun, sweep: dict[str, Any]) -> str:
    """What cannot be of a run, in words; empty where all fits."""
    series = (run.train, run.test, run.test_apart, run.test_mirrored, run.norm)
    if any(len(one) != len(run.looks) for one in series):
        return "its series are not of one length"
    if run.looks != tuple(sorted(set(run.looks))) or run.looks[-1] != run.steps:
        return "its looks do not grow up to its last step"
    if run.steps > run.budget or run.budget > sweep["steps"]:
        return "it took more steps than it had"
    if (run.generalised is not None) != (run.test[-1] >= sweep["generalised_at"]):
        return "whether it generalised is not what its last look says"
    if run.generalised not in (None, run.steps):
        return "it went on after it had generalised"
    return ""
