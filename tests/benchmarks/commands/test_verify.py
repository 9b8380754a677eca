"""`collapse verify` as a user meets it."""

import gzip
import json
from pathlib import Path

import pytest

from tests.support.processes.commands import Collapse, in_this_process

_LINES = (
    {"question": "How many?", "code": "x = 9 * 2", "gold": "#### 18", "key": "one"},
    {"question": "How many?", "code": "t = 0\nfor i in range(5):\n    t += i", "gold": 10},
    {"question": "How many?", "code": "x = 17.6", "gold": "$18"},
    {"question": "How many?", "code": "import os\nos.remove('a.jsonl')", "gold": "18"},
    {"question": "How many?", "code": "x = 18", "gold": "eighteen"},
)
_FIELDS = ("--program", "code", "--answer", "gold")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    text = "".join(json.dumps(line) + "\n" for line in _LINES)
    (tmp_path / "a.jsonl").write_text(text)
    return tmp_path


@pytest.fixture
def collapse(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Collapse:
    """Runs the command in this process: a fork of one that has used the sandbox cannot use it."""
    monkeypatch.chdir(place)
    return in_this_process("verify", monkeypatch, capsys)


def test_a_file_is_verified_and_everything_is_written(place: Path, collapse: Collapse) -> None:
    outputs = ("--results", "r.jsonl.gz", "--json", "s.json", "--html", "p.html")

    done = collapse("a.jsonl", *_FIELDS, *outputs)

    assert (done.returncode, done.stderr) == (0, "")
    assert "4 programs" in done.stdout
    assert "left out 1 rows (the answer says no number: 1)" in done.stdout
    facts = json.loads((place / "s.json").read_text())
    counts = {name: one["programs"] for name, one in facts["classes"].items() if one["programs"]}
    assert counts == {"refused": 1, "wrong value": 1, "right": 2}
    assert facts["released_right_alone"] == 1
    results = gzip.decompress((place / "r.jsonl.gz").read_bytes()).decode().splitlines()
    assert [json.loads(line)["class"] for line in results] == [
        "right", "right", "wrong value", "refused",
    ]  # fmt: skip
    assert "imports os" in (place / "p.html").read_text()
    assert sorted(path.name for path in place.iterdir()) == [
        "a.jsonl", "p.html", "r.jsonl.gz", "s.json",
    ]  # fmt: skip


def test_without_the_sandbox_loops_are_outside(place: Path, collapse: Collapse) -> None:
    done = collapse("a.jsonl", *_FIELDS, "--no-sandbox", "--json", "s.json")

    assert done.returncode == 0
    facts = json.loads((place / "s.json").read_text())
    assert facts["classes"]["outside the subset"]["programs"] == 1
    assert facts["sandbox"] is None
    assert "executor" not in done.stdout  # it was left out, and is not missing


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("none.jsonl",), "none.jsonl: no such file; check the path"),
        (("a.txt",), "a.txt: unknown kind of file"),
        (("a.jsonl",), "no program with an answer"),
        (("a.jsonl", *_FIELDS, "--strict"), "a.jsonl:5: the answer says no number; mend the line"),
        (("a.jsonl", *_FIELDS, "--id-field", "key", "--strict"), "a.jsonl:2: no id in field 'key'"),
        (("a.jsonl", *_FIELDS, "--results", "a.jsonl"), "a.jsonl: is read, and would be written"),
        (("a.jsonl", *_FIELDS, "--json", "b", "--html", "b"), "b: is named twice"),
        (("a.jsonl", *_FIELDS, "--results", "none/r.jsonl"), "none: no such file or folder"),
        (("a.jsonl", *_FIELDS, "--seconds", "0"), "--seconds is 0.0; it must be above 0"),
        (("a.jsonl", *_FIELDS, "--megabytes", "1"), "--megabytes is 1; it must be at least 8"),
        (("a.jsonl", *_FIELDS, "--examples", "-1"), "--examples is -1; it must be at least 0"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(
    place: Path, collapse: Collapse, arguments: tuple[str, ...], message: str
) -> None:
    (place / "a.txt").write_text("x = 1")
    before = sorted(place.iterdir())

    done = collapse(*arguments)

    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert sorted(place.iterdir()) == before
