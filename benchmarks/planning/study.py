"""A study that is walked through without a stage being run, as far as its stages can be known."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.planning.stages import PlannedStage, PlannedStages
from benchmarks.running.bench import Bench
from benchmarks.running.progress import Progress
from benchmarks.running.study import RunsItself
from data.workflow import label
from lightning_modules.device import Device


@dataclass(frozen=True)
class StudyPlan:
    """The stages of one arm of one seed, as far as they can be known."""

    stages: list[PlannedStage]
    """The stages in the order in which a run comes to them."""
    open_after: str | None
    """The stage whose result decides which stages follow, such as `generation 0 pace`; None where
    the plan is whole."""


class NotRun(Exception):
    """A fact is asked of a stage that has not been run."""

    def __init__(self, stage: str) -> None:
        super().__init__(f"{stage} has not been run")
        self.stage = stage


@dataclass(frozen=True)
class _Unknown(Mapping[str, Any]):
    """Facts of a stage that has not been run: to ask for one ends the plan."""

    stage: str

    def __getitem__(self, key: str) -> Any:
        raise NotRun(self.stage)

    def __iter__(self) -> Iterator[str]:
        raise NotRun(self.stage)

    def __len__(self) -> int:
        raise NotRun(self.stage)


class _StudyStages(PlannedStages):
    """Looks for the stages of a study: nothing stands in for the facts of those not there."""

    def unknown_facts(
        self, label: str, kind: str, arguments: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Facts that say, when one is asked for, that the stage has not been run."""
        return _Unknown(f"{label} {kind}")


def planned_study(
    recipe: RunsItself, arm: str, seed: int, outputs: Path, device: Device
) -> StudyPlan:
    """The stages of one arm of a study in the order in which a run comes to them.

    Where a later stage depends on what an earlier one finds, and that one has not been run, the
    plan ends and names it.

    Args:
        recipe: Recipe of the study.
        arm: One of its arms.
        seed: Replicate.
        outputs: Folder of stages and checkpoints, in which finished ones are looked for.
        device: Where a run would run; its precision decides which stages are found.
    """
    name = f"{recipe.name}-{label(arm)}-seed{seed}"
    stages = _StudyStages(outputs / "stages", outputs / "chains" / f"{name}.json", {})
    open_after = None
    try:
        place = recipe.place(device)
        recipe.stages(arm, seed, Bench(stages, place, Progress(Console(quiet=True))))
    except NotRun as ended:
        open_after = ended.stage
    return StudyPlan(list(stages.planned.values()), open_after)
