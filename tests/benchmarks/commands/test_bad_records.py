"""Numbers that cannot be are refused in one line by every command that reads records."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.__main__ import main
from benchmarks.comparing.curves import LOSS
from tests.support.places import RECORDS

_SMOKE = "smoke-470bad5f"
_FILE = f"{_SMOKE}/replace-seed1.json"


def _metric(field: str, value: Any) -> Callable[[dict[str, Any]], object]:
    return lambda r: r["generations"][1]["metrics"][LOSS].update({field: value})


_BAD: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "stderr": (_metric("stderr", -0.1), f"generations.1.metrics.{LOSS}.stderr"),
    "n": (_metric("n", 0.5), f"generations.1.metrics.{LOSS}.n"),
    "floor": (lambda r: r["human"].pop("floor"), "human.floor: Field required"),
    "floor of a measure": (
        lambda r: r["human"]["floor"].pop("samples/self_bleu/none"),
        "human.floor has no samples/self_bleu/none",
    ),
}


@pytest.fixture(params=_BAD)
def bad(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str]:
    """A folder with one bad record, and the words that name what is bad."""
    change, words = _BAD[request.param]
    shutil.copytree(RECORDS / _SMOKE, tmp_path / "r" / _SMOKE)
    path = tmp_path / "r" / _FILE
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))
    return tmp_path / "r", words


def _run(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str, str]:
    monkeypatch.setattr("benchmarks.__main__.end_on_signals", lambda: None)  # of this process
    monkeypatch.setattr("sys.argv", ["collapse", *arguments])
    with pytest.raises(SystemExit) as stopped:
        main()
    shown = capsys.readouterr()
    return int(stopped.value.code or 0), shown.out, shown.err


@pytest.mark.parametrize(
    "command",
    [
        ["leaderboard"],
        ["leaderboard", "--push"],
        ["leaderboard", "--markdown", "B.md"],
        ["claims"],
        ["profile", "smoke"],
        ["show", "smoke"],
        ["tables"],
    ],
    ids=" ".join,
)
def test_a_reader_names_the_record_and_what_is_bad_in_one_line(
    command: list[str],
    bad: tuple[Path, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder, words = bad
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WANDB_MODE", "offline")

    code, out, errors = _run([*command, "--records", str(folder)], monkeypatch, capsys)

    assert (code, out.strip()) == (2, "")
    (line,) = errors.strip().splitlines()
    assert f"{_FILE}: " in line
    assert words in line
    assert not (tmp_path / "B.md").exists()


def test_the_check_names_it_as_an_error_and_goes_on(
    bad: tuple[Path, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder, words = bad
    monkeypatch.chdir(tmp_path)

    code, out, _ = _run(["leaderboard", "--check", "--records", str(folder)], monkeypatch, capsys)

    assert code == 1
    (line,) = [line for line in out.splitlines() if line.startswith("error: ")]
    assert line.startswith(f"error: {_FILE}: schema: ")
    assert words in line
