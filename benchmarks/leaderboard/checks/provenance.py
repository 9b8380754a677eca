"""Where a record says it was made: its commit and its lock, held against this repository."""

import hashlib
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from benchmarks.leaderboard.checks.findings import Level
from benchmarks.running.record import Envelope
from data.errors import BadInput

ROOT = Path(__file__).parents[3]
_COMMIT = re.compile(r"[0-9a-f]{40}")
_LOCK = re.compile(r"bench-[a-z0-9_-]+\.txt")


class Repository:
    """The history that records refer to."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        self._known: dict[tuple[str, ...], bytes | None] = {}

    @cached_property
    def has_git(self) -> bool:
        """Whether git is installed; without it no history can be read."""
        return shutil.which("git") is not None

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
        return (
            self._git("merge-base", "--is-ancestor", "--end-of-options", commit, "HEAD") is not None
        )

    def lock(self, name: str, commit: str | None = None) -> bytes | None:
        """A lock as it is, or as it was at a commit; None if there was none."""
        if commit is None:
            path = self.root / "locks" / name
            return path.read_bytes() if path.is_file() else None
        return self._git("show", "--end-of-options", f"{commit}:locks/{name}")

    def changed_since(self, commit: str, folder: Path) -> frozenset[Path]:
        """Files below a folder that were added or changed since a commit, or are not committed.

        Raises:
            BadInput: There is no such commit, or the folder lies outside the repository.
        """
        name = f"{commit}^{{commit}}"
        known = self._git("rev-parse", "--verify", "--end-of-options", name)
        if known is None:
            raise BadInput(f"{commit} is no commit of {self.root}; name one with --since")
        place = folder.resolve()
        if not place.is_relative_to(self.root.resolve()):
            raise BadInput(
                f"{folder} lies outside the repository {self.root}, whose history cannot say what "
                "is new in it; leave out --since"
            )
        inside = ("--", str(place))
        digest = known.decode().strip()
        changed = self._git("diff", "--name-only", "-z", "--diff-filter=d", digest, *inside)
        new = self._git("ls-files", "--others", "-z", "--full-name", "--exclude-standard", *inside)
        names = ((changed or b"") + (new or b"")).decode().split("\0")
        return frozenset(self.root.resolve() / name for name in names if name)

    def _git(self, *arguments: str) -> bytes | None:
        """What git says, asked once; None if it fails or is not there."""
        if not self.has_git:
            return None
        if arguments not in self._known:
            command = ["git", "-C", str(self.root), *arguments]
            outcome = subprocess.run(command, capture_output=True, check=False)
            self._known[arguments] = outcome.stdout if outcome.returncode == 0 else None
        return self._known[arguments]


def provenance(record: Envelope, repository: Repository) -> Iterator[tuple[Level, str, str]]:
    """Level, check and sentence of everything that is wrong with commit and lock."""
    yield from _commit(record, repository)
    yield from _lock(record, repository)


def _commit(record: Envelope, repository: Repository) -> Iterator[tuple[Level, str, str]]:
    commit = record.commit
    if commit == "unknown":
        yield "error", "commit", "made outside a checkout, so that its code is unknown"
        return
    if not _COMMIT.fullmatch(commit):
        yield "error", "commit", f"{commit[:60]!r} is no commit: 40 hex digits name one"
        return
    if record.dirty:
        yield "error", "commit", f"made with changes on top of {commit[:8]}; commit them"
    if not _is_seen(commit, repository):
        yield "note", "commit", _unseen(commit, repository)
    elif not repository.has(commit):
        yield "error", "commit", f"{commit[:8]} is not in the history"


def _is_seen(commit: str, repository: Repository) -> bool:
    """Whether the history here can decide about the commit."""
    return repository.is_checkout and (repository.has(commit) or not repository.is_shallow)


def _unseen(commit: str, repository: Repository) -> str:
    if not repository.has_git:
        return "git is not installed: its commit cannot be looked up"
    if not repository.is_checkout:
        return "there is no history here to look its commit up in"
    return f"{commit[:8]} is not in this shallow history"


def _lock(record: Envelope, repository: Repository) -> Iterator[tuple[Level, str, str]]:
    lock = record.environment.lock
    if lock is None:
        yield "warning", "lock", "made outside any lock; run it with tox run -e bench-..."
        return
    if not _LOCK.fullmatch(lock.name):
        yield "error", "lock", f"{lock.name[:60]!r} is no lock of a benchmark: bench-....txt is one"
        return
    if not lock.satisfied:
        yield "warning", "lock", f"made outside its lock: packages differ from {lock.name}"
    is_commit = _COMMIT.fullmatch(record.commit) is not None
    candidates = [repository.lock(lock.name)]
    candidates += [repository.lock(lock.name, record.commit)] if is_commit else []
    content = next((c for c in candidates if c is not None and _sha256(c) == lock.sha256), None)
    if content is not None:
        for text in _wrong_pins(record, content, is_satisfied=lock.satisfied):
            yield "error", "lock", text
    elif is_commit and not _is_seen(record.commit, repository):
        yield (
            "note",
            "lock",
            f"locks/{lock.name} is another one now, and {_unseen(record.commit, repository)}",
        )
    else:
        yield (
            "error",
            "lock",
            f"{lock.sha256[:8]} is the digest of locks/{lock.name} neither now nor at its commit",
        )


def _wrong_pins(record: Envelope, content: bytes, *, is_satisfied: bool) -> Iterator[str]:
    """Packages that the lock does not pin, or of which another version is recorded."""
    environment = record.environment
    packages = tuple(environment.versions.items())
    yield from _wrong_packages(environment.python, packages, content, is_satisfied)


@lru_cache(maxsize=1024)
def _wrong_packages(
    python: str, packages: tuple[tuple[str, str], ...], content: bytes, is_satisfied: bool
) -> tuple[str, ...]:
    """The same of packages with their versions; most records were made in one of few places."""
    try:
        Version(python)
        pins = _pins(content.decode(), python)
    except (InvalidRequirement, InvalidVersion, UnicodeDecodeError) as error:
        return (f"python {python[:20]} or its lock cannot be read: {error}",)
    versions = {canonicalize_name(name): v for name, v in packages}
    missing = sorted({*versions, "torch"} - pins.keys())
    wrong = [f"its lock pins no {name}" for name in missing]
    for name in sorted(versions.keys() & pins.keys()):
        if is_satisfied and not _fits(pins[name], versions[name]):
            wrong.append(f"{name} is {versions[name]}, its lock pins {pins[name].specifier}")
    return tuple(wrong)


@lru_cache(maxsize=64)
def _pins(content: str, python: str) -> Mapping[str, Requirement]:
    """The pins of a lock that hold for a version of Python, by package."""
    pins = [Requirement(line) for line in content.splitlines() if "==" in line]
    for_it = {"python_full_version": python}
    return {
        canonicalize_name(pin.name): pin
        for pin in pins
        if pin.marker is None or pin.marker.evaluate(for_it)
    }


def _fits(pin: Requirement, version: str) -> bool:
    """Whether it is the pinned version, whichever build of it."""
    try:
        return pin.specifier.contains(Version(version.split("+")[0]), prereleases=True)
    except InvalidVersion:
        return False


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
