"""What an edit of files read and wrote, file by file."""

from dataclasses import dataclass
from typing import Any

from data.editing import EditRule
from lightning_modules.editing.token_editing import EditSummary


@dataclass(frozen=True, kw_only=True)
class FilesRead:
    """What was found in the inputs."""

    files: dict[str, str]
    """SHA-256 by name, in the order of the inputs."""
    documents: int
    characters: int
    """Of texts and contexts, and one per document."""
    skipped: dict[str, int]
    """Lines left out, by reason."""
    examples: list[str]
    shards: list[tuple[int, int, int]]
    """First document of each shard, the one after its last, and characters."""


@dataclass(frozen=True, kw_only=True)
class EditOutcome:
    """What an edit did and how fast."""

    source: FilesRead
    summary: EditSummary
    rule: EditRule
    prior: dict[str, Any]
    seconds: float
    """Of this run; a run that was resumed did only the rest of the work in this time."""
    tokens_in_seconds: int
    """Tokens scored in this run."""
    peak_memory_bytes: int
    """Of the largest process."""
