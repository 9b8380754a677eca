"""What every record holds, whatever its family: metrics, stages, environment, hardware."""

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:  # it loads torch
    from benchmarks.running.stage import Stage


DEFAULT_RECORDS = Path("benchmarks/records")


class RecordPart(BaseModel):
    """A part of a record: no unknown field, no change, no number that is none."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Metric(RecordPart):
    """A measured number."""

    value: float
    stderr: float | None
    n: int
    version: int


class StageFacts(RecordPart):
    """One stage of one generation."""

    digest: str
    seconds: float
    """Of the attempt that finished it; what an interrupted attempt had done is not in it."""
    tokens: int
    tokens_per_second: float | None
    """None for a stage that was interrupted and went on, or that has no tokens."""
    peak_memory_bytes: int
    """Largest resident size of a process up to the end of the stage: its own or a child's."""
    peak_device_memory_bytes: int | None = None
    """Most memory of tensors on one GPU within the stage; None where it used none."""


class Lock(RecordPart):
    """The pinned environment a record was made in."""

    name: str
    sha256: str
    satisfied: bool
    """Whether every package that it pins and that is installed has the pinned version."""


class Environment(RecordPart):
    """What ran it."""

    python: str
    versions: dict[str, str]
    lock: Lock | None
    """None: made outside any pinned environment."""
    precision: str


class Hardware(RecordPart):
    """Where it ran."""

    machine: str
    device: str
    threads: int
    memory_bytes: int


def stage_facts(stage: "Stage") -> StageFacts:
    """What a record keeps of a stage."""
    seconds = stage.manifest["seconds"]
    tokens = int(stage.facts.get("tokens", 0))
    has_speed = tokens > 0 and not stage.manifest["resumed"]
    return StageFacts(
        digest=stage.digest,
        seconds=seconds,
        tokens=tokens,
        tokens_per_second=tokens / seconds if has_speed else None,
        peak_memory_bytes=stage.manifest["peak_memory_bytes"],
        peak_device_memory_bytes=stage.manifest.get("peak_device_memory_bytes"),
    )
