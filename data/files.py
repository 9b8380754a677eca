"""Files that appear whole or not at all, and what identifies their content."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PARTIAL = ".partial-"
"""Between the name of a file that is being written and the number of the process that writes it."""


@contextmanager
def atomic(target: Path) -> Iterator[Path]:
    """A path to write to, that takes the target's place when all is written and on disk."""
    path = target.with_name(f"{target.name}{PARTIAL}{os.getpid()}")
    try:
        yield path
        with path.open("rb+") as file:
            os.fsync(file.fileno())
        path.replace(target)
    finally:
        path.unlink(missing_ok=True)


def write_atomic(path: Path, text: str) -> None:
    """Write a file so that a reader sees the old content or the new, and never a part."""
    with atomic(path) as partial:
        partial.write_text(text, encoding="utf-8")


def file_digest(path: Path) -> str:
    """SHA-256 of a file, 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
