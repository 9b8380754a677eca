"""What a check found."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Finding:
    """One line of a check."""

    level: Level
    """Only errors fail; a warning asks for a look, a note says what could not be checked."""
    check: str
    """schema, place, lock, commit, data, arithmetic, workflow, agreement, plausibility, rerun."""
    file: str
    text: str

    def __str__(self) -> str:
        return f"{self.level}: {self.file}: {self.check}: {self.text}"
