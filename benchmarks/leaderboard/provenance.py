"""Where a record says it was made: its commit and its lock, held against this repository."""

import hashlib
import subprocess
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from packaging.requirements import Requirement

from benchmarks.leaderboard.findings import Level
from benchmarks.record import Record

ROOT = Path(__file__).parents[2]


class Repository:
    """The history that records refer to."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        self._known: dict[tuple[str, ...], bytes | None] = {}

    @cached_property
    def is_checkout(self) -> bool:
        """Whether there is a history at all."""
        return self._git("rev-parse", "--git-dir") is not None

    @cached_property
    def is_shallow(self) -> bool:
        """Whether the history is cut off, so that a missing commit proves nothing."""
        return self._git("rev-parse", "--is-shallow-repository") == b"true\n"

    def has(self, commit: str) -> bool:
        """Whether the commit is an ancestor of what is checked out."""
        return self._git("merge-base", "--is-ancestor", commit, "HEAD") is not None

    def lock(self, name: str, commit: str | None = None) -> bytes | None:
        """A lock as it is, or as it was at a commit; None if there was none."""
        if commit is None:
            path = self.root / "locks" / name
            return path.read_bytes() if path.is_file() else None
        return self._git("show", f"{commit}:locks/{name}")

    def changed_since(self, commit: str, folder: Path) -> frozenset[Path]:
        """Files below a folder that were added or changed since a commit, or are not committed.

        Raises:
            ValueError: There is no such commit.
        """
        inside = ("--", str(folder.absolute()))
        changed = self._git("diff", "--name-only", "-z", "--diff-filter=d", commit, *inside)
        if changed is None:
            raise ValueError(f"{commit} is no commit of {self.root}; name one with --since")
        new = self._git("ls-files", "--others", "-z", "--exclude-standard", *inside) or b""
        return frozenset(self.root / name for name in (changed + new).decode().split("\0") if name)

    def _git(self, *arguments: str) -> bytes | None:
        """What git says, asked once; None if it fails."""
        if arguments not in self._known:
            command = ["git", "-C", str(self.root), *arguments]
            outcome = subprocess.run(command, capture_output=True, check=False)
            self._known[arguments] = outcome.stdout if outcome.returncode == 0 else None
        return self._known[arguments]


def provenance(record: Record, repository: Repository) -> Iterator[tuple[Level, str, str]]:
    """Level, check and sentence of everything that is wrong with commit and lock."""
    yield from _commit(record, repository)
    yield from _lock(record, repository)


def _commit(record: Record, repository: Repository) -> Iterator[tuple[Level, str, str]]:
    if record.dirty:
        yield "error", "commit", f"made with changes on top of {record.commit[:8]}; commit them"
    if not repository.is_checkout:
        yield "note", "commit", "there is no history here to look its commit up in"
    elif not repository.has(record.commit):
        if repository.is_shallow:
            yield "note", "commit", f"{record.commit[:8]} is not in this shallow history"
        else:
            yield "error", "commit", f"{record.commit[:8]} is not in the history"


def _lock(record: Record, repository: Repository) -> Iterator[tuple[Level, str, str]]:
    lock = record.environment.lock
    if lock is None:
        yield "warning", "lock", "made outside any lock; run it with tox run -e bench-..."
        return
    if not lock.satisfied:
        yield "warning", "lock", f"made outside its lock: packages differ from {lock.name}"
    candidates = (repository.lock(lock.name), repository.lock(lock.name, record.commit))
    content = next((c for c in candidates if c is not None and _sha256(c) == lock.sha256), None)
    if content is None:
        yield (
            "error",
            "lock",
            f"{lock.sha256[:8]} is the digest of locks/{lock.name} neither now nor at its commit",
        )
    elif lock.satisfied:
        for text in _other_versions(record, content.decode()):
            yield "error", "lock", text


def _other_versions(record: Record, content: str) -> Iterator[str]:
    """Packages whose recorded version is not the pinned one."""
    python = {"python_full_version": record.environment.python}
    for line in content.splitlines():
        if "==" not in line:
            continue
        pin = Requirement(line)
        found = record.environment.versions.get(pin.name)
        if found is None or (pin.marker is not None and not pin.marker.evaluate(python)):
            continue
        if not pin.specifier.contains(found.split("+")[0], prereleases=True):
            yield f"{pin.name} is {found}, its lock pins {pin.specifier}"


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
