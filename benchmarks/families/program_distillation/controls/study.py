"""The study of controls: students whose programs name values otherwise, and a third test set."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from benchmarks.families.program_distillation.students.settings import Student, StudentSettings
from benchmarks.families.program_distillation.students.study import (
    StudentStudy,
    program_distillation_cpu,
)
from data.errors import BadInput, Range

if TYPE_CHECKING:  # they load torch
    from benchmarks.running.bench import Bench
    from benchmarks.running.stage import Stage

NAMED, PLAIN, THOUGHT = "program", "program_plain", "thought_tokens"
"""Arms: programs in the generators' names, in `v1`, `v2`, and chains of thought."""


@dataclass(frozen=True, kw_only=True)
class ControlStudy(StudentStudy):
    """Students that are tested with larger numbers too, some of programs without telling names."""

    plain: tuple[str, ...]
    """Arms whose programs name their values `v1`, `v2` in the order of their lines."""
    difficulty: Annotated[float, Range(above=1)]
    """Factor by which the generators' ranges grow for the third test set."""

    def __post_init__(self) -> None:
        """Refuse settings that do not belong together.

        Raises:
            BadInput: A plain arm is none, or a number is out of its range.
        """
        super().__post_init__()
        if unknown := [arm for arm in self.plain if arm not in self.arms]:
            raise BadInput(f"plain names arm {unknown[0]!r}; use some of {', '.join(self.arms)}")

    def stages(self, arm: str, seed: int, bench: "Bench") -> "Sequence[Stage]":
        """Draw larger numbers, rename programs where the arm has plain ones, train one student."""
        from benchmarks.families.program_distillation.controls.stages import control_stages

        return control_stages(
            self,
            arm,
            seed,
            bench,
            difficulty=self.difficulty,
            has_plain_names=arm in self.plain,
        )


def program_distillation_controls() -> ControlStudy:
    """Three students a seed, from the bases and problems of `program_distillation_cpu`."""
    cpu = program_distillation_cpu()
    shared = {
        one: getattr(cpu, one)
        for one in StudentSettings.__dataclass_fields__
        if one not in ("name", "summary", "arms", "students")
    }
    return ControlStudy(
        name="program_distillation_controls",
        summary="students of programs with and without telling names, and larger numbers",
        arms=(PLAIN, NAMED, THOUGHT),
        students={
            PLAIN: Student(),
            NAMED: Student(),
            THOUGHT: Student(target="chain_of_thought"),
        },
        plain=(PLAIN,),
        difficulty=4.0,
        **shared,
    )
