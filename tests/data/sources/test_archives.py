import hashlib
import io
import lzma
import tarfile
from pathlib import Path

import pytest

from data.errors import BadInput
from data.sources import archives
from data.sources.archives import Archive, Registry, at_hand, fetch_archive, read_members

_FILES = {"package/data/a.json": b"{}", "package/data/b.json": b"[1]", "package/README.md": b"#"}


def _tar(files: dict[str, bytes], mode: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as tar:  # type: ignore[call-overload]
        link = tarfile.TarInfo("package/data/link.json")
        link.type, link.linkname = tarfile.SYMTYPE, "../../../etc/passwd"
        tar.addfile(link)
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def _ar(members: dict[str, bytes]) -> bytes:
    parts = [b"!<arch>\n"]
    for name, content in members.items():
        header = f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(content):<10}`\n".encode()
        parts += [header, content, b"\n" * (len(content) % 2)]
    return b"".join(parts)


def _deb(files: dict[str, bytes]) -> bytes:
    packed = lzma.compress(_tar(files, "w"))
    return _ar({"debian-binary": b"2.0", "control.tar.xz": b"x", "data.tar.xz": packed})


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COLLAPSE_HOME", str(tmp_path))
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def _put(home: Path, content: bytes, registry: Registry = "npm") -> Archive:
    (home / "it.bin").write_bytes(content)
    return Archive(
        registry=registry,
        distribution="it",
        version="1",
        file="it.bin",
        sha256=hashlib.sha256(content).hexdigest(),
    )


@pytest.mark.parametrize("registry", ["npm", "debian"])
def test_matching_files_are_read_by_name_and_links_are_not(home: Path, registry: Registry) -> None:
    content = _tar(_FILES, "w:gz") if registry == "npm" else _deb(_FILES)
    archive = _put(home, content, registry)
    assert at_hand(archive)
    found = read_members(archive, "package/data/*.json")
    assert found == {"package/data/a.json": b"{}", "package/data/b.json": b"[1]"}
    assert [path.name for path in home.iterdir()] == ["it.bin"]


def test_nothing_is_read_of_a_file_that_is_not_the_pinned_one(home: Path) -> None:
    archive = _put(home, _tar(_FILES, "w:gz"))
    (home / "it.bin").write_bytes(b"another")
    assert not at_hand(archive)
    with pytest.raises(BadInput, match=r"SHA-256 is .* delete it and fetch it again"):
        read_members(archive, "*")


def test_an_absent_archive_names_the_command(home: Path) -> None:
    archive = _put(home, b"x")
    archive.path.unlink()
    with pytest.raises(BadInput, match=r"it@1 of npm is not fetched; run: collapse data fetch it"):
        read_members(archive, "*")


@pytest.mark.parametrize(
    ("content", "registry"),
    [
        (_tar(_FILES, "w:gz")[:60], "npm"),
        (b"no archive", "npm"),
        (b"no archive", "debian"),
        (_ar({"debian-binary": b"2.0"}), "debian"),
        (_ar({"data.tar.xz": b"no xz"}), "debian"),
        (_ar({"data.tar.xz": lzma.compress(_tar(_FILES, "w"))[:-40]}), "debian"),
        (_tar({}, "w:gz"), "npm"),
        (_deb({}), "debian"),
    ],
    ids=[
        "cut tar",
        "no tar",
        "no deb",
        "deb without data",
        "deb of no archive",
        "cut deb",
        "empty tar",
        "empty deb",
    ],
)
def test_a_damaged_or_empty_archive_is_told_in_one_line(
    home: Path, content: bytes, registry: Registry
) -> None:
    archive = _put(home, content, registry)
    with pytest.raises(BadInput, match=r"it\.bin") as caught:
        read_members(archive, "package/data/*.json")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("registry", ["npm", "debian"])
def test_more_than_is_allowed_is_not_unpacked(
    home: Path, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"package/data/a.json": b"0" * 40_000}
    content = _tar(files, "w:gz") if registry == "npm" else _deb(files)
    archive = _put(home, content, registry)
    monkeypatch.setattr(archives, "_MOST_BYTES", 30_000)
    with pytest.raises(BadInput, match="more than"):
        read_members(archive, "package/data/*.json")


def test_a_file_that_was_put_there_by_hand_is_taken(home: Path) -> None:
    archive = _put(home, b"x")
    assert fetch_archive(archive) == home / "it.bin"


@pytest.mark.parametrize(("registry", "client"), [("npm", "npm"), ("debian", "apt-get")])
def test_without_the_client_the_file_can_be_put_there(
    home: Path, registry: Registry, client: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = _put(home, b"x", registry)
    archive.path.unlink()
    monkeypatch.setenv("PATH", str(home))
    with pytest.raises(BadInput, match=rf"{client} is not installed here; get it\.bin") as caught:
        fetch_archive(archive)
    assert str(home) in str(caught.value)


@pytest.mark.parametrize(("body", "outcome"), [("printf x > it.bin", None), ("exit 1", "could")])
def test_the_client_writes_into_a_folder_of_its_own(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, outcome: str | None
) -> None:
    archive = _put(home, b"x")
    archive.path.unlink()
    client = tmp_path / "npm"
    client.write_text(f"#!/bin/sh\n{body}\n")
    client.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    if outcome is None:
        assert fetch_archive(archive).read_bytes() == b"x"
    else:
        with pytest.raises(BadInput, match=f"{outcome} not download it@1"):
            fetch_archive(archive)
    assert {path.name for path in home.iterdir()} <= {"it.bin"}
