"""How many examples a lazy student needs: random features that stay, over shares of the table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.families.critical_data.lazy.settings import LazyStudent
from benchmarks.running.study import Study
from data.errors import BadInput, between

if TYPE_CHECKING:  # they load torch
    from benchmarks.running.bench import Bench
    from benchmarks.running.stage import Stage


@dataclass(frozen=True, kw_only=True)
class LazyStudy(Study):
    """Lazy students over shares of all questions."""

    students: Mapping[str, LazyStudent]
    """What each arm fits."""
    learnt: tuple[float, ...]
    """Shares of all questions that are learnt, growing; all others are asked."""
    penalties: tuple[float, ...]
    """Penalties of the readout, as shares of the mean squared length of the features."""

    def __post_init__(self) -> None:
        """Refuse what cannot be measured.

        Raises:
            BadInput: Arms and students differ, shares do not grow or leave nothing to ask, or a
                penalty is not above 0.
        """
        if set(self.arms) != set(self.students):
            odd = sorted(set(self.arms) ^ set(self.students))
            raise BadInput(f"arm {odd[0]!r} has no student, or is none; name each in both")
        between(0, 1, {f"learnt.{place}": share for place, share in enumerate(self.learnt)})
        if not self.learnt or list(self.learnt) != sorted(set(self.learnt)):
            raise BadInput(f"learnt is {self.learnt}; give some shares, growing")
        if not self.penalties or min(self.penalties) <= 0:
            raise BadInput(f"penalties are {self.penalties}; give some, all above 0")
        for arm, student in self.students.items():
            sizes = [round(share * student.modulus**2) for share in self.learnt]
            if not sizes[0] > 0 or not sizes[-1] < student.modulus**2:
                raise BadInput(f"arm {arm!r}: a share leaves nothing to learn or nothing to ask")

    def stages(self, arm: str, seed: int, bench: "Bench") -> "Sequence[Stage]":
        """Fit the student of one arm to every share, all in one stage."""
        from benchmarks.families.critical_data.lazy.fits import lazy_fits

        student = self.students[arm]
        stage = bench.run(
            0,
            "lazy",
            lazy_fits,
            student=student,
            shares=self.learnt,
            penalties=self.penalties,
            seed=seed,
        )
        return [stage]

    def found(self, arm: str, stages: "Sequence[Stage]") -> Mapping[str, Any]:
        """The shares right of an arm's only stage, with the errors of their counts."""
        from benchmarks.running.record import Metric

        (stage,) = stages
        metrics = {
            name: Metric(
                value=right / n, stderr=(right * (n - right) / n**3) ** 0.5, n=n, version=1
            )
            for name, (right, n) in stage.facts["right"].items()
            if n
        }
        return {"metrics": metrics}


def critical_data_lazy() -> LazyStudy:
    """Ridge on fixed random features, from a tenth to nine tenths of all questions."""
    one = {f"one_{p}": LazyStudent(modulus=p) for p in (23, 31, 43, 59)}
    students = {**one, "two_31": LazyStudent(modulus=31, embedding="two")}
    return LazyStudy(
        name="critical_data_lazy",
        tier="smoke",
        summary="a lazy student of random features over shares of the table; seconds a seed",
        arms=tuple(students),
        students=students,
        learnt=(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9),
        penalties=(1e-6, 1e-2),
    )
