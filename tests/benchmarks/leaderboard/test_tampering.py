"""Kinds of tampering with a record: which the check finds, and which only a run can show.

Every kind is tried by one who knows the seal and makes it anew: a careless change breaks it. The
last test says how many are found, and `docs/records.md` has the same table.
"""

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.chains.recipe import recipe_digest
from benchmarks.chains.record import Record
from benchmarks.comparing.curves import LOSS
from benchmarks.leaderboard.board import markdown
from benchmarks.leaderboard.checks.check import check_records
from benchmarks.leaderboard.checks.consistency import PERPLEXITY
from benchmarks.leaderboard.checks.provenance import Repository
from benchmarks.leaderboard.checks.rerun import other_results
from benchmarks.leaderboard.entries import DISTINCT, TAIL
from benchmarks.leaderboard.ranking import rank
from benchmarks.running.record import content_digest, read_as
from data.errors import BadInput
from data.names import imitated, in_markdown
from data.strict_json import LARGEST, read_strictly
from tests.support.places import RECORDS, ROOT

_REPOSITORY = Repository()
(_SMOKE,) = RECORDS.glob("smoke-????????")
_CHAIN = "replace-seed0.json"
Change = Callable[[dict[str, Any]], object]
Files = Callable[[Path], object]


def _last(content: dict[str, Any]) -> Any:
    return content["generations"][-1]


def _metric(content: dict[str, Any], name: str) -> Any:
    return _last(content)["metrics"][name]


def _every_metric(content: dict[str, Any]) -> list[dict[str, Any]]:
    found = [m for g in content["generations"] for m in g["metrics"].values()]
    return [*found, *content["human"]["floor"].values()]


def _swap(content: dict[str, Any], *names: str) -> None:
    """Swap measures of two generations, the last one and the first that the chain made."""
    first, last = content["generations"][1]["metrics"], _last(content)["metrics"]
    for name in names:
        first[name], last[name] = last[name], first[name]


def _rename(content: dict[str, Any], name: str) -> None:
    content["recipe"]["workflows"] = [*content["recipe"]["workflows"], name]
    content["workflow"] = name


CHANGES: dict[str, tuple[Change, str]] = {
    "a standard error below 0": (lambda c: _metric(c, LOSS).update(stderr=-1), "schema"),
    "a mean of -5 things": (lambda c: _metric(c, LOSS).update(n=-5), "schema"),
    "a mean of 2.5 things": (lambda c: _metric(c, LOSS).update(n=2.5), "schema"),
    "a loss of 0": (lambda c: _metric(c, LOSS).update(value=0.0), "schema"),
    "fewer than no tokens": (lambda c: _last(c).update(tokens_seen=-1), "schema"),
    "fewer than no documents": (lambda c: _last(c)["corpus"].update(documents=-1), "schema"),
    "a share above 1": (lambda c: _last(c)["corpus"]["health"].update(empty=1.5), "schema"),
    "a stage of less than no time": (
        lambda c: _last(c)["stages"]["fit"].update(seconds=-1.0),
        "schema",
    ),
    "a machine without memory": (lambda c: c["hardware"].update(memory_bytes=0), "schema"),
    "a seed below 0": (lambda c: c.update(seed=-1), "schema"),
    "a missing generation": (lambda c: c["generations"].pop(), "schema"),
    "a missing floor": (lambda c: c["human"].update(floor={}), "schema"),
    "an unknown field": (lambda c: c.update(note="trust me"), "schema"),
    "an unknown setting": (lambda c: c["recipe"].update(colour="red"), "schema"),
    "a name with a letter of another alphabet": (
        lambda c: _rename(c, "x.py:repl\u0430ce"),
        "schema",
    ),
    "a name with a space of no width": (lambda c: _rename(c, "x.py:replace\u200b"), "schema"),
    "a name written from right to left": (lambda c: _rename(c, "x.py:\u202eecalper"), "schema"),
    "a name with a digit for a letter": (lambda c: _rename(c, "x.py:rep1ace"), "schema"),
    "the name of a method of the project": (lambda c: _rename(c, "x.py:accumulate"), "schema"),
    "a name with markup": (lambda c: _rename(c, "x.py:<img src=x>"), "schema"),
    "a recipe that looks like the project's": (lambda c: c["recipe"].update(name="Sm0ke"), "name"),
    "a recipe in another folder": (lambda c: c["recipe"].update(name="../../smoke"), "schema"),
    "a measure with markup": (
        lambda c: _last(c)["metrics"].update({"[/b]": _metric(c, LOSS)}),
        "schema",
    ),
    "a source that steers a terminal": (lambda c: c["human"].update(source="\x1b[2J"), "schema"),
    "another precision": (lambda c: c["environment"].update(precision="64-true"), "precision"),
    "a precision of a GPU": (
        lambda c: c["environment"].update(precision="bf16-mixed"),
        "precision",
    ),
    "a version of one measure": (lambda c: _metric(c, DISTINCT).update(version=1), "version"),
    "a version of a measure everywhere": (
        lambda c: [m.update(version=m["version"] % 3 + 1) for m in _every_metric(c)],
        "version",
    ),
    "a version that is to come": (
        lambda c: [m.update(version=9) for m in _every_metric(c)],
        "version",
    ),
    "another commit": (lambda c: c.update(commit="0" * 40), "commit"),
    "changes on top of the commit": (lambda c: c.update(dirty=True), "commit"),
    "another lock": (lambda c: c["environment"]["lock"].update(sha256="0" * 64), "lock"),
    "another version of torch": (
        lambda c: c["environment"]["versions"].update(torch="2.0.0"),
        "lock",
    ),
    "another human text": (lambda c: c["human"].update(fingerprint="0" * 16), "data"),
    "another time of all": (lambda c: c.update(seconds=1.0), "arithmetic"),
    "more tokens seen": (lambda c: _last(c).update(tokens_seen=7), "arithmetic"),
    "another perplexity": (lambda c: _metric(c, PERPLEXITY).update(value=9.0), "arithmetic"),
    "human text in the samples": (
        lambda c: _last(c)["corpus"].update(human_tokens=1),
        "workflow",
    ),
    "another workflow": (lambda c: c.update(workflow="accumulate"), "workflow"),
    "another number of steps": (lambda c: _last(c).update(steps=1), "workflow"),
    "another seed": (lambda c: c.update(seed=9), "agreement"),
    "another first model": (
        lambda c: c["generations"][0]["metrics"][DISTINCT].update(value=0.9),
        "agreement",
    ),
}
"""Kinds of changes of one record, and the check that finds them."""

