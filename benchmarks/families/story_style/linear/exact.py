"""What must be so in every record to the last bit, and no interval decides."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from benchmarks.families.story_style.linear.names import NONE, SHRINKING, SHRUNK
from benchmarks.families.story_style.linear.statistics import value
from benchmarks.families.story_style.linear.study import story_style_linear
from benchmarks.paper.evidence import Evidence, Judgement, Verdict
from benchmarks.paper.printed_rules import Computed
from benchmarks.running.record import StudyRecord

CAN_SAY: frozenset[Verdict] = frozenset({"reproduced", "not reproduced", "not attempted"})
"""What such a rule can say; a single record that differs refutes."""
ROUNDING = 1e-9
"""Relative difference of two numbers that are equal but for rounding."""


@dataclass(frozen=True, slots=True)
class Exact:
    """Holds in a record, or not; with the number that shows it."""

    holds: Callable[[StudyRecord], bool]
    shown: Callable[[StudyRecord], float]
    words: str
    """What the largest of the numbers is, in words."""

    def __repr__(self) -> str:
        """The functions by name, without their places in memory: a rule is told by it."""
        return f"Exact({self.holds.__name__}, {self.shown.__name__}, {self.words!r})"


def judge(exact: Exact, evidence: Evidence) -> Judgement:
    """Judge by every record of the study, of whatever arm and seed: all must agree."""
    study = story_style_linear()
    found = [
        record for arm in study.arms for record in evidence.of_digest(study.digest, arm).values()
    ]
    if not found:
        return Judgement("not attempted", "")
    agreeing = sum(exact.holds(record) for record in found)
    worst = max(exact.shown(record) for record in found)
    return Judgement(
        "reproduced" if agreeing == len(found) else "not reproduced",
        f"in {agreeing} of {len(found)} records; {exact.words} {worst:.3g}",
        study.tier,
        len({record.seed for record in found}),
        judged=tuple(found),
    )


def _number(record: StudyRecord, name: str) -> float:
    return record.metrics[name].value


def has_no_gradient(record: StudyRecord) -> bool:
    """Whether the loss as written has a gradient at the first representations, as released none."""
    return _number(record, "gradient/written") > 0 and _number(record, "gradient/released") == 0


def released_gradient(record: StudyRecord) -> float:
    """Norm of the gradient of the loss as released, over that of the loss as written."""
    return _number(record, "gradient/released") / _number(record, "gradient/written")


def moved(record: StudyRecord) -> float:
    """Largest difference of weights between a fit with the released loss and one without."""
    return _number(record, "difference/released")


def is_unmoved(record: StudyRecord) -> bool:
    """Whether a fit with the released loss is that without it, bit by bit."""
    return moved(record) == 0.0


def probe_moved(record: StudyRecord) -> float:
    """Difference of either probe's accuracy between representations and the same, shrunk."""
    return max(
        abs(value(record, what, SHRUNK) - value(record, what, NONE))
        for what in ("probe", "other probe")
    )


def is_free_of_scale(record: StudyRecord) -> bool:
    """Whether shrinking leaves both probes as they are and the loss falls by its square."""
    ratio = value(record, "loss", NONE) / value(record, "loss", SHRUNK)
    return probe_moved(record) == 0.0 and abs(ratio / SHRINKING**2 - 1) < ROUNDING


def rule(exact: Exact, words: str) -> Computed:
    """A rule that asks every record."""
    return Computed(partial(judge, exact), words, CAN_SAY)


NO_GRADIENT = Exact(has_no_gradient, released_gradient, "largest share of the gradient left:")
UNMOVED = Exact(is_unmoved, moved, "largest difference of two weights:")
FREE_OF_SCALE = Exact(is_free_of_scale, probe_moved, "largest difference of a probe's accuracy:")
"""What must be so of gradients, of fits with the released loss, and of representations shrunk."""
