"""What one student learns, and what all students of a study share; loads without torch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from benchmarks.chains.settings import Base
from benchmarks.running.study import Study
from data.errors import BadInput, Count, CountOrNone, Mass, in_range
from data.program_distillation.taught.solved import TARGETS, Target
from data.program_distillation.templates.chosen import TemplateRule
from lightning_modules.settings import ModelShape, Optimization

Programs = Literal["right", "faulty", "filtered", "topped up", "shuffled"]
"""Which programs stand beside the questions: right ones; a share of them with a fault; what
execution keeps of these; the same with other right ones up to the old number; right ones, each at
another question."""
Keep = Literal["random", "entropy", "length", "compression"]
"""By what a share of the problems is kept (`data.program_distillation.taught.selection`)."""
Equal = Literal["tokens", "problems"]
"""What a student shares with the student of all right programs: the tokens it trains on, or how
often it sees each problem."""
PROGRAMS: tuple[Programs, ...] = ("right", "faulty", "filtered", "topped up", "shuffled")


@dataclass(frozen=True, kw_only=True, slots=True)
class Student:
    """What one student learns: an arm of the study."""

    target: Target = "program"
    """What it learns to write."""
    programs: Programs = "right"
    """Which programs; others than right ones are for the target `program` alone."""
    share: Mass = 1.0
    """Share of the problems that it sees."""
    keep: Keep = "random"
    """By what this share is kept."""
    equal: Equal = "tokens"
    """What its training has in common with that of the student of all right programs."""

    def __post_init__(self) -> None:
        """Refuse what no student can learn.

        Raises:
            BadInput: A setting is unknown, out of range, or changes programs that are not taught.
        """
        in_range(self)
        for name, value, known in (
            ("target", self.target, TARGETS),
            ("programs", self.programs, PROGRAMS),
            ("keep", self.keep, ("random", "entropy", "length", "compression")),
            ("equal", self.equal, ("tokens", "problems")),
        ):
            if value not in known:
                raise BadInput(f"{name} is {value!r}; use one of {', '.join(known)}")
        if self.target != "program" and self.programs != "right":
            raise BadInput(
                f"programs are {self.programs!r}, and the target is {self.target!r}: a student "
                "that writes no programs sees none; leave programs as they are"
            )


@dataclass(frozen=True, kw_only=True)
class StudentSettings(Study):
    """Students of template problems: what is drawn, taught, and by which model."""

    students: Mapping[str, Student]
    """What each arm's student learns."""
    templates: TemplateRule = field(default_factory=TemplateRule)
    """By what templates are chosen."""
    train: Count
    """Problems of each learnt template."""
    reserve: CountOrNone
    """Further problems of each, which take the place of rejected ones."""
    test: Count
    """Problems of each template in each of the two test sets."""
    passes: Count
    """How often the student of all right programs sees each problem."""
    faulty: Mass
    """Share of programs with a fault, where some have one."""
    base: Base
    """General text that all students of a seed have read before, and how."""
    copies: CountOrNone
    """How often their base has copied the question of each learnt problem."""
    model: ModelShape
    fit: Optimization
    """How a student is trained."""
    max_tokens: Count
    """Tokens at which a solution is cut off."""
    at_once: Count = 120
    """Solutions that are written at a time."""

    def __post_init__(self) -> None:
        """Refuse settings that do not belong together.

        Raises:
            BadInput: An arm has no student, or a number is out of its range.
        """
        in_range(self)
        if set(self.arms) != set(self.students):
            odd = sorted(set(self.arms) ^ set(self.students))
            raise BadInput(f"arm {odd[0]!r} has no student, or is none; name each in both")
        if self.max_tokens >= self.model.context:
            raise BadInput(
                f"max_tokens is {self.max_tokens}, the model reads {self.model.context} at once; "
                "leave room for the question"
            )