ONLY_A_RUN: dict[str, Change] = {
    "diversity of two generations swapped": lambda c: _swap(c, DISTINCT, TAIL),
    "another diversity": lambda c: _metric(c, DISTINCT).update(value=0.5),
    "another last step's loss": lambda c: _last(c).update(final_loss=0.5),
    "more documents cut off": lambda c: _last(c).update(written_cut_off=0),
    "another health of a made corpus": lambda c: _last(c)["corpus"]["health"].update(empty=0.001),
}
"""Kinds of changes that contradict nothing else on record; `--rerun chain` finds what is more than
its tolerance."""


def _broken_link(folder: Path) -> None:
    (folder / "elsewhere.json").symlink_to("/nowhere/at/all.json")


def _links(folder: Path) -> None:
    path = folder / _SMOKE.name / _CHAIN
    outside = folder.parent / "outside.json"
    path.rename(outside)
    path.symlink_to(outside)


def _linked_folder(folder: Path) -> None:
    outside = folder.parent / "outside"
    (folder / _SMOKE.name).rename(outside)
    (folder / _SMOKE.name).symlink_to(outside, target_is_directory=True)


def _blanks(folder: Path) -> None:
    with (folder / _SMOKE.name / _CHAIN).open("r+b") as file:
        file.seek(0, os.SEEK_END)
        file.truncate(100 * 2**20)


def _twice(folder: Path) -> None:
    path = folder / _SMOKE.name / _CHAIN
    path.write_text(path.read_text().replace("{", '{"seed": 9,', 1))


def _text(old: str, new: str) -> Files:
    def change(folder: Path) -> None:
        path = folder / _SMOKE.name / _CHAIN
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    return change


def _edited(**fields: object) -> Files:
    def change(folder: Path) -> None:
        path = folder / _SMOKE.name / _CHAIN
        path.write_text(json.dumps(json.loads(path.read_text()) | fields))

    return change


FILES: dict[str, tuple[Files, str]] = {
    "a key twice": (_twice, "is there more than once"),
    "100 MB of blanks": (_blanks, "bytes, a record has"),
    "a link to a file outside": (_links, "behind a link"),
    "a link to a folder outside": (_linked_folder, "behind a link"),
    "a link to nothing": (_broken_link, "behind a link"),
    "a pipe": (lambda folder: os.mkfifo(folder / "pipe.json"), "is no file"),
    "no digest of the content": (_edited(content=None), "the digest of all the rest is missing"),
    "a careless change": (_text('"written": ', '"written": 1'), "was changed after"),
    "the mark of a later seal, added": (_edited(sealed_later=True), "was changed after"),
    "a number that is none": (_text('"dirty": false', '"dirty": NaN'), "NaN is no number"),
    "deep nesting": (_text('"dirty": false', f'"dirty": {"[" * 99_999}'), "nested too deeply"),
    "no UTF-8": (
        lambda folder: (folder / _SMOKE.name / _CHAIN).write_bytes(b'{"a": "\xff"}'),
        "no JSON",
    ),
}
"""Kinds of changes of files, and what the check says."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Copies of the committed records of two seeds of the recipe `smoke`."""
    kept = re.compile(r".*-seed[01]\.json")
    (tmp_path / "records" / _SMOKE.name).mkdir(parents=True)
    for path in _SMOKE.iterdir():
        if kept.fullmatch(path.name):
            shutil.copy(path, tmp_path / "records" / _SMOKE.name)
    return tmp_path / "records"


