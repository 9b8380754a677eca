"""The study of the published students: encoders with decoders, on rounds of programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.families.program_distillation.paper.settings import (
    PublishedSettings,
)
from benchmarks.running.record import as_metrics

if TYPE_CHECKING:  # they load torch
    from benchmarks.running.bench import Bench
    from benchmarks.running.stage import Stage


@dataclass(frozen=True, kw_only=True)
class SequenceStudy(PublishedSettings):
    """Encoders with decoders, one for each arm, all taught the same programs."""

    def stages(self, arm: str, seed: int, bench: "Bench") -> "Sequence[Stage]":
        """Merge the rounds, fit one model, and search its programs for every set."""
        from benchmarks.families.program_distillation.paper import work

        return work.paper_stages(self, arm, seed, bench)

    def found(self, arm: str, stages: "Sequence[Stage]") -> Mapping[str, Any]:
        """What the rounds gave, how the fit went, and what the model solves."""
        found = {key: one for stage in stages for key, one in stage.facts["measures"].items()}
        return {"metrics": as_metrics(found)}


def program_distillation_paper_students() -> SequenceStudy:
    """CodeT5 of 60, 220 and 770 M parameters on eight rounds, as published."""
    return SequenceStudy(
        name="program_distillation_paper_students",
        tier="paper",
        summary="CodeT5 of three sizes on eight rounds of a teacher's programs; needs the hub, a "
        "day",
        arms=("small", "base", "large"),
        models={size: f"Salesforce/codet5-{size}" for size in ("small", "base", "large")},
    )
