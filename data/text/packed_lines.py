"""Lines of plain, .gz and .zst files; a file that is cut off is refused."""

import gzip
import io
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import zstandard

from data.errors import BadInput
from data.text.text_files import shown

_BYTES_PER_READ = 2**20
_LARGEST_WINDOW = 2**31  # of zstd with --long


class Writer(Protocol):
    """Anything that bytes can be written to."""

    def write(self, data: bytes, /) -> int:  # noqa: D102
        ...


@contextmanager
def create_packed(path: Path, suffix: str) -> Iterator[Writer]:
    """A new file, packed as the suffix says; equal content gives equal bytes."""
    with path.open("wb") as raw:
        if suffix == ".gz":
            with gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as packed:
                yield packed
        elif suffix == ".zst":
            with zstandard.ZstdCompressor().stream_writer(raw, closefd=False) as writer:
                yield writer
        else:
            yield raw


def raw_lines(path: Path) -> Iterator[bytes]:
    """Lines of a file, unpacked, each with its end.

    Raises:
        BadInput: The file is damaged or cut off.
    """
    try:
        if path.suffix == ".zst":
            yield from _split(_unpacked(path))
        else:
            with _open(path) as file:
                yield from file
    except (EOFError, gzip.BadGzipFile, zlib.error, zstandard.ZstdError) as error:
        raise BadInput(f"{shown(path)}: the file is damaged ({error}); get it again") from error


def _open(path: Path) -> io.BufferedIOBase:
    if path.suffix == ".gz":
        return gzip.open(path, "rb")
    return path.open("rb")


def _unpacked(path: Path) -> Iterator[bytes]:
    """All frames of a file; its own reader takes a file that is cut off for a shorter one.

    Raises:
        EOFError: The last frame is cut off.
    """
    decompressor = zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW)
    frame = None
    with path.open("rb") as file:
        while piece := file.read(_BYTES_PER_READ):
            while piece:
                frame = frame or decompressor.decompressobj()
                yield frame.decompress(piece)
                piece = frame.unused_data if frame.eof else b""
                if frame.eof:
                    frame = None
    if frame is not None:
        raise EOFError("the last frame is cut off")


def _split(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Lines of pieces that are cut anywhere, each with its end."""
    begun: list[bytes] = []
    for piece in pieces:
        *lines, rest = piece.split(b"\n")
        for line in lines:
            yield b"".join([*begun, line, b"\n"])
            begun = []
        if rest:
            begun.append(rest)
    if begun:
        yield b"".join(begun)
