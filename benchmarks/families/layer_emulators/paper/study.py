"""The study behind the plans: one model, its emulators, tasks of lm-eval, and every rate."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from benchmarks.families.layer_emulators.paper.choices import CHOICES
from benchmarks.families.layer_emulators.paper.plans import PLANS
from benchmarks.running.record import as_metrics
from benchmarks.running.study import Study
from data.errors import BadInput, Count, CountOrNone, Range, in_range
from lightning_modules.settings import Optimization

if TYPE_CHECKING:  # they load torch
    from benchmarks.running.bench import Bench
    from benchmarks.running.stage import Stage


@dataclass(frozen=True, kw_only=True)
class PaperStudy(Study):
    """Emulators of a published model that are tuned to tasks, put back, and scored by lm-eval."""

    model: str
    """The model: a name on the hub, or a folder."""
    tasks: tuple[str, ...]
    """Names of tasks in lm-eval; each is tuned to and scored by itself."""
    files: Mapping[str, str]
    """Files with examples to tune on, by task; a task without one is asked of the hub's cache."""
    ends: tuple[int, ...]
    """Places of the layers that offsite tuning trains."""
    spread: tuple[int, ...]
    """Places of the layers that are trained where they are spread over the depth."""
    kept: Count
    """Number of layers of every emulator, those that are trained included."""
    rates: tuple[float, ...]
    """Learning rates; each is a fit, and all are recorded."""
    epochs: Count
    """Passes over a task's examples."""
    fit: Optimization
    """How an emulator is tuned, but for the learning rate."""
    context: Annotated[int, Range(least=2)]
    """Tokens of a window at most."""
    chosen_by: Annotated[int, Range(least=4)]
    """Number of examples that layers are measured on."""
    limit: CountOrNone
    """Number of items of a task that are asked; 0 asks all."""

    def __post_init__(self) -> None:
        """Refuse what cannot be tuned.

        Raises:
            BadInput: A number is out of its range, an arm is unknown, or nothing is named.
        """
        in_range(self)
        if unknown := [arm for arm in self.arms if arm not in CHOICES]:
            raise BadInput(f"unknown arm {unknown[0]!r}; use some of {', '.join(CHOICES)}")
        if not self.tasks or not self.rates:
            raise BadInput("tasks and rates name no case; give at least one of each")
        for name, places in (("ends", self.ends), ("spread", self.spread)):
            if not 0 < len(places) < self.kept:
                raise BadInput(
                    f"{name}: {len(places)} layers are trained, {self.kept} kept; train some, "
                    "keep more"
                )

    def stages(self, arm: str, seed: int, bench: "Bench") -> "Sequence[Stage]":
        """Tune and score each task in a stage of its own."""
        from benchmarks.chains.models import named_model
        from benchmarks.downstream.stages import pinned_tasks
        from benchmarks.families.layer_emulators.paper import work
        from benchmarks.running.bench import Pinned
        from data.files import file_digest

        found = []
        for number, task in enumerate(self.tasks):
            file = self.files.get(task)
            content = "" if file is None else file_digest(Path(file))
            stage = bench.run(
                number,
                f"{arm}-{task}",
                work.tune_task,
                progress=1,  # unknown before the examples are read
                model=named_model(bench, self.model, number),
                tasks=pinned_tasks([task]),
                file=Pinned(None if file is None else Path(file), content),
                choice=CHOICES[arm],
                places={"ends": self.ends, "spread": self.spread},
                kept=self.kept,
                rates=self.rates,
                epochs=self.epochs,
                fit=self.fit,
                context=self.context,
                chosen_by=self.chosen_by,
                limit=self.limit,
                seed=seed,
            )
            found.append(stage)
        return found

    def found(self, arm: str, stages: "Sequence[Stage]") -> Mapping[str, Any]:
        """Accuracies of all tasks at all rates, and the layers that were kept."""
        measures = {key: one for stage in stages for key, one in stage.facts["measures"].items()}
        return {"metrics": as_metrics(measures)}


def _study(plan: str, name: str, spread: tuple[int, ...], warmup: int) -> PaperStudy:
    one = PLANS[plan]
    return PaperStudy(
        name=name,
        tier="paper",
        summary=f"{one.summary}; needs the hub, hours of an H100 and more",
        arms=one.arms,
        model=one.model,
        tasks=tuple(task.task for task in one.asked),
        files={},
        ends=(0, 1, one.layers - 2, one.layers - 1),
        spread=spread,
        kept=one.kept,
        rates=one.rates,
        epochs=one.epochs,
        fit=Optimization(
            learning_rate=one.rates[0],
            warmup_steps=warmup,
            windows_per_step=one.batch,
            weight_decay=0.0,
            betas=(0.9, 0.999),
        ),
        context=512,
        chosen_by=512,
        limit=0,
    )


def layer_emulators_paper_opt() -> PaperStudy:
    """OPT-1.3B; the trained places are those of three of the four released lists."""
    name = "layer_emulators_paper_opt"
    return _study("layer_emulators_paper", name, spread=(0, 5, 18, 23), warmup=0)


def layer_emulators_paper_opt_large() -> PaperStudy:
    """OPT-6.7B; the trained places are those of four of the eight released lists."""
    name = "layer_emulators_paper_opt_large"
    return _study("layer_emulators_paper_large", name, spread=(0, 8, 17, 31), warmup=20)


STUDIES: Mapping[str, Callable[[], PaperStudy]] = {
    one.__name__: one for one in (layer_emulators_paper_opt, layer_emulators_paper_opt_large)
}
"""The studies by their names."""
_OF_PLAN: Mapping[str, Callable[[], PaperStudy]] = {
    "layer_emulators_paper": layer_emulators_paper_opt,
    "layer_emulators_paper_large": layer_emulators_paper_opt_large,
}


def start(name: str) -> tuple[PaperStudy, ...]:
    """The study of a plan, once its model and its tasks are at hand.

    Raises:
        BadInput: Something is not in the hub's cache.
    """
    from benchmarks.families.layer_emulators.paper.needs import check

    check(name)
    return (_OF_PLAN[name](),)
