"""The study of students of GSM8K's twins, and its recipe for a GPU: SmolLM2-135M, six students."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.families.program_distillation.gpu.cost import in_words
from benchmarks.families.program_distillation.gpu.settings import Search, TwinSettings
from benchmarks.families.program_distillation.students.settings import Student
from benchmarks.running.record import as_metrics
from lightning_modules.settings import ModelShape, Optimization

if TYPE_CHECKING:  # they load torch
    from benchmarks.running.bench import Bench
    from benchmarks.running.stage import Stage


@dataclass(frozen=True, kw_only=True)
class TwinStudy(TwinSettings):
    """Students of GSM8K's twins: one for each arm, all from the same model."""

    def stages(self, arm: str, seed: int, bench: "Bench") -> "Sequence[Stage]":
        """Convert GSM8K, which no seed changes; train one student, and let it solve and repair."""
        from benchmarks.families.program_distillation.gpu import stages

        return stages.twin_stages(self, arm, seed, bench)

    def found(self, arm: str, stages: "Sequence[Stage]") -> Mapping[str, Any]:
        """What the student was given, what it wrote, and the floor of its target."""
        from benchmarks.families.program_distillation.gpu import stages as of

        return {"metrics": as_metrics(of.gathered(self.taught[arm].target, stages))}

    def reckoned(self, seeds: Sequence[int]) -> str:
        """What the seeds take on one H100, in words."""
        return in_words(self.model, self.taught, self.refined, self.searched, self.passes, seeds)


STUDENTS: Mapping[str, Student] = {
    "program": Student(equal="problems"),
    "refined": Student(equal="problems"),
    "thought": Student(target="chain_of_thought", equal="problems"),
    "answer": Student(target="answer", equal="problems"),
    "faulty": Student(programs="faulty", equal="problems"),
    "filtered": Student(programs="filtered", equal="problems"),
}
"""Students by the name of their arm, in order of importance."""


def program_distillation_gpu() -> TwinStudy:
    """Six students a seed, from SmolLM2-135M, on all twins of GSM8K."""
    return TwinStudy(
        name="program_distillation_gpu",
        tier="gpu",
        summary="SmolLM2-135M learns GSM8K's twins: six students, repairs, beams; five minutes a "
        "seed on a GPU",
        arms=tuple(STUDENTS),
        taught=STUDENTS,
        refined=("refined",),
        searched=("program",),
        checkpoint="smollm2",
        model=ModelShape(
            layers=30, width=576, heads=9, feed_forward=1536, context=512, vocabulary_size=49_152
        ),
        fit=Optimization(learning_rate=5e-4, warmup_steps=20, windows_per_step=16),
        passes=3,
        faulty=0.2715,
        max_tokens=320,
        search=Search(),
    )
