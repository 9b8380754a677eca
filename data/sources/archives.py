"""Pinned archives of other registries than Python's as carriers of data, read as files.

An archive is what a registry's own client puts into a folder: a gzipped tar of npm (`npm pack`) or
a package of Debian (`apt-get download`). Where the client is missing, the file can be put into the
cache folder by hand. Whatever the way, its SHA-256 is compared before a byte of it is read; nothing
in it is ever installed, imported or run; members are read by name, into memory, up to a limit.
"""

import fnmatch
import io
import lzma
import shutil
import subprocess
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal, cast

from data.errors import BadInput, one_line
from data.files import file_digest
from data.sources.fetching import cache_folder

_MOST_BYTES = 64 * 2**20
"""Bytes that the members read of one archive may have together, and the tar of a Debian package."""
_MOST_MEMBERS = 50_000
"""Members of an archive that are looked at."""
_AR_MAGIC = b"!<arch>\n"
_AR_HEADER = 60
Registry = Literal["npm", "debian"]


@dataclass(frozen=True, slots=True)
class Archive:
    """One file of npm or of Debian, pinned by content."""

    registry: Registry
    """Whose client fetches it."""
    distribution: str
    """Name of the package there."""
    version: str
    """Version of the package there."""
    file: str
    """Name of the file, as the client writes it."""
    sha256: str
    """SHA-256 of the file."""

    @property
    def requirement(self) -> str:
        """Package and version, as the registry's client takes them."""
        between = "@" if self.registry == "npm" else "="
        return f"{self.distribution}{between}{self.version}"

    @property
    def path(self) -> Path:
        """Its place in the cache folder."""
        return cache_folder() / self.file


def at_hand(archive: Archive) -> bool:
    """Whether the file lies in the cache folder with the content that is pinned."""
    return archive.path.is_file() and file_digest(archive.path) == archive.sha256


def fetch_archive(archive: Archive) -> Path:
    """Get an archive by its registry's client, check its SHA-256 and keep it in the cache.

    Raises:
        BadInput: The client is missing or cannot get it, or its content is not what is pinned.
    """
    if archive.path.exists():
        verify_archive(archive.path, archive)
        return archive.path
    command = _command(archive)
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as download:
        outcome = subprocess.run(
            command, cwd=download, capture_output=True, text=True, check=False, timeout=900
        )
        found = Path(download) / archive.file
        if outcome.returncode or not found.is_file():
            reason = (outcome.stderr.strip().splitlines() or ["no message"])[-1]
            raise BadInput(
                f"{command[0]} could not download {archive.requirement}: {one_line(reason)}; "
                f"{_by_hand(archive)}"
            )
        verify_archive(found, archive)
        return found.rename(archive.path)


def _command(archive: Archive) -> list[str]:
    """The client's command that puts the archive into the folder it runs in.

    Raises:
        BadInput: The client is not installed.
    """
    name, *options = {
        "npm": ["npm", "pack", "--silent", "--ignore-scripts"],
        "debian": ["apt-get", "download", "-qq"],
    }[archive.registry]
    program = shutil.which(name)
    if program is None:
        raise BadInput(f"{name} is not installed here; {_by_hand(archive)}")
    return [program, *options, archive.requirement]


def _by_hand(archive: Archive) -> str:
    return (
        f"get {archive.file} of {archive.registry} elsewhere, SHA-256 {archive.sha256[:16]}..., "
        f"and put it into {archive.path.parent}"
    )


def verify_archive(path: Path, archive: Archive) -> None:
    """Compare a file with its pin.

    Raises:
        BadInput: The SHA-256 of the file differs from the pinned one.
    """
    found = file_digest(path)
    if found != archive.sha256:
        raise BadInput(
            f"{path}: SHA-256 is {found[:16]}..., pinned is {archive.sha256[:16]}...; the file is "
            "damaged or another one: delete it and fetch it again"
        )


def read_members(archive: Archive, pattern: str) -> dict[str, bytes]:
    """Content of the regular files of an archive whose names match a shell pattern, sorted by name.

    Args:
        archive: An archive that lies in the cache folder.
        pattern: Of names as they stand in the archive, such as `package/data/*.json`.

    Raises:
        BadInput: The archive is not there, is damaged or another one, has no such member, or holds
            more than is read of one.
    """
    path = archive.path
    if not path.is_file():
        raise BadInput(
            f"{archive.requirement} of {archive.registry} is not fetched; run: collapse data fetch "
            f"{archive.distribution}"
        )
    verify_archive(path, archive)
    try:
        found = dict(sorted(_matching(path, archive.registry, pattern)))
    except (tarfile.TarError, lzma.LZMAError, zlib.error, EOFError, OSError) as error:
        raise BadInput(f"{path}: {one_line(error)}; delete the file and fetch it again") from error
    if not found:
        raise BadInput(f"{path}: no file in it is called {pattern}; it is empty or another archive")
    return found


def _matching(path: Path, registry: Registry, pattern: str) -> Iterator[tuple[str, bytes]]:
    left = _MOST_BYTES
    with _tar(path, registry) as tar:
        for count, member in enumerate(tar):
            if count >= _MOST_MEMBERS:
                raise BadInput(f"{path}: more than {_MOST_MEMBERS:,} members; it is no text")
            if not member.isreg() or not fnmatch.fnmatchcase(member.name, pattern):
                continue
            left -= member.size
            if left < 0:
                raise BadInput(f"{path}: more than {_MOST_BYTES:,} bytes match {pattern}")
            yield member.name, cast(IO[bytes], tar.extractfile(member)).read(member.size)


def _tar(path: Path, registry: Registry) -> tarfile.TarFile:
    if registry == "npm":
        return tarfile.open(path, mode="r|gz")
    packed = _ar_member(path.read_bytes(), "data.tar.xz", path)
    unpacking = lzma.LZMADecompressor()
    unpacked = unpacking.decompress(packed, max_length=_MOST_BYTES)
    if not unpacking.eof:
        raise BadInput(f"{path}: its files are cut off, or more than {_MOST_BYTES:,} bytes")
    return tarfile.open(fileobj=io.BytesIO(unpacked), mode="r:")


def _ar_member(content: bytes, name: str, path: Path) -> bytes:
    """One member of an ar archive, the envelope of a Debian package.

    Each member has a header of 60 bytes: its name in 16, its size in decimal digits from byte 48 on
    in 10. Members begin at even places.
    """
    if not content.startswith(_AR_MAGIC):
        raise BadInput(f"{path}: no package of Debian; delete the file and fetch it again")
    place = len(_AR_MAGIC)
    while place + _AR_HEADER <= len(content):
        header = content[place : place + _AR_HEADER]
        size = header[48:58].strip()
        if not size.isdigit():
            break
        start = place + _AR_HEADER
        if header[:16].strip().rstrip(b"/") == name.encode():
            return content[start : start + int(size)]
        place = start + int(size) + int(size) % 2
    raise BadInput(f"{path}: holds no {name}; delete the file and fetch it again")
