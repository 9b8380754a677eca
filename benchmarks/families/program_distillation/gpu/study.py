"""The study of students of GSM8K's twins, and its recipe for a GPU: SmolLM2-135M, six students."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.families.program_distillation.gpu.cost import in_words
from benchmarks.families.program_distillation.gpu.settings import BY_WORDS, Search
from benchmarks.families.program_distillation.students.settings import Student
from benchmarks.running.record import Metric
from benchmarks.running.study import Study
from data.errors import BadInput, Count, CountOrNone, Mass, in_range
from data.sources.packaged_encoder import PACKAGED_ENCODERS
from data.sources.packaged_prior import PACKAGED_PRIORS
from lightning_modules.settings import ModelShape, Optimization

if TYPE_CHECKING:  # they load torch
    from benchmarks.running.bench import Bench
    from benchmarks.running.stage import Stage


@dataclass(frozen=True, kw_only=True)
class TwinStudy(Study):
    """Students of GSM8K's twins: one for each arm, all from the same model."""

    taught: Mapping[str, Student]
    """What each arm's student learns."""
    refined: tuple[str, ...] = ()
    """Arms whose students learn repairs beside their programs, and repair what fails."""
    searched: tuple[str, ...] = ()
    """Arms whose students are searched by beams, plain and verified, and asked for votes."""
    checkpoint: str | None
    """Packaged model that students begin with; None for fresh weights."""
    model: ModelShape
    fit: Optimization
    """How a student is trained."""
    passes: Count
    """How often the student of all right programs sees each problem."""
    faulty: Mass
    """Share of programs with a fault, where some have one."""
    train: CountOrNone = 0
    """Problems that are learnt at most, the first ones; 0 for all."""
    test: CountOrNone = 0
    """Test problems that are asked at most, the first ones; 0 for all."""
    max_tokens: Count
    """Tokens at which a solution is cut off."""
    at_once: Count = 256
    """Solutions that are written at a time."""
    search: Search

    def __post_init__(self) -> None:
        """Refuse settings that do not belong together.

        Raises:
            BadInput: An arm has no student, a number is out of its range, or a model is unknown.
        """
        in_range(self)
        if set(self.arms) != set(self.taught):
            odd = sorted(set(self.arms) ^ set(self.taught))
            raise BadInput(f"arm {odd[0]!r} has no student, or is none; name each in both")
        for arm in (*self.refined, *self.searched):
            if arm not in self.taught or self.taught[arm].target != "program":
                raise BadInput(f"arm {arm!r} writes no programs; neither repair nor search it")
        if self.checkpoint is not None and self.checkpoint not in PACKAGED_PRIORS:
            known = ", ".join(PACKAGED_PRIORS)
            raise BadInput(f"checkpoint is {self.checkpoint!r}; use one of {known}, or none")
        if self.search.encoder not in (BY_WORDS, *PACKAGED_ENCODERS):
            known = ", ".join((BY_WORDS, *PACKAGED_ENCODERS))
            raise BadInput(f"search.encoder is {self.search.encoder!r}; use one of {known}")
        if max(self.max_tokens, self.search.max_tokens) >= self.model.context:
            raise BadInput(
                f"max_tokens is {self.max_tokens}, the model reads {self.model.context} at once; "
                "leave room for the question"
            )

    def stages(self, arm: str, seed: int, bench: "Bench") -> "Sequence[Stage]":
        """Convert GSM8K, which no seed changes; train one student, and let it solve and repair."""
        from benchmarks.families.program_distillation.gpu import stages

        return stages.twin_stages(self, arm, seed, bench)

    def found(self, arm: str, stages: "Sequence[Stage]") -> Mapping[str, Any]:
        """What the student was given, what it wrote, and the floor of its target."""
        from benchmarks.families.program_distillation.gpu import stages as of

        found: Mapping[str, Any] = of.gathered(self.taught[arm].target, stages)
        return {"metrics": {key: Metric(**measure, version=1) for key, measure in found.items()}}

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
