"""Files that appear whole or not at all, and what identifies their content."""

import errno
import hashlib
import os
import re
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

from safetensors import SafetensorError

from data.errors import BadInput, one_line

PARTIAL = ".partial-"
"""Text between the name of a file that is being written and the number of the process that writes
it."""
_MENDS = {
    errno.ENOSPC: "no space left; free some and run again, finished stages are kept",
    errno.EDQUOT: "no space left to you; free some and run again, finished stages are kept",
    errno.EFBIG: "the file is larger than this place allows; raise the limit or use another place",
    errno.EROFS: "this place can only be read; name another one",
    errno.EACCES: "you may not do this here; change the rights or name another place",
    errno.EPERM: "you may not do this here; change the rights or name another place",
    errno.ENOTDIR: "a part of this path is no folder; name another place",
    errno.EISDIR: "this is a folder, where a file is needed; name a file",
    errno.ENOENT: "no such file or folder; look at the name",
    errno.EEXIST: "something else is in this place already; move it or name another place",
    errno.ENOTEMPTY: "something else is in this place already; move it or name another place",
    errno.ENAMETOOLONG: "the name is longer than this place allows; give a shorter one",
    errno.ELOOP: "links lead in a circle here; mend them",
    errno.EMFILE: "too many files are open; raise the limit (ulimit -n)",
    errno.ENFILE: "too many files are open; raise the limit of the machine",
    errno.EIO: "the device fails to read or write; look at its health",
    errno.ETXTBSY: "a program that runs is in this place; name another one",
}
"""What a user can do, by the number of an error of the operating system."""
_TICK = 2_000_000_000
"""Nanoseconds between two times that the clock of any disk tells apart."""
_OUR_INPUT = frozenset({errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EISDIR,
                        errno.ENOENT, errno.EEXIST, errno.ENOTEMPTY, errno.ENAMETOOLONG,
                        errno.ELOOP})  # fmt: skip
"""Numbers of errors that say that a place was named which cannot be used."""


def told(error: OSError) -> str:
    """What the operating system says of a place, as one line with the place, cause and mend."""
    number = error.errno
    if number is None:  # a library's own
        return one_line(error) or type(error).__name__
    place = _place(error)
    if number in (errno.ENOENT, errno.EEXIST) and (target := _dangling(place)):
        return f"{one_line(place)}: is a link to {target}, which is not there; mend it or move it"
    shown = one_line(place) if place else "a file or the disk"
    mend = _MENDS.get(number, f"{one_line(error.strerror or error)}; mend the place and run again")
    return f"{shown}: {mend}"


def is_input(error: OSError) -> bool:
    """Whether a place that a user named is at fault, and not the state of the machine."""
    return error.errno in _OUR_INPUT


def _place(error: OSError) -> str:
    """The file that an error is about, without what `atomic` adds to its name; perhaps none."""
    places = (error.filename2, error.filename)
    name = next((os.fsdecode(one) for one in places if isinstance(one, str | bytes)), "")
    return re.sub(rf"{re.escape(PARTIAL)}\d+$", "", name)


def _dangling(place: str) -> str | None:
    """Where a link leads that is the place or a folder above it, when nothing is there."""
    for path in (Path(place), *Path(place).parents) if place else ():
        if path.is_symlink() and not path.exists():
            return one_line(path.readlink())
    return None


@contextmanager
def naming(place: Path) -> Iterator[None]:
    """Give errors of the operating system that name no file the name of the one that is written.

    Raises:
        OSError: The same as without it, with a file name.
    """
    try:
        yield
    except OSError as error:
        if error.errno is None or error.filename is not None:
            raise
        raise OSError(error.errno, os.strerror(error.errno), str(place)) from error


def try_folder(folder: Path) -> None:
    """Make sure, before any work, that files can be written in a folder; leave nothing behind.

    A folder that is not there yet is tried at the nearest one above it.

    Raises:
        BadInput: The path is no text.
        OSError: They cannot.
    """
    check_path(folder.absolute())
    place = folder.absolute()
    while not place.exists():
        if place.is_symlink():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(place))
        place = place.parent
    if not place.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(place))
    try:
        with TemporaryFile(dir=place):
            pass
    except OSError as error:  # it would name the temporary file
        raise OSError(error.errno, error.strerror, str(folder)) from error


def check_path(path: Path) -> None:
    """Refuse a path that is no text: libraries that write and read by themselves cannot use it.

    Raises:
        BadInput: It holds bytes that are not UTF-8, as names of other encodings do.
    """
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        raise BadInput(
            f"{one_line(path)}: this path is no UTF-8 text, as is needed here; rename it or name "
            "another place"
        ) from error


def try_file(path: Path) -> None:
    """Make sure, before any work, that a file can be written in a folder that is there.

    Raises:
        BadInput: The path is no text.
        OSError: It cannot.
    """
    check_path(path.absolute())
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not path.absolute().parent.exists():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path.parent))
    try_folder(path.absolute().parent)


def home() -> Path:
    """The folder of everything that can be made again: `$COLLAPSE_HOME`, or `outputs`."""
    return Path(os.environ.get("COLLAPSE_HOME", "outputs"))


@contextmanager
def atomic(target: Path) -> Iterator[Path]:
    """A path to write to, that takes the target's place when all is written and on disk."""
    path = target.with_name(f"{target.name}{PARTIAL}{os.getpid()}")
    try:
        with naming(target):
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
    """Turn what safetensors says of a place into the error that every other writer raises.

    Raises:
        OSError: The operating system refused, for example because no space is left (ENOSPC).
    """
    try:
        yield
    except SafetensorError as error:
        found = re.search(r"os error (\d+)", str(error))
        if found is None and "space" not in str(error):
            raise
        number = int(found[1]) if found else errno.ENOSPC
        raise OSError(number, os.strerror(number), str(folder)) from error


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
    for path in folder_files(folder):
        name = path.relative_to(folder).as_posix()
        digest.update(f"{name} {file_digest(path)}\n".encode())
    return digest.hexdigest()


def folder_files(folder: Path) -> list[Path]:
    """All files of a folder and of those in it, sorted."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


FileState = tuple[str, int, int, int, int]
"""Path, size, number on its disk, and times of the last change of content and of anything, in
nanoseconds: what the system says of a file without reading it."""


def file_states(paths: Iterable[Path]) -> list[FileState] | None:
    """What the system says of files now; equal states later mean that none was written since.

    Returns:
        None where a file was written in these seconds: it could be written once more within the
        same tick of the disk's clock.
    """
    states: list[FileState] = []
    for path in paths:
        found = path.stat()
        if found.st_ctime_ns > time.time_ns() - _TICK:
            return None
        states.append((str(path.resolve()), found.st_size, found.st_ino, found.st_mtime_ns,
                       found.st_ctime_ns))  # fmt: skip
    return states


def discard(path: Path) -> None:
    """Remove a folder of working files that a stage's result does not need."""
    shutil.rmtree(path)
