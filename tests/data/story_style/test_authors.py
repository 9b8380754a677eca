import dataclasses
import hashlib
import io
import json
import tarfile
from pathlib import Path

import pytest

from data.errors import BadInput
from data.story_style import authors
from data.story_style.authors import (
    PRESIDENTS,
    WRITINGS,
    carriers,
    check_writings,
    fingerprint_of,
    known_authors,
    read_works,
)
from data.story_style.stories import Work


def test_each_president_has_a_key_and_shared_names_have_initials() -> None:
    assert len(PRESIDENTS) == len(set(PRESIDENTS.values())) == 43
    keys = ("cleveland", "roosevelt_t", "roosevelt_fd", "adams_jq", "van_buren", "mc_kinley")
    assert [PRESIDENTS[key] for key in keys] == [
        "grover_cleveland",
        "theodore_roosevelt",
        "franklin_d_roosevelt",
        "john_quincy_adams",
        "martin_van_buren",
        "william_mc_kinley",
    ]


def test_two_presidents_come_in_one_file() -> None:
    assert carriers(("cleveland", "roosevelt_t", "melville")) == (authors.STDLIB,)
    assert all(carriers((one,)) for one in known_authors())


@pytest.mark.parametrize("name", ["nobody", "austen_dune", "", "roosevelt"])
def test_an_unknown_author_is_told_with_those_there_are(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authors, "_all_of", lambda source: ())
    with pytest.raises(BadInput, match=r"unknown author .* melville, austen"):
        read_works(name)


@pytest.fixture
def chapters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Work, ...]:
    """A package of npm with two chapters, in the place of the pinned one."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for number, text in ((1, "Call me so--he said."), (2, "I _went_.")):
            content = json.dumps({"text": text}).encode()
            info = tarfile.TarInfo(f"package/moby-dick/data/chapter_{number}.json")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    monkeypatch.setenv("COLLAPSE_HOME", str(tmp_path))
    sha256 = hashlib.sha256(buffer.getvalue()).hexdigest()
    archive = dataclasses.replace(authors.STDLIB, sha256=sha256)
    archive.path.parent.mkdir()
    archive.path.write_bytes(buffer.getvalue())
    monkeypatch.setattr(authors, "STDLIB", archive)
    return (
        Work(author="melville", name="chapter 1", text="Call me so\u2014he said."),
        Work(author="melville", name="chapter 2", text="I went."),
    )


def test_works_are_read_in_one_typography_and_compared_with_their_pin(
    chapters: tuple[Work, ...],
) -> None:
    pinned = dataclasses.replace(
        WRITINGS["melville"], works=2, fingerprint=fingerprint_of(chapters)
    )
    assert check_writings(pinned) == chapters
    with pytest.raises(BadInput, match="melville: 2 works, fingerprint"):
        check_writings(WRITINGS["melville"])


def test_an_absent_carrier_is_not_at_hand_and_names_its_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLLAPSE_HOME", str(tmp_path))
    assert not any(WRITINGS[name].at_hand() for name in ("melville", "austen", "shakespeare"))
    for name in ("melville", "austen", "shakespeare"):
        with pytest.raises(BadInput, match="run: collapse data fetch") as caught:
            check_writings(WRITINGS[name])
        assert "\n" not in str(caught.value)


def test_all_files_that_are_missing_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authors, "at_hand", lambda archive: False)

    with pytest.raises(BadInput, match=r"datasets@.*janeaustenr.*fetch @stdlib.*fetch r-cran"):
        authors.check_at_hand(("melville", "austen", "austen_emma"))
    monkeypatch.setattr(authors, "at_hand", lambda archive: True)
    authors.check_at_hand(("melville", "austen"))
