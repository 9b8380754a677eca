"""The family's record: all of its other kinds, or encoders that learnt texts."""

from typing import Annotated, Any

from pydantic import Field

from benchmarks.families.critical_data.shares.record import AnyCriticalRecord
from benchmarks.families.critical_data.text.study import TextStudy
from benchmarks.running.digests import settings_digest
from benchmarks.running.record import Amount, Count, RecordPart, Share, StudyRecord, Whole, Word
from data.errors import BadInput


class TextRun(RecordPart):
    """What was seen of one encoder, which was trained to the end of its budget."""

    size: Count
    """Number of texts that it learnt."""
    decay: Amount
    scale: Annotated[float, Field(gt=0)]
    """Factor of its initial weights."""
    budget: Count
    """Steps that it was trained."""
    memorised: Whole | None
    """First look at which its own texts count as memorised; None where it never was seen within
    the budget, which says nothing about later steps."""
    generalised: Whole | None
    """First look at which the other texts count as known; None as above."""
    tested: Count
    """Number of texts set aside."""
    commonest: Share
    """Share of them that are of the commonest class: what a constant answer is worth."""
    linear: Share | None
    """Share of them that a linear kernel knows after the same texts; None where none was fitted."""
    looks: tuple[Whole, ...]
    """Steps at which it was looked at; so the next ones, look by look."""
    train: tuple[Share, ...]
    """Share right of the texts that it learnt."""
    test: tuple[Share, ...]
    norm: tuple[Amount | None, ...]
    """Length of the vector of all its weights; None where it is no number."""


class FamilyRecord(AnyCriticalRecord):
    """One arm of one seed of any study of the family; the recipe inside says of which."""

    texts: tuple[TextRun, ...] = ()
    """Every encoder of an arm on text; none where the arm is of another kind."""
    fingerprint: Word | None = None
    """Digest of the set of texts that was read; None where the arm is of another kind."""

    @property
    def is_of_text(self) -> bool:
        """Whether it holds encoders of text."""
        return "texts" in self.recipe

    def recipe_digest(self) -> str:
        """Digest of the settings of the study that the record holds."""
        if self.is_of_text:
            return settings_digest(self.recipe, TextStudy)
        return super().recipe_digest()

    def check_whole(self) -> None:
        """What was measured is what the recipe says.

        Raises:
            BadInput: It is not.
        """
        if not self.is_of_text:
            super().check_whole()
            if self.texts or self.fingerprint:
                raise BadInput("texts belong to a recipe on text, which this is not")
            return
        StudyRecord.check_whole(self)
        if self.runs or self.fingerprint is None:
            raise BadInput("a recipe on text has the digest of its texts, and no runs of sweeps")
        sweep = self.recipe["texts"][self.arm]
        _check_variants(self.texts, sweep, self.arm)
        for place, run in enumerate(self.texts):
            if found := _contradiction(run, sweep):
                raise BadInput(f"texts.{place}: {found}")


def _check_variants(runs: tuple[TextRun, ...], sweep: dict[str, Any], arm: str) -> None:
    """Refuse runs that are not those of an arm.

    Raises:
        BadInput: One is missing, or is none of the arm's.
    """
    kinds = [(float(d), float(s)) for d in sweep["decays"] for s in sweep["scales"]]
    sizes = list(dict.fromkeys(run.size for run in runs))
    whole = [(size, *kind) for size in sizes for kind in kinds]
    n_sizes = len(sweep["sizes"] or sweep["parts"])
    is_named = not sweep["sizes"] or sizes == sweep["sizes"]
    if [(run.size, run.decay, run.scale) for run in runs] != whole or not is_named:
        raise BadInput(f"texts are not those of the arm {arm!r}")
    if len(sizes) != n_sizes:
        raise BadInput(f"texts have {len(sizes)} sizes, the arm {arm!r} has {n_sizes}")


def _contradiction(run: TextRun, sweep: dict[str, Any]) -> str:
    """What cannot be of a run, in words; empty where all fits."""
    if any(len(one) != len(run.looks) for one in (run.train, run.test, run.norm)):
        return "its series are not of one length"
    if run.looks != tuple(sorted(set(run.looks))) or run.looks[-1] != run.budget:
        return "its looks do not grow up to its last step"
    if run.budget != sweep["steps"]:
        return "its budget is not that of the arm"
    for name, series in (("memorised", run.train), ("generalised", run.test)):
        reached = [
            look
            for look, share in zip(run.looks, series, strict=True)
            if share >= sweep[f"{name}_at"]
        ]
        if getattr(run, name) != (reached[0] if reached else None):
            return f"when it {name} is not what its looks say"
    return ""