def _changed(folder: Path, change: Change) -> None:
    """Change a record, seal it anew, and put it where it then belongs."""
    path = folder / _SMOKE.name / _CHAIN
    content = json.loads(path.read_text())
    for part in (content, *content["generations"]):  # what only few kinds of forgers would keep
        part.pop("evaluated", None)
        part.pop("document_bits", None)
    change(content)
    target = path
    try:
        content["digest"] = recipe_digest(content["recipe"])
        record = Record.model_validate(content | {"content": None})
        content["content"] = content_digest(record)
        target = record.file(folder)
    except ValueError:  # no record at all
        pass
    path.unlink()
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(content))


def _errors(folder: Path) -> list[tuple[str, str]]:
    findings = check_records([folder], _REPOSITORY).findings
    return [(f.check, f.text) for f in findings if f.level == "error"]


def test_what_is_not_tampered_with_passes(folder: Path) -> None:
    _changed(folder, lambda content: None)

    assert _errors(folder) == []


@pytest.mark.parametrize("kind", CHANGES)
def test_a_kind_of_tampering_is_found(folder: Path, kind: str) -> None:
    change, check = CHANGES[kind]
    _changed(folder, change)

    assert check in [name for name, _ in _errors(folder)]


@pytest.mark.parametrize("kind", FILES)
def test_a_kind_of_tampering_with_files_is_found(folder: Path, kind: str) -> None:
    change, words = FILES[kind]
    change(folder)

    texts = [text for _, text in _errors(folder)]
    assert any(words in text for text in texts), texts
    assert all("\n" not in text for text in texts)


@pytest.mark.parametrize("kind", ONLY_A_RUN)
def test_what_only_a_run_can_show_passes_here(folder: Path, kind: str) -> None:
    """A kind that is found one day moves to the others, and out of the documentation."""
    _changed(folder, ONLY_A_RUN[kind])

    assert _errors(folder) == []


def test_seeds_that_others_of_the_track_have_are_told(folder: Path) -> None:
    (folder / _SMOKE.name / "same_human-seed1.json").unlink()

    warnings = [f for f in check_records([folder], _REPOSITORY).findings if f.check == "seeds"]

    assert [str(f) for f in warnings] == [
        f"warning: {_SMOKE.name}: seeds: same_human has seeds 0; other methods of its track have 1 "
        "too: a rank may rest on those left out"
    ]


def test_every_command_that_reads_records_refuses_what_the_check_does(folder: Path) -> None:
    path = folder / _SMOKE.name / _CHAIN
    _edited(content=None)(folder)
    with pytest.raises(BadInput, match="the digest of all the rest is missing"):
        read_as(Record, path)
    path.write_bytes(b" " * (LARGEST + 1))
    with pytest.raises(BadInput, match="bytes, a record has"):
        read_strictly(path)


def test_the_page_says_what_was_sealed_later(folder: Path) -> None:
    paths = sorted((folder / _SMOKE.name).glob("*.json"))
    records = [read_as(Record, path) for path in paths]
    assert "sealed later" not in markdown(rank([_later(r, late=False) for r in records]), [])

    page = markdown(rank([_later(r, late=True) for r in records]), [])

    assert "2 of its records were sealed later than they were made" in page


def _later(record: Record, *, late: bool) -> Record:
    return record.model_copy(update={"sealed_later": late and record.workflow == "replace"})


def test_what_comes_from_a_record_is_no_markup() -> None:
    shown = in_markdown("a|b <img src=x> [c](d) `e` *f*\n# g & \x1b[2J")

    assert shown == (r"a\|b \<img src=x\> \[c\](d) \`e\` \*f\* \# g &amp; \\x1b\[2J")


@pytest.mark.parametrize("name", ["rep1ace", "REPLACE", "accumuIate", "edit-source", "m1x"])
def test_a_name_that_looks_like_another_is_known(name: str) -> None:
    assert imitated(name, ["replace", "accumulate", "edit_source", "mix"])


def test_the_documentation_says_how_many_are_found() -> None:
    text = " ".join((ROOT / "docs" / "records.md").read_text().split())
    found = len(CHANGES) + len(FILES)

    assert f"{found} of {found + len(ONLY_A_RUN)} kinds of tampering" in text
    assert all(kind in text for kind in ONLY_A_RUN)


def test_another_health_of_the_same_text_is_found_by_a_run() -> None:
    generation = read_as(Record, _SMOKE / _CHAIN).last
    health = generation.corpus.health.model_copy(update={"empty": 0.001})
    corpus = generation.corpus.model_copy(update={"health": health})

    found = list(other_results(generation.model_copy(update={"corpus": corpus}), generation))

    assert found == ["health empty is 0.0010, a run gives 0.0000"]
    assert list(other_results(generation, generation)) == []
