"""The tier `paper`: what the published students need, what they would cost, and what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.families.program_distillation.audit import teacher_right
from benchmarks.families.program_distillation.paper.needs import PLAN, check
from benchmarks.families.program_distillation.paper.settings import ROUNDS, file_of
from benchmarks.families.program_distillation.paper.study import (
    SequenceStudy,
    program_distillation_paper_students,
)
from data.program_distillation.gsm8k import TRAIN

_LAYER_SECONDS = 0.0017
"""Seconds of a step in one layer, encoder's or decoder's, on one H100, as a guess: batches of eight
are bound by the start of its kernels."""


@dataclass(frozen=True, slots=True)
class Size:
    """One published student."""

    parameters: float
    layers: int
    """Layers of encoder and decoder together."""


SIZES: Mapping[str, Size] = {
    "small": Size(60.5e6, 12),
    "base": Size(222.9e6, 24),
    "large": Size(737.7e6, 48),
}


@dataclass(frozen=True, slots=True)
class StudentsPlan:
    """CodeT5 on a teacher's programs, as published."""

    study: SequenceStudy
    """What is run once models and programs are there."""
    rounds: int
    """Rounds of the teacher over the training questions."""
    right: float
    """Share of the teacher's programs that are right, as its test file has it."""
    tables: tuple[str, ...] = ("results",)
    """Tables whose cells it fills, by name."""

    @property
    def written(self) -> int:
        """Programs that the teacher writes."""
        return self.rounds * TRAIN.rows

    @property
    def pairs(self) -> int:
        """Programs that execution keeps at most.

        The teacher is right as often as on the test file, and never writes a program twice.
        """
        return round(self.written * self.right)

    @property
    def steps(self) -> int:
        """Steps of one student, if it never stops before its last epoch."""
        learnt = self.pairs * (1 - self.study.fit.validation)
        return round(learnt / self.study.fit.batch) * self.study.fit.epochs

    def flops(self, size: Size) -> float:
        """Operations of one student at most: six for each weight and token that it reads.

        Half of the weights read the source, the other half the target.
        """
        tokens = (self.study.fit.source_tokens + self.study.fit.target_tokens) / 2
        return 6 * size.parameters * tokens * self.steps * self.study.fit.batch

    def hours(self, size: Size) -> float:
        """Hours of one H100 for one student at most."""
        return self.steps * size.layers * _LAYER_SECONDS / 3600

    def lines(self, name: str) -> list[str]:
        """The plan in words, for the terminal."""
        fit, study = self.study.fit, self.study
        return [
            f"{name}: {study.summary}",
            f"tables: {', '.join(self.tables)}",
            f"teacher: {self.rounds} rounds over {TRAIN.rows:,} training questions, "
            f"{self.written:,} programs of any model of a hub; at {self.right:.2%} right, "
            f"{self.pairs:,} are kept at most, and a program that a question has counts once",
            f"models: {', '.join(study.models.values())}, in safetensors",
            f"data: {file_of(ROUNDS)}, and {', '.join(str(file_of(one)) for one in study.sets)}; "
            "GSM8K's test part is committed, and nothing that shares text with it is learnt",
            f"one run: at most {fit.epochs} epochs or {self.steps:,} steps of {fit.batch} pairs, "
            f"AdamW, learning rate {fit.learning_rate:g} falling to 0, until {fit.patience} epochs "
            f"bring no smaller loss of {fit.validation:.0%} set aside",
            f"chosen: sources above {fit.source_tokens} tokens and targets above "
            f"{fit.target_tokens} are left out and counted; the repository cuts them",
            f"evaluated on: GSM8K and {', '.join(study.sets)}, beams of width "
            f"{', '.join(map(str, study.widths))}, plain and verified line by line by "
            f"{study.encoder}",
            *(
                f"{arm}: {size.parameters / 1e6:,.0f} M parameters, {self.flops(size):.2g} FLOP, "
                f"{self.hours(size):,.1f} hours of one H100 for one seed, both at most"
                for arm, size in SIZES.items()
            ),
        ]


PLANS: Mapping[str, StudentsPlan] = {
    PLAN: StudentsPlan(
        study=program_distillation_paper_students(), rounds=8, right=teacher_right()
    ),
}


def start(name: str) -> tuple[SequenceStudy, ...]:
    """The study of a plan, once all that it reads is there.

    Raises:
        BadInput: Something is missing; the message names all of it.
    """
    study = PLANS[name].study
    check(study)
    return (study,)
