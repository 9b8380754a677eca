"""The study of instructions that a packaged model makes, and its recipe for a CPU."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.families.preference_data.instructions.names import Answers
from benchmarks.families.preference_data.instructions.settings import InstructionSettings
from benchmarks.paper.family import AnyRecipe
from benchmarks.running.record import as_metrics
from benchmarks.running.study import Study
from lightning_modules.settings import ModelShape, Optimization, SamplingRule

if TYPE_CHECKING:  # they load torch
    from benchmarks.running.bench import Bench
    from benchmarks.running.stage import Stage

KEPT, GIVEN, ANY = "kept", "given", "any"
LEARNT: Mapping[str, Answers] = {KEPT: "right", GIVEN: "given", ANY: "any"}
"""Which answers are learnt, by the name of the arm, those first whose records decide most."""


@dataclass(frozen=True, kw_only=True)
class InstructionStudy(InstructionSettings):
    """Instructions of exams and abstracts, written, scored and answered by one small model."""

    def stages(self, arm: str, seed: int, bench: "Bench") -> "Sequence[Stage]":
        """Make the instructions, which arms of a seed share, choose, tune, and ask the exam."""
        from benchmarks.families.preference_data.instructions.stages import Arm

        return Arm(self, self.learnt[arm], seed, bench).run()

    def found(self, arm: str, stages: "Sequence[Stage]") -> Mapping[str, Any]:
        """What was measured of instructions and answers, and of the model before and after."""
        from benchmarks.families.preference_data.instructions.stages import gathered

        return {"metrics": as_metrics(gathered(stages))}


def preference_data_cpu_instructions() -> InstructionStudy:
    """SmolLM2-135M writes, scores, answers and learns; some eight core-minutes a seed."""
    return InstructionStudy(
        name="preference_data_cpu_instructions",
        tier="cpu",
        summary="SmolLM2 writes, scores and answers instructions of exams, and is tuned on them",
        arms=tuple(LEARNT),
        learnt=LEARNT,
        model="smollm2",
        shape=ModelShape(
            layers=30, width=576, heads=9, feed_forward=1536, context=160, vocabulary_size=49_152
        ),
        exam="medmcqa",
        abstracts_of="medical_abstracts",
        questions=56,
        tested=144,
        abstracts=10,
        most_words=40,
        abstract_words=80,
        reads=640,
        writing=SamplingRule(temperature=0.7, top_p=0.9, max_tokens=56, documents_per_batch=33),
        simplest=1 / 3,
        rows=36,
        passes=2,
        fit=Optimization(learning_rate=1e-4, warmup_steps=2, windows_per_step=4),
    )


STUDIES: tuple[type[Study], ...] = (InstructionStudy,)
"""Kinds of studies whose records are the family's."""
RECIPES: Mapping[str, Callable[[], AnyRecipe]] = {
    preference_data_cpu_instructions.__name__: preference_data_cpu_instructions
}
"""Recipes by name."""
