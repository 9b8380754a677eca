"""The tier `paper`: the published runs on text, what they need, and what they would cost."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.families.critical_data.text.paper_runs import (
    check_sets,
    critical_data_paper_text,
    sets_of,
)
from benchmarks.families.critical_data.text.study import TextStudy

_STEP_SECONDS = 0.004
"""Seconds of such a step on one H100, as a guess: it is bound by the start of its kernels."""


@dataclass(frozen=True, slots=True)
class TextPlan:
    """Runs of a one-layer encoder on labelled text, as published."""

    summary: str
    study: TextStudy
    """What is run once its texts are there."""
    tables: tuple[str, ...] = ("figures",)
    """Tables whose cells it fills, by name."""

    @property
    def runs(self) -> int:
        """Fits for one seed."""
        return sum(sweep.n_variants for sweep in self.study.texts.values())

    @property
    def flops(self) -> float:
        """Operations of all fits of one seed, if every place of a text is computed as published.

        Six for each weight beside the embeddings and token, and attention.
        """
        total = 0.0
        for sweep in self.study.texts.values():
            weights = 4 * sweep.width**2 + 2 * sweep.width * sweep.inner
            tokens = sweep.n_variants * sweep.steps * sweep.batch * sweep.context
            total += tokens * (6 * weights + 12 * sweep.context * sweep.width)
        return total

    @property
    def hours(self) -> float:
        """Hours of one H100 for one seed, one fit after the other."""
        steps = sum(sweep.n_variants * sweep.steps for sweep in self.study.texts.values())
        return steps * _STEP_SECONDS / 3600

    def lines(self, name: str) -> list[str]:
        """The plan in words, for the terminal."""
        one = next(iter(self.study.texts.values()))
        data = (f"{texts.name} ({texts.file})" for texts in sets_of(self.study))
        return [
            f"{name}: {self.summary}",
            f"tables: {', '.join(self.tables)}",
            f"model: encoder of one layer, width {one.width}, {one.vocabulary:,} words, initial "
            f"weights times {one.scales[0]:g}",
            f"data: {', '.join(data)}; texts of more than {one.context} words are {one.longer}; no "
            "registry of packages has any of them",
            f"one run: {one.steps:,} steps of {one.batch} texts, AdamW, learning rate "
            f"{one.learning_rate:g}, weight decay {one.decays[0]:g}; {self.runs} runs per seed",
            "read: accuracy at the last step, which is fixed beforehand; the paper takes the "
            "largest accuracy on the test set",
            f"training: {self.flops:.3g} FLOP as published; what only other places would need is "
            "not computed here",
            f"time: {self.hours:,.0f} hours of one H100, at {1000 * _STEP_SECONDS:g} ms a step, "
            "one run after the other; many at once divide it",
        ]


PLANS: Mapping[str, TextPlan] = {
    "critical_data_paper": TextPlan(
        summary="IMDB, all and a tenth of Yelp, task846, and the grid of 16 widths by 10 data "
        "sizes",
        study=critical_data_paper_text(),
    ),
}


def start(name: str) -> tuple[TextStudy, ...]:
    """The study of a plan, once its texts are there.

    Raises:
        BadInput: Some are missing; they are in no package.
    """
    study = PLANS[name].study
    check_sets(study)
    return (study,)
