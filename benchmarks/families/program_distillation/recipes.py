"""The recipes about program-aided distillation: what execution keeps, and what a check of text."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

from benchmarks.chains.recipe import Recipe
from benchmarks.families.program_distillation.chain.recipe import (
    program_distillation_chain,
    program_distillation_chain_accumulate,
)
from benchmarks.families.program_distillation.controls.study import program_distillation_controls
from benchmarks.families.program_distillation.students.study import (
    StudentStudy,
    program_distillation_cpu,
    program_distillation_cpu_answers,
    program_distillation_cpu_shares,
    program_distillation_students,
)
from benchmarks.running.record import as_metrics
from benchmarks.running.study import Study
from data.errors import BadInput, Count, Mass, Range, in_range
from data.program_distillation.templates.problems import REASONING_GYM

if TYPE_CHECKING:
    from benchmarks.running.bench import Bench
    from benchmarks.running.stage import Stage

TWINS, FAULTS, TEACHERS, ENTROPY, FLOOR = "twins", "faults", "teachers", "entropy", "floor"
SANDBOX, TEMPLATES = "sandbox", "templates"
ARMS = (TWINS, FAULTS, TEACHERS, ENTROPY, FLOOR, SANDBOX)
"""Arms that need no package but the project's own."""


@dataclass(frozen=True, kw_only=True)
class DistillationStudy(Study):
    """Filters of programs, measured without a student."""

    programs: Count
    """Right programs of GSM8K's training part that get faults, one of each kind."""
    times: Count
    """Re-assignments of its numbers under which a program that gives the answer is held against
    the right one, to tell whether it is equivalent."""
    faulty: Mass
    """Share of programs with a fault in the simulated round."""
    fitted: Count
    """Solutions that each byte model is fitted on."""
    tested: Annotated[int, Range(least=2)]
    """Other solutions whose bits are counted."""
    order: Count
    """Order of the byte models."""
    draws: Count = 20
    """Problems of each template, in each set."""

    def __post_init__(self) -> None:
        """Refuse what cannot be measured.

        Raises:
            BadInput: A number is out of its range, or an arm is unknown.
        """
        in_range(self)
        if unknown := [arm for arm in self.arms if arm not in (*ARMS, TEMPLATES)]:
            known = ", ".join((*ARMS, TEMPLATES))
            raise BadInput(f"unknown arm {unknown[0]!r}; use some of {known}")

    def stages(self, arm: str, seed: int, bench: "Bench") -> "Sequence[Stage]":
        """Convert GSM8K, which no seed changes, and measure one thing with the twins.

        The sandbox and the templates need no twins.
        """
        from benchmarks.families.program_distillation.work import (
            conversion,
            faulty,
            hostile,
            targets,
            taught,
            templated,
        )
        from benchmarks.running.bench import Pinned

        if arm == SANDBOX:
            return [bench.run(0, arm, hostile.hostile)]
        if arm == TEMPLATES:
            wheel = Pinned(REASONING_GYM, REASONING_GYM.sha256)
            work = templated.templates
            return [bench.run(0, arm, work, seed=seed, draws=self.draws, wheel=wheel)]
        twins = bench.run(0, TWINS, conversion.convert)
        train, test = twins.file("train.jsonl"), twins.file("test.jsonl")
        if arm == TWINS:
            return [twins]
        if arm == FAULTS:
            settings: dict[str, Any] = {
                "programs": self.programs,
                "times": self.times,
                "faulty": self.faulty,
            }
            return [twins, bench.run(0, arm, faulty.faults, seed=seed, twins=train, **settings)]
        if arm == TEACHERS:
            return [twins, bench.run(0, arm, taught.teachers, times=self.times, twins=test)]
        if arm == FLOOR:
            return [twins, bench.run(0, arm, targets.floor, solved=train, asked=test)]
        settings = {"fitted": self.fitted, "tested": self.tested, "order": self.order}
        return [twins, bench.run(0, arm, targets.entropy, seed=seed, twins=train, **settings)]

    def found(self, arm: str, stages: "Sequence[Stage]") -> Mapping[str, Any]:
        """The measures of an arm's last stage."""
        return {"metrics": as_metrics(stages[-1].facts["measures"])}


def program_distillation() -> DistillationStudy:
    """Twins, faults, teachers, bits and the floor, on all of GSM8K and without a student."""
    return DistillationStudy(
        name="program_distillation",
        tier="smoke",
        summary="GSM8K's solutions as programs: what execution rejects, keeps and costs; minutes",
        arms=ARMS,
        programs=2000,
        times=6,
        faulty=0.2715,
        fitted=1200,
        tested=150,
        order=6,
    )


def program_distillation_templates() -> DistillationStudy:
    """Templates of a package as problems with programs, in a training and two test sets."""
    return replace(
        program_distillation(),
        name="program_distillation_templates",
        summary="100 templates of reasoning-gym as programs, read and never run; seconds",
        arms=(TEMPLATES,),
    )


RECIPES: Mapping[str, Callable[[], DistillationStudy | StudentStudy | Recipe]] = {
    "program_distillation": program_distillation,
    "program_distillation_templates": program_distillation_templates,
    "program_distillation_students": program_distillation_students,
    "program_distillation_chain": program_distillation_chain,
    "program_distillation_chain_accumulate": program_distillation_chain_accumulate,
    "program_distillation_cpu": program_distillation_cpu,
    "program_distillation_cpu_shares": program_distillation_cpu_shares,
    "program_distillation_cpu_answers": program_distillation_cpu_answers,
    "program_distillation_controls": program_distillation_controls,
}
