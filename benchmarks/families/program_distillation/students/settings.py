"""What one student learns, and what all students of a study share; loads without torch."""

from dataclasses import dataclass
from typing import Literal

from data.errors import BadInput, Mass, in_range
from data.program_distillation.taught.solved import TARGETS, Target

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
