"""What commands cost as their input grows: time of the processor and memory against size.

Every command runs as a process of its own, on one thread. Its exponent p is that of a cost of the
form a + b n^p: sizes grow by one factor r, so that (c3 - c2) / (c2 - c1) = r^p, whatever a command
costs before it begins to work. 1 is linear, 2 quadratic.
"""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.table import Table

from benchmarks.speed.planted import plant_documents, plant_records
from data.errors import RunFailed
from data.randomness import Purpose, stream

_MEBIBYTE = 2**20
_UNKNOWN = float("nan")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run of a command cost."""

    seconds: float
    """Time of the processor, of the user and of the system."""
    mebibytes: float
    """Most memory that was resident at a time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """A command whose cost grows with something."""

    name: str
    unit: str
    """What it grows with, in the plural; empty for a command without input."""
    sizes: tuple[int, ...]
    """Sizes to measure, each as many times the one before; one for a command without input."""
    goal: str
    """What the project aims at, in words; printed and never enforced."""
    plant: Callable[[Path, int], list[str]]
    """Makes input of a size in an empty folder; returns the arguments of the command."""
    fails: bool = False
    """Whether the command is refused."""


@dataclass(frozen=True, slots=True)
class Growth:
    """The cost of a command at every size."""

    subject: Subject
    costs: tuple[Cost, ...]

    @property
    def time_exponent(self) -> float:
        """Exponent of the time in the size."""
        return exponent(self.subject.sizes, [cost.seconds for cost in self.costs])

    @property
    def memory_exponent(self) -> float:
        """Exponent of the memory in the size."""
        return exponent(self.subject.sizes, [cost.mebibytes for cost in self.costs])


def exponent(sizes: Sequence[int], costs: Sequence[float]) -> float:
    """The exponent p of costs a + b n^p, by least squares of the logarithms of their steps.

    Args:
        sizes: Sizes, each as many times the one before, at least three.
        costs: The cost at each of them.

    Returns:
        The exponent; no number where there are fewer sizes, or a step saves something: the cost is
        flat, as far as these sizes tell.
    """
    steps = np.diff(costs)
    if len(steps) < 2 or (steps <= 0).any():
        return _UNKNOWN
    return float(np.polyfit(np.log(sizes[:-1]), np.log(steps), 1)[0])


def measure(subject: Subject, folder: Path) -> Growth:
    """Run a command at every size; a few minutes for the largest.

    Args:
        subject: Command with the sizes of its input.
        folder: An empty folder, which is filled.

    Raises:
        RunFailed: The command ends otherwise than it should.
    """
    costs = []
    for size in subject.sizes:
        place = folder / f"{size}"
        place.mkdir(parents=True)
        costs.append(_cost(subject, subject.plant(place, size)))
    return Growth(subject, tuple(costs))


def _cost(subject: Subject, arguments: Sequence[str]) -> Cost:
    command = [sys.executable, "-m", "benchmarks", *arguments]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    quiet = [(os.POSIX_SPAWN_OPEN, n, os.devnull, os.O_WRONLY, 0) for n in (1, 2)]
    child = os.posix_spawn(sys.executable, command, environment, file_actions=quiet)
    _, status, usage = os.wait4(child, 0)
    if (os.waitstatus_to_exitcode(status) == 0) == subject.fails:
        raise RunFailed(f"collapse {' '.join(arguments)} ended with {status}; run it by itself")
    in_bytes = usage.ru_maxrss if sys.platform == "darwin" else 1024 * usage.ru_maxrss
    return Cost(usage.ru_utime + usage.ru_stime, in_bytes / _MEBIBYTE)


def _nothing(*arguments: str) -> Callable[[Path, int], list[str]]:
    return lambda folder, size: list(arguments)


def _records(*options: str) -> Callable[[Path, int], list[str]]:
    def plant(folder: Path, size: int) -> list[str]:
        plant_records(folder / "records", size)
        filled = [option.format(folder=folder) for option in options]
        return ["leaderboard", "--records", str(folder / "records"), *filled]

    return plant


def _documents(folder: Path, size: int) -> list[str]:
    files = [folder / "corpus.jsonl", folder / "human.jsonl"]
    for place, file in enumerate(files):
        plant_documents(file, size, stream(place, Purpose.STATISTICS, "growth"))
    return ["profile", str(files[0]), "--reference", str(files[1])]


_RECORDS = (300, 1200, 4800)
SUBJECTS = (
    Subject(name="collapse --help", unit="", sizes=(1,), goal="0.4 s", plant=_nothing("--help")),
    Subject(
        name="a run that is refused",
        unit="",
        sizes=(1,),
        goal="2 s",
        plant=_nothing("run", "no_such_recipe"),
        fails=True,
    ),
    Subject(
        name="leaderboard --check",
        unit="records",
        sizes=_RECORDS,
        goal="5 ms a record",
        plant=_records("--check"),
    ),
    Subject(
        name="leaderboard --html",
        unit="records",
        sizes=(60, 180, 540),
        goal="10 s and 500 MiB for 5,000",
        plant=_records("--html", "{folder}/page"),
    ),
    Subject(
        name="profile of short documents",
        unit="documents",
        sizes=(12_500, 50_000, 200_000),
        goal="60 s for 200,000",
        plant=_documents,
    ),
)
"""Commands whose cost is watched."""


def growth_table(found: Sequence[Growth]) -> Table:
    """The cost of every command by size, with the exponents of time and memory."""
    table = Table(title="cost against size; an exponent of 1 is linear")
    table.add_column("command", ratio=1)
    for name in ("size", "seconds", "MiB", "time ~ n^p", "memory ~ n^p", "goal"):
        table.add_column(name, justify="right")
    for growth in found:
        for row in _rows(growth):
            table.add_row(*row)
    return table


def _rows(growth: Growth) -> Iterator[tuple[str, ...]]:
    subject, last = growth.subject, len(growth.costs) - 1
    for place, (size, cost) in enumerate(zip(subject.sizes, growth.costs, strict=True)):
        powers = growth.time_exponent, growth.memory_exponent
        is_last = place == last and last > 0
        yield (
            subject.name if place == 0 else "",
            f"{size:,} {subject.unit}" if subject.unit else "",
            f"{cost.seconds:.2f}",
            f"{cost.mebibytes:,.0f}",
            *(_power(power) if is_last else "" for power in powers),
            subject.goal if place == last else "",
        )


def _power(power: float) -> str:
    return "flat" if np.isnan(power) else f"{power:.2f}"
