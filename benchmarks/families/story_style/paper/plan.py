"""The tier `paper`: what the published experiment needs, what it would cost, what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.families.story_style.model.settings import ModelSettings
from benchmarks.families.story_style.model.study import ModelStudy
from benchmarks.families.story_style.model.work.works import own_file
from benchmarks.families.story_style.paper.needs import PLAN, check
from benchmarks.families.story_style.paper.study import (
    DIFFERS,
    EPOCHS,
    FILLING_EPOCHS,
    story_style_paper_english,
)

SECONDS_A_STEP = 0.5, 0.75
"""Seconds that a step of four stories is reckoned to take on one GPU, least and most; nothing of
this size was run here. Operations at a rate of the device would say far less, for steps of so few
stories do not fill it."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the published experiment."""

    words: str
    steps: int
    """Steps of four stories."""

    @property
    def line(self) -> str:
        """The part in words, with the hours of one GPU that are reckoned."""
        least, most = (self.steps * seconds / 3600 for seconds in SECONDS_A_STEP)
        slow, fast = (f"{seconds:g}" for seconds in reversed(SECONDS_A_STEP))
        return (
            f"{self.words}: {self.steps:,} steps, {least:.1f} to {most:.1f} hours of one GPU, "
            f"reckoned at {fast} to {slow} seconds a step and not measured"
        )


def parts(study: ModelSettings) -> tuple[Part, ...]:
    """What would be fitted, by the paper's sizes."""
    return (
        Part(
            f"first stage, {EPOCHS} epochs, own and other style and shuffled stories, for each of "
            f"{len(study.arms)} arms",
            study.rewriting.steps,
        ),
        Part(
            f"second stage and classifier, {FILLING_EPOCHS} epochs each",
            study.filling.steps + study.classifier.steps,
        ),
    )


@dataclass(frozen=True, slots=True)
class StoryPlan:
    """The published English experiment: what of it is run here, and what it would take."""

    study: ModelStudy
    """What is run once the checkpoint and the stories are there."""
    tables: tuple[str, ...] = ()
    """Tables whose cells it fills: none, for no readable source has the paper's tables."""

    def lines(self, name: str) -> list[str]:
        """The plan in words, for the terminal."""
        files = ", ".join(str(own_file(one)) for one in self.study.authors)
        return [
            f"{name}: {self.study.summary}",
            "tables: none; the paper's result tables were found in no readable source",
            f"model: {self.study.model.start}; one of your own by --set model.start=FOLDER",
            f"data: {files}; one work a line with name and text, from your own copy of the "
            "released stories, which have no licence file and are not passed on here",
            f"differs from the released code: {DIFFERS}",
            "not run by this project: the Chinese half, whose LongLM weights and stories are in no "
            "package, and one of whose authors is under copyright",
            *(one.line for one in parts(self.study)),
        ]


PLANS: Mapping[str, StoryPlan] = {PLAN: StoryPlan(study=story_style_paper_english())}


def start(name: str) -> tuple[ModelStudy, ...]:
    """The study of a plan, once all that it reads is there.

    Raises:
        BadInput: Something is missing; the message names all of it.
    """
    study = PLANS[name].study
    check(study)
    return (study,)
