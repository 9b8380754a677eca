"""What an edit of files read and wrote, file by file."""

from dataclasses import dataclass, field
from typing import Any

from data.editing import EditRule
from data.text.text_files import Fields
from lightning_modules.editing.token_editing import EditSummary
from lightning_modules.library_warnings import LibraryWarning


@dataclass(frozen=True, kw_only=True)
class FilesRead:
    """What was found in the inputs of an edit: files, documents and how they are cut."""

    files: dict[str, str]
    """SHA-256 of every input by its name, in the order of the inputs."""
    documents: int
    characters: int
    """Number of characters of texts and contexts, and one more per document."""
    skipped: dict[str, int]
    """Number of lines left out, by reason."""
    examples: list[str]
    shards: list[tuple[int, int, int]]
    """First document of each shard, the one after its last, and its number of characters."""


@dataclass(frozen=True, kw_only=True)
class EditOutcome:
    """What an edit did and how fast."""

    source: FilesRead
    summary: EditSummary
    rule: EditRule
    prior: dict[str, Any]
    seconds: float
    """Time of this run; a run that was resumed did only the rest of the work in this time."""
    tokens_in_seconds: int
    """Number of tokens scored in this run, for its speed."""
    peak_memory_bytes: int
    """Largest resident size that one process of the edit reached."""
    written: dict[str, str]
    """SHA-256 of the ledger and of every edited file, by its name in the folder."""
    library_warnings: list[LibraryWarning] = field(default_factory=list)
    """What libraries warned of in this run, in all its processes; `seconds` is of the same run."""


@dataclass(frozen=True, kw_only=True)
class EditedFile:
    """A file that was edited, as a ledger remembers it."""

    name: str
    sha256: str
    """SHA-256 of the file as it was read, 64 hex digits."""
    edited_sha256: str
    """SHA-256 of the file as it was written."""


@dataclass(frozen=True, kw_only=True)
class LedgerSource:
    """Where the documents of a ledger stand, as its metadata have it."""

    files: list[EditedFile]
    """The files in the order in which their documents are numbered."""
    fields: Fields
