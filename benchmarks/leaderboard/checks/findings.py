"""What checks found: one line of it, and all of it beside the records that were read."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from benchmarks.running.record import Envelope

Level = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Finding:
    """One thing that a check found, shown as one line."""

    level: Level
    """How grave it is: only errors fail; a warning asks for a look, a note says what could not be
    checked."""
    check: str
    """Name of the check: schema, place, name, lock, commit, data, arithmetic, workflow, precision,
    version, seeds, agreement, plausibility, rerun."""
    file: str
    text: str

    def __str__(self) -> str:
        return f"{self.level}: {self.file}: {self.check}: {self.text}"


@dataclass(frozen=True)
class Checked:
    """What was read, and what is wrong with it."""

    records: Collection[Envelope]
    """Records of all families that could be read; each may be read again when it is asked for."""
    findings: tuple[Finding, ...]

    @property
    def failed(self) -> bool:
        """Whether any finding is an error."""
        return any(finding.level == "error" for finding in self.findings)

    @property
    def summary(self) -> str:
        """How many of what, in one line."""
        counts = Counter(finding.level for finding in self.findings)
        found = ", ".join(f"{counts[level]} {level}s" for level in ("error", "warning", "note"))
        return f"{len(self.records)} records: {found}"
