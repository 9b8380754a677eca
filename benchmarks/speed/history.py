"""Measured speed over time: one line of JSON per run of `collapse speed`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from filelock import FileLock
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from benchmarks.running.surroundings import commit, hardware
from benchmarks.speed.ratios import Row
from data.errors import BadInput
from data.files import atomic


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class MeasuredRatio(_Part):
    """One ratio of speed, as the history keeps a `benchmarks.speed.ratios.Row`."""

    name: str
    ours: float = Field(gt=0)
    baseline: float = Field(gt=0)
    ratio: float
    unit: str
    goal: float | None

    @model_validator(mode="after")
    def _is_their_ratio(self) -> "MeasuredRatio":
        if abs(self.ratio - self.ours / self.baseline) > 1e-9 * self.ratio:
            raise BadInput(f"ratio {self.ratio} is not ours over baseline")
        return self


class SpeedRun(_Part):
    """What one run measured, and where."""

    date: AwareDatetime
    commit: str
    dirty: bool
    machine: str
    """System and processor family, without the machine's name."""
    device: str
    threads: int
    torch: str
    ratios: tuple[MeasuredRatio, ...]


@dataclass(frozen=True)
class History:
    """All runs that can be read, in the order of their dates, and what cannot be."""

    runs: tuple[SpeedRun, ...]
    problems: tuple[str, ...]
    """What cannot be read: one line each, with the file's name, the line and the mend."""


def speed_run(rows: Sequence[Row], accelerator: str) -> SpeedRun:
    """Rows that were measured just now, on this machine and at this commit.

    Args:
        rows: Ratios that were measured.
        accelerator: Device that they were measured on, `gpu` or `cpu`.
    """
    revision, dirty = commit()
    here = hardware(accelerator)
    return SpeedRun(
        date=datetime.now(UTC).replace(microsecond=0),
        commit=revision,
        dirty=dirty,
        machine=here.machine,
        device=here.device,
        threads=here.threads,
        torch=metadata.version("torch"),
        ratios=tuple(
            MeasuredRatio(
                name=row.name,
                ours=row.ours,
                baseline=row.baseline,
                ratio=row.ratio,
                unit=row.unit,
                goal=row.goal,
            )
            for row in rows
        ),
    )


def check_history(path: Path) -> None:
    """Refuse a history that could not be written, before minutes of measuring.

    Raises:
        BadInput: The folder is missing, or the path is a folder.
    """
    if path.is_dir():
        raise BadInput(f"{path} is a folder; give --history a file, or --no-history")
    if not path.parent.is_dir():
        raise BadInput(
            f"{path.parent} is no folder; run from the checkout, give --history a file in a folder "
            "that is there, or --no-history"
        )


def append_run(run: SpeedRun, path: Path) -> None:
    """Add one line at the end; all earlier bytes stay, and a reader sees the file before or after.

    Raises:
        BadInput: The folder is missing, or the path is a folder.
    """
    check_history(path)
    with FileLock(f"{path}.lock"):
        earlier = path.read_bytes() if path.exists() else b""
        separator = b"" if earlier.endswith(b"\n") or not earlier else b"\n"
        with atomic(path) as partial:
            partial.write_bytes(earlier + separator + run.model_dump_json().encode() + b"\n")


def read_history(path: Path) -> History:
    """Every run that can be read; a missing file or a damaged line is a problem and no error."""
    if not path.is_file():
        return History((), (f"{path.name} is not there: `collapse speed` writes it",))
    runs, problems = [], []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            runs.append(SpeedRun.model_validate_json(line))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            what = f"{where}: {first['msg']}" if where else first["msg"]
            problems.append(f"{path.name}, line {number} is left out: {what}; restore or delete it")
    return History(tuple(sorted(runs, key=lambda run: run.date)), tuple(problems))
