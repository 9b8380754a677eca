"""The report of a list of steps, and the archive of all that is worth keeping."""

import tarfile
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from benchmarks.running.step import (
    FoundEquality,
    FoundFact,
    FoundRatio,
    in_words,
    read_findings,
)
from benchmarks.running.surroundings import commit
from benchmarks.speed.history import append_run, speed_run
from benchmarks.speed.ratios import Row
from data.files import atomic, write_atomic

ARCHIVE = "gpu.tar.gz"
REPORT = "report.md"
HISTORY = "speed_history.jsonl"
LARGEST_BYTES = 15 * 2**20
"""Bytes of the archive at most; logs are left out where it would be larger."""
_LOG_BYTES = 200_000
"""Bytes of the end of each log that are kept."""

Status = Literal["done", "failed", "cut off", "left out"]


class StepOutcome(BaseModel):
    """How a step ended."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    status: Status
    seconds: float
    error: str = ""
    """Last line of the error of a step that failed."""


def write_report(
    folder: Path, outcomes: Sequence[StepOutcome], *, begun: datetime, device: str
) -> None:
    """Write the report, the history of speed and the archive of what was found so far."""
    found = {one.name: read_findings(folder / "steps" / one.name) for one in outcomes}
    rows = [
        Row(
            name=each.name,
            ours=each.ours,
            baseline=each.baseline,
            unit=each.unit,
            goal=each.goal,
        )
        for findings in found.values()
        for each in findings
        if isinstance(each, FoundRatio)
    ]
    history = folder / HISTORY
    history.unlink(missing_ok=True)
    if rows:
        append_run(speed_run(rows, "gpu" if device == "cuda" else "cpu"), history)
    write_atomic(folder / REPORT, "\n".join(_lines(outcomes, found, begun, device)) + "\n")
    _pack(folder)


Findings = Sequence[FoundRatio | FoundEquality | FoundFact]


def _lines(
    outcomes: Sequence[StepOutcome],
    found: dict[str, list[FoundRatio | FoundEquality | FoundFact]],
    begun: datetime,
    device: str,
) -> Iterable[str]:
    code = commit()
    yield f"# What a {'GPU' if device == 'cuda' else 'CPU, in place of a GPU,'} showed"
    yield ""
    yield f"Begun {begun.isoformat()}; commit {code.id}{', changed since' if code.dirty else ''}."
    equalities = [e for each in found.values() for e in each if isinstance(e, FoundEquality)]
    broken = sum(not one.holds for one in equalities)
    ended = Counter(one.status for one in outcomes)
    yield "Steps: " + ", ".join(f"{n} {status}" for status, n in ended.items()) + "."
    yield f"{len(equalities) - broken} of {len(equalities)} equalities that were looked at hold."
    yield ""
    yield "| step | ended | seconds |"
    yield "|---|---|---:|"
    for one in outcomes:
        yield f"| {one.name} | {one.status} | {one.seconds:.0f} |"
    for one in outcomes:
        if one.status == "left out":
            continue
        yield ""
        yield f"## {one.name}"
        yield ""
        yield from (f"- {in_words(each)}" for each in found[one.name])
        if one.status == "cut off":
            yield f"- Cut off after {one.seconds:.0f} s: what follows was not measured."
        if one.error:
            yield f"- Failed: `{one.error}`"


def _pack(folder: Path) -> None:
    """Write the archive: report, history, records, findings, and the ends of logs if they fit."""
    kept = [folder / REPORT, folder / HISTORY]
    kept += sorted(folder.glob("records/*/*.json")) + sorted(folder.glob("steps/*/found.jsonl"))
    logs = sorted(folder.glob("steps/*/*.txt"))
    for log in logs:
        if log.stat().st_size > _LOG_BYTES and log.name == "log.txt":
            write_atomic(log.with_name("log_end.txt"), _end_of(log))
    logs = [log for log in logs if log.stat().st_size <= _LOG_BYTES]
    logs += sorted(folder.glob("steps/*/log_end.txt"))
    _write_archive(folder, [*kept, *logs])
    if (folder / ARCHIVE).stat().st_size > LARGEST_BYTES:
        _write_archive(folder, kept)


def _end_of(log: Path) -> str:
    return log.read_bytes()[-_LOG_BYTES:].decode(errors="replace")


def _write_archive(folder: Path, paths: Iterable[Path]) -> None:
    with atomic(folder / ARCHIVE) as partial, tarfile.open(partial, "w:gz") as archive:
        for path in dict.fromkeys(paths):
            if path.is_file():
                archive.add(path, arcname=f"gpu/{path.relative_to(folder).as_posix()}")
