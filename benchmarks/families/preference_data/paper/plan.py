"""The tier `paper`: what the published models need, what they would cost, and what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.families.preference_data.audit import PUBLISHED
from benchmarks.families.preference_data.paper.needs import DATA_SET, PLAN, check, pairs_file
from benchmarks.families.preference_data.paper.study import (
    JudgeStudy,
    preference_data_paper_judges,
)

PARAMETERS = 8.03e9
"""Weights of the model that is tuned and that judges."""
TOKENS = 800
"""Tokens of a prompt with an answer, as a guess."""
PAIRS = 110_000
"""Released pairs of the training part, about."""
ALL_PAIRS = 1_800_000
"""Pairs of answers that the paper's reward model was trained on."""
_RATE = 4e14
"""Operations a second of one H100 in bf16 at 40 % of its best."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the published experiment."""

    words: str
    passes: float
    """Passes over weights for each token: 2 to read, 6 to learn."""
    texts: int

    @property
    def hours(self) -> float:
        """Hours of one H100, if it ran at 40 % of its best."""
        return self.passes * PARAMETERS * TOKENS * self.texts / _RATE / 3600


def instructions() -> int:
    """Number of instructions that Table 1 counts."""
    return sum(int(c.value) for c in PUBLISHED.tables["1"].cells if c.column == "exact")


def parts() -> tuple[Part, ...]:
    """What would be trained and judged, by the paper's sizes."""
    return (
        Part("judge: both answers of the released test pairs", 2, 2 * 777),
        Part("supervised tuning, three epochs of the instructions", 6, 3 * instructions()),
        Part("DPO, one epoch, with the reference read beside it", 8, 2 * PAIRS),
        Part("reward model, one epoch of all pairs", 6, 2 * ALL_PAIRS),
        Part("one more round: ten answers a prompt, read by the reward model", 4, 10 * PAIRS),
    )


@dataclass(frozen=True, slots=True)
class PreferencePlan:
    """The published models: what of them can be judged here, and what else they would take."""

    study: JudgeStudy
    """What is run once models and pairs are there."""
    tables: tuple[str, ...] = ()
    """Tables whose cells it fills: none, for the release does not say of which kind a pair is."""

    def lines(self, name: str) -> list[str]:
        """The plan in words, for the terminal."""
        return [
            f"{name}: {self.study.summary}",
            "tables: none; one row of Table 4 is repeated as one number over all pairs",
            f"models: {', '.join(self.study.models.values())}; one of your own by --set "
            "models.ARM=FOLDER",
            f"data: {pairs_file()}, or {DATA_SET} in the hub's cache (MIT); the release says who "
            "labelled a pair, and not which of the four kinds it is of",
            "not run by this project: tuning of 8B and 70B models, for which the released "
            "repository has no code of reward models, rounds or evaluation",
            *(f"{part.words}: {part.hours:,.1f} hours of one H100 for 8B" for part in parts()),
        ]


PLANS: Mapping[str, PreferencePlan] = {
    PLAN: PreferencePlan(study=preference_data_paper_judges()),
}


def start(name: str) -> tuple[JudgeStudy, ...]:
    """The study of a plan, once all that it reads is there.

    Raises:
        BadInput: Something is missing; the message names all of it.
    """
    study = PLANS[name].study
    check(study.name, study.models)
    return (study,)
