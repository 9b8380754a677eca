"""A plan of stages as a table and a sentence."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rich.table import Table

from benchmarks.planning.estimates import Estimate
from benchmarks.planning.stages import PlannedStage


@dataclass(frozen=True)
class Planned:
    """One stage of a plan with what it will cost."""

    run: str
    """Name of the chain that comes to it first."""
    stage: PlannedStage
    cost: Estimate | None
    """None for a stage that is found, and for one of a kind that is on no record."""


def once(
    chains: Mapping[str, Sequence[tuple[PlannedStage, Estimate | None]]],
) -> list[Planned]:
    """The stages of several chains, each where a run comes to it first: chains share some."""
    found: dict[str, Planned] = {}
    for name, stages in chains.items():
        for stage, cost in stages:
            found.setdefault(stage.folder.name, Planned(name, stage, cost))
    return list(found.values())


def plan_table(planned: Iterable[Planned]) -> Table:
    """One row per stage: found, goes on or is run, and what it will cost."""
    table = Table()
    for column in ("chain", "generation", "stage", ""):
        table.add_column(column)
    for column in ("time", "memory", "disk"):
        table.add_column(column, justify="right")
    last = ("", -1)
    for one in planned:
        place = (one.run, one.stage.generation)
        names = ["" if old == new else str(new) for old, new in zip(last, place, strict=True)]
        if place[0] != last[0]:
            names[1] = str(place[1])
        table.add_row(*names, one.stage.kind, one.stage.state, *_cells(one))
        last = place
    return table


def plan_sentence(planned: Sequence[Planned], machines: str) -> str:
    """How many stages there are of each state, and what the rest costs together."""
    states = Counter(one.stage.state for one in planned)
    costs = [one.cost for one in planned if one.cost is not None]
    said = (
        f"{len(planned)} stages: {states['found']} found, {states['runs on']} go on where they "
        f"were, {states['runs']} run"
    )
    missing = sum(one.stage.state != "found" and one.cost is None for one in planned)
    unknown = f"; {missing} are of kinds on no record" if missing else ""
    if not costs:
        return said + unknown
    whole = Estimate(
        seconds=sum(one.seconds for one in costs),
        memory_bytes=max(one.memory_bytes for one in costs),
        disk_bytes=sum(one.disk_bytes for one in costs),
        measured=all(one.measured for one in costs),
    )
    time, memory, disk = _in_words(whole)
    basis = f"as on record on {machines}" if whole.measured else "in part from records of others"
    return (
        f"{said}: {time} one after the other ({basis}), {memory} of memory, {disk} of disk{unknown}"
    )


def unknown_stages(chains: Mapping[str, str | None]) -> Iterable[str]:
    """What cannot be known before a run, a line each.

    Args:
        chains: By the name of a run, the stage whose result decides which stages follow.
    """
    for name, stage in chains.items():
        if stage is not None:
            yield (
                f"{name}: what {stage} finds decides the stages after it; they are not in the "
                "numbers below"
            )


def explained(planned: Iterable[Planned]) -> Iterable[str]:
    """Why each stage is run or reused, a line each."""
    for one in planned:
        yield f"{one.run} {one.stage.label} {one.stage.kind}: {one.stage.why}"


def _cells(one: Planned) -> tuple[str, str, str]:
    if one.stage.state == "found":
        return "", "", ""
    return ("?", "?", "?") if one.cost is None else _in_words(one.cost)


def _in_words(cost: Estimate) -> tuple[str, str, str]:
    about = "" if cost.measured else "~"
    return (
        about + _time(cost.seconds),
        size_in_words(cost.memory_bytes),
        about + size_in_words(cost.disk_bytes),
    )


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def size_in_words(n_bytes: float) -> str:
    """A number of bytes in the largest unit that leaves a number above 1."""
    for unit in ("B", "kB", "MB", "GB"):
        if n_bytes < 1000:
            return (
                f"{n_bytes:.0f} {unit}" if n_bytes >= 10 or unit == "B" else f"{n_bytes:.1f} {unit}"
            )
        n_bytes /= 1000
    return f"{n_bytes:.1f} TB"
