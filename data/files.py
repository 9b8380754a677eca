"""Files that appear whole or not at all, and what identifies their content."""

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError

PARTIAL = ".partial-"
"""Text between the name of a file that is being written and the number of the process that writes
it."""


def home() -> Path:
    """The folder of everything that can be made again: `$COLLAPSE_HOME`, or `outputs`."""
    return Path(os.environ.get("COLLAPSE_HOME", "outputs"))


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


@contextmanager
def saving(folder: Path) -> Iterator[None]:
    """Turn what safetensors says of a full disk into the error that every other writer raises.

    Raises:
        OSError: No space is left; `errno` is ENOSPC.
    """
    try:
        yield
    except SafetensorError as error:
        if "space" not in str(error):
            raise
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder)) from error


def file_digest(path: Path) -> str:
    """SHA-256 of a file, 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def folder_identity(name: str) -> str:
    """Content of a checkpoint's folder; a hub name stands for itself."""
    folder = Path(name)
    if not folder.is_dir():
        return name
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        digest.update(f"{name} {file_digest(path)}\n".encode())
    return digest.hexdigest()


def discard(path: Path) -> None:
    """Remove a folder of working files that a stage's result does not need."""
    shutil.rmtree(path)
