"""The study of students, and its recipes for a CPU: template problems, a student for each arm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from benchmarks.chains.settings import Base
from benchmarks.families.program_distillation.students.settings import Student, StudentSettings
from benchmarks.running.record import as_metrics
from lightning_modules.settings import ModelShape, Optimization

if TYPE_CHECKING:  # they load torch
    from benchmarks.running.bench import Bench
    from benchmarks.running.stage import Stage


@dataclass(frozen=True, kw_only=True)
class StudentStudy(StudentSettings):
    """Students of template problems: one base for each seed, one student for each arm."""

    def stages(self, arm: str, seed: int, bench: "Bench") -> "Sequence[Stage]":
        """Draw problems and train the base, which all arms of a seed share; train one student."""
        from benchmarks.families.program_distillation.students import stages

        return stages.student_stages(self, arm, seed, bench)

    def found(self, arm: str, stages: "Sequence[Stage]") -> Mapping[str, Any]:
        """What the student was given, what it wrote and knows, and the floor of its target."""
        from benchmarks.families.program_distillation.students import stages as of

        return {"metrics": as_metrics(of.gathered(self.students[arm].target, stages))}


STUDENTS: Mapping[str, Student] = {
    "program": Student(),
    "thought_tokens": Student(target="chain_of_thought"),
    "faulty": Student(programs="faulty"),
    "filtered": Student(programs="filtered"),
    "filtered_equal": Student(programs="topped up"),
    "thought": Student(target="chain_of_thought", equal="problems"),
    "answer": Student(target="answer", equal="problems"),
}
"""Students of three targets and of faulty programs, by the name of their arm."""
OTHERS: Mapping[str, Student] = {
    "shuffled": Student(programs="shuffled"),
    "answer_tokens": Student(target="answer"),
    "program_35": Student(share=0.35),
    "program_4.5": Student(share=0.045),
    "entropy_35": Student(share=0.35, keep="entropy"),
    "length_35": Student(share=0.35, keep="length"),
    "compression_35": Student(share=0.35, keep="compression"),
    "thought_35": Student(target="chain_of_thought", share=0.35),
    "thought_4.5": Student(target="chain_of_thought", share=0.045),
}
"""Students that are controls, or see a share of the problems, by the name of their arm."""
ANSWERS: Mapping[str, Student] = {
    "answer_35": Student(target="answer", share=0.35),
    "answer_4.5": Student(target="answer", share=0.045),
}
"""Students of answers alone that see a share of the problems, by the name of their arm."""


def program_distillation_cpu() -> StudentStudy:
    """Seven students a seed on problems of twelve templates: three targets, faults, filters."""
    return StudentStudy(
        name="program_distillation_cpu",
        tier="cpu",
        summary="students of programs, chains of thought and answers on twelve templates",
        arms=tuple(STUDENTS),
        students=STUDENTS,
        train=200,
        reserve=80,
        test=20,
        passes=3,
        faulty=0.2715,
        base=Base(
            source="king_james",
            held_out_bytes=60_000,
            tokens=200_000,
            fit=Optimization(learning_rate=5e-3, warmup_steps=50, windows_per_step=3),
        ),
        copies=8,
        model=ModelShape(
            layers=2, width=64, heads=4, feed_forward=168, context=256, vocabulary_size=1024
        ),
        fit=Optimization(learning_rate=5e-3, warmup_steps=50, windows_per_step=3),
        max_tokens=200,
    )


def program_distillation_cpu_shares() -> StudentStudy:
    """Controls, and students of a share of the same problems, from the same bases."""
    return replace(
        program_distillation_cpu(),
        name="program_distillation_cpu_shares",
        summary="students of shares of the problems, drawn and pruned, and of shuffled programs",
        arms=tuple(OTHERS),
        students=OTHERS,
    )


def program_distillation_cpu_answers() -> StudentStudy:
    """Students of answers alone that see a share of the same problems, from the same bases.

    They have a recipe of their own because the records of the other shares stand.
    """
    return replace(
        program_distillation_cpu(),
        name="program_distillation_cpu_answers",
        summary="students of answers alone that see a share of the problems",
        arms=tuple(ANSWERS),
        students=ANSWERS,
    )


def program_distillation_students() -> StudentStudy:
    """Two students of three templates, which take minutes: that all of it runs, and no verdict."""
    cpu = program_distillation_cpu()
    return replace(
        cpu,
        name="program_distillation_students",
        tier="smoke",
        summary="a student of programs and one of chains of thought on three templates; minutes",
        arms=("program", "thought"),
        students={arm: STUDENTS[arm] for arm in ("program", "thought")},
        templates=replace(cpu.templates, learnt=3, unseen=2),
        base=replace(cpu.base, tokens=60_000),
    )
