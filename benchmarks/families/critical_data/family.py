"""Everything that the paper on critical data sizes brings to the suite."""

from collections.abc import Iterable
from typing import Any

from benchmarks.families.critical_data.recipes import RECIPES
from benchmarks.paper.family import Family, Paper
from benchmarks.running.record import Envelope


def _record() -> type[Envelope]:
    from benchmarks.families.critical_data.record import CriticalRecord

    return CriticalRecord


def _speed_rows(device: Any) -> Iterable[Any]:
    from benchmarks.families.critical_data.speed import speed_rows

    return speed_rows(device)


FAMILY = Family(
    name="critical_data",
    paper=Paper(
        title="Critical Data Size of Language Models from a Grokking Perspective",
        authors="Zhu et al.",
        venue="2024",
        arxiv="2401.10463",
    ),
    question="how many examples must a model see before it generalises, and can one say it?",
    docs="critical_data",
    recipes=RECIPES,
    record=_record,
    record_family="critical_data",
    speed_rows=_speed_rows,
)
