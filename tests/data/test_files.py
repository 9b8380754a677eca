"""Places that cannot be written: each is one line with name, cause and mend, before any work."""

import errno
import os
import re
import resource
from collections.abc import Callable
from pathlib import Path

import pytest
from safetensors import SafetensorError

from data.checkpoints.hub import only_here
from data.errors import BadInput
from data.files import atomic, is_input, saving, told, try_file, try_folder, write_atomic
from data.ledger import metadata


def _file_above(folder: Path) -> Path:
    (folder / "file").write_text("I am no folder")
    return folder / "file" / "below"


def _dangling(folder: Path) -> Path:
    (folder / "link").symlink_to(folder / "gone")
    return folder / "link"


def _circle(folder: Path) -> Path:
    (folder / "link").symlink_to(folder / "link")
    return folder / "link"


def _long(folder: Path) -> Path:
    return folder / ("n" * 300)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (_file_above, "file: a part of this path is no folder; name another place"),
        (_dangling, "link: is a link to .*gone, which is not there; mend it"),
        (_circle, "link"),
        (_long, "the name is longer than this place allows"),
    ],
)
def test_a_folder_that_cannot_be_is_refused_before_work(
    tmp_path: Path, place: Callable[[Path], Path], words: str
) -> None:
    target = place(tmp_path)
    before = sorted(tmp_path.rglob("*"))

    with pytest.raises(OSError, match=r"Errno") as raised:
        try_folder(target)

    assert is_input(raised.value)
    assert re.search(words, told(raised.value))
    assert "\n" not in told(raised.value)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_place_that_can_be_written_is_left_as_it_was(tmp_path: Path) -> None:
    try_folder(tmp_path / "a" / "b")
    try_file(tmp_path / "c.json")

    assert list(tmp_path.iterdir()) == []


def test_a_file_needs_a_folder_and_a_name_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError) as raised:
        try_file(tmp_path)
    assert "this is a folder, where a file is needed" in told(raised.value)
    with pytest.raises(FileNotFoundError) as missing:
        try_file(tmp_path / "gone" / "a.json")
    assert told(missing.value).startswith(f"{tmp_path}/gone: no such file or folder")


def test_a_file_that_is_too_large_is_named_and_leaves_nothing(tmp_path: Path) -> None:
    """The operating system's error of a write names no file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, hard))
    try:
        with pytest.raises(OSError, match="too large") as raised:
            write_atomic(tmp_path / "large.txt", "x" * 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert told(raised.value) == (
        f"{tmp_path}/large.txt: the file is larger than this place allows; raise the limit or use "
        "another place"
    )
    assert not is_input(raised.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [*errno.errorcode])
def test_every_error_of_the_system_is_one_line_that_names_the_file(number: int) -> None:
    line = told(OSError(number, os.strerror(number), "some/file"))

    assert line.startswith("some/file: ")
    assert ";" in line
    assert "\n" not in line


def test_what_is_added_to_a_name_while_it_is_written_is_not_shown(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as raised, atomic(tmp_path / "gone" / "a.txt") as partial:
        partial.write_text("")

    assert told(raised.value).startswith(f"{tmp_path}/gone/a.txt: no such file or folder")


def test_a_name_that_steers_a_terminal_is_shown_by_its_escapes() -> None:
    line = told(FileNotFoundError(errno.ENOENT, "gone", "a\x1b[2J\nb\u202e.json"))

    assert line.startswith(r"a\x1b[2J b\u202e.json: ")


def test_a_library_s_own_error_is_one_line() -> None:
    assert told(OSError("no file\nmodel.bin found\r\n in x")) == "no file model.bin found in x"


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("I/O error: Read-only file system (os error 30)", errno.EROFS),
        ("I/O error: No space left on device (os error 28)", errno.ENOSPC),
    ],
)
def test_what_safetensors_says_of_a_place_is_an_error_of_the_place(
    tmp_path: Path, said: str, number: int
) -> None:
    with pytest.raises(OSError, match=r"Errno") as raised, saving(tmp_path):
        raise SafetensorError(said)

    assert (raised.value.errno, raised.value.filename) == (number, str(tmp_path))


@pytest.mark.parametrize("use", [try_folder, try_file, only_here, metadata])
def test_a_path_that_is_no_text_is_refused_in_one_line(
    use: Callable[[Path], object], tmp_path: Path
) -> None:
    """As names in Latin-1 are, which pyarrow and safetensors cannot open."""
    place = tmp_path / os.fsdecode(b"caf\xe9")
    place.mkdir()

    for path in (place, place / "new"):
        with pytest.raises(BadInput, match=r"caf\\udce9.*: this path is no UTF-8 text") as caught:
            use(path)
        assert "\n" not in str(caught.value)
    assert not any(place.iterdir())
