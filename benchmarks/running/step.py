"""A step of a list that is worked through in limited time, and what a step finds.

A family brings a step through `Family.gpu_steps`; `benchmarks.gpu` works through all of them. What
a step finds is written the moment it is found, so that a step that is cut off leaves what it had.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from data.errors import BadInput
from lightning_modules.device import Device, wait

if TYPE_CHECKING:  # for types alone
    from benchmarks.running.record import Envelope
    from benchmarks.running.study import RunsItself, Study

T = TypeVar("T")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FoundRatio(_Part):
    """Two ways to one result, measured in one process; larger numbers are faster."""

    kind: Literal["ratio"] = "ratio"
    name: str
    """Name of what is compared, with its sizes."""
    ours: float = Field(gt=0)
    baseline: float = Field(gt=0)
    unit: str
    goal: float | None = None
    """Ratio that the project aims at; printed beside the ratio and never enforced."""
    beside: Mapping[str, float] = Field(default_factory=dict)
    """Other numbers of the same measurement by name, with their unit in the name."""

    @property
    def ratio(self) -> float:
        """How many times faster our way is than the baseline."""
        return self.ours / self.baseline


class FoundEquality(_Part):
    """Whether two ways to one result give the same, within what was promised beforehand."""

    kind: Literal["equality"] = "equality"
    name: str
    outcome: str
    """How far the two are apart, in words with a number."""
    tolerance: str
    """How far apart they may be, in words with a number."""
    holds: bool
    """Whether they are as near as was promised."""


class FoundFact(_Part):
    """A number or a sentence that stands by itself."""

    kind: Literal["fact"] = "fact"
    text: str


Finding = Annotated[FoundRatio | FoundEquality | FoundFact, Field(discriminator="kind")]
_FINDING: TypeAdapter[Finding] = TypeAdapter(Finding)
_FILE = "found.jsonl"


RunArm = Callable[["RunsItself", str, int, "Workbench"], "Envelope"]
"""Runs one arm of one seed of a recipe on a bench, and writes its record there; returns it."""


@dataclass(frozen=True, kw_only=True)
class Workbench:
    """What a step works with: a folder, a device, and how long it may take."""

    folder: Path
    """Folder of the step's own; what stands there when the step ends is not kept but for findings
    and records."""
    records: Path
    """Folder that receives records of runs; all of them are kept."""
    device: Device
    miniature: bool = False
    """Whether to do the same with tiny models and texts, to exercise every line on a CPU."""
    ends: float = field(default_factory=lambda: time.time() + 3600)
    """Time of `time.time()` at which the step is ended, whatever it does; an hour from now where
    nothing is said."""
    run_arm: RunArm | None = None
    """How recipes are run, for steps that run some: a family knows its recipes, and not the flow
    that runs them."""

    def run(self, recipe: "RunsItself", arm: str, seed: int) -> "Envelope":
        """Run one arm of one seed of a recipe, write its record at once, and return it."""
        assert self.run_arm is not None, "whoever made the bench says how recipes are run"
        return self.run_arm(recipe, arm, seed, self)

    def found(self, finding: FoundRatio | FoundEquality | FoundFact) -> None:
        """Write a finding at once, and print it."""
        with (self.folder / _FILE).open("a", encoding="utf-8") as file:
            file.write(finding.model_dump_json() + "\n")
        print(in_words(finding), flush=True)  # noqa: T201  (into the step's log)

    def say(self, text: str) -> None:
        """Write a sentence as a finding."""
        self.found(FoundFact(text=text))

    def seconds_left(self) -> float:
        """Seconds until the step is ended."""
        return self.ends - time.time()


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One thing that is worth doing on a device that is had for minutes."""

    name: str
    summary: str
    """What it tells, in one line."""
    seconds: float
    """Seconds that it is expected to take; it is left out where fewer are left."""
    work: Callable[[Workbench], None]
    """Does it; a function at the top of a module, for it runs in a process of its own."""
    most: float = 0.0
    """Seconds after which it is ended; three times `seconds` if this is 0."""
    takes_all: bool = False
    """Whether it uses whatever time is left, which then no later step gets."""

    @property
    def limit(self) -> float:
        """Seconds after which it is ended."""
        if self.takes_all:
            return float("inf")
        return self.most or 3 * self.seconds


def arms_in_time(
    bench: Workbench, study: "Study", arms: Sequence[str]
) -> Iterator[tuple[str, Mapping[str, float], float]]:
    """Run arms of a study at seed 0 in their order while there is time; nothing is put on record.

    Args:
        bench: Where they run; it is told after which arm there was no time for another one.
        study: The study; its settings need not be those of a recipe.
        arms: Those arms that are worth most first.

    Yields:
        An arm, every number that it found by name, and the seconds that it took.
    """
    from rich.console import Console

    from benchmarks.running.bench import Bench
    from benchmarks.running.progress import Progress
    from benchmarks.running.stage import Stages

    progress = Progress(Console(quiet=True))
    for arm in arms:
        begun = time.perf_counter()
        stages = Stages(bench.folder / "stages", bench.folder / f"{arm}.json", lambda line: None)
        metrics = study.run(arm, 0, Bench(stages, bench.device, progress))["metrics"]
        seconds = time.perf_counter() - begun
        yield arm, {name: metric.value for name, metric in metrics.items()}, seconds
        if bench.seconds_left() < 1.5 * seconds:
            bench.say(f"no time is left after {arm}")
            return


def timed(work: Callable[[], T], kind: str) -> tuple[T, float]:
    """Do some work twice on a device; return what it gives, and the seconds of the second time.

    Args:
        work: The work; the first time warms the device up.
        kind: Kind of device as PyTorch names it.
    """
    work()
    wait(kind)
    begun = time.perf_counter()
    found = work()
    wait(kind)
    return found, max(time.perf_counter() - begun, 1e-9)


def read_findings(folder: Path) -> list[FoundRatio | FoundEquality | FoundFact]:
    """What a step in this folder found, in its order; a line that a kill tore is left out.

    Raises:
        BadInput: A line before the last one is no finding.
    """
    path = folder / _FILE
    if not path.is_file():
        return []
    found: list[FoundRatio | FoundEquality | FoundFact] = []
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        try:
            found.append(_FINDING.validate_json(line))
        except ValidationError as error:
            if number == len(lines):
                break  # torn by a kill
            raise BadInput(f"{path}, line {number} is no finding; delete the folder") from error
    return found


def in_words(finding: FoundRatio | FoundEquality | FoundFact) -> str:
    """A finding as one line of text."""
    match finding:
        case FoundRatio():
            goal = "" if finding.goal is None else f" (goal {finding.goal:g})"
            beside = "".join(f"; {name} {value:,.4g}" for name, value in finding.beside.items())
            return (
                f"{finding.name}: {finding.ours:,.4g} to {finding.baseline:,.4g} {finding.unit}, "
                f"ratio {finding.ratio:.2f}{goal}{beside}"
            )
        case FoundEquality():
            verdict = "holds" if finding.holds else "DOES NOT HOLD"
            return f"{finding.name}: {finding.outcome} (promised: {finding.tolerance}): {verdict}"
    return finding.text
