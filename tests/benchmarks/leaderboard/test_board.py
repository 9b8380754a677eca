import re
import shutil
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.__main__ import main
from benchmarks.leaderboard.board import left_lines, markdown, tables
from benchmarks.leaderboard.headline import main_first
from benchmarks.leaderboard.ranking import rank, unranked
from benchmarks.leaderboard.summary import summary
from tests.support import committed
from tests.support.places import RECORDS, ROOT

_RECORDS = RECORDS
_SMOKE = "smoke-470bad5f"

Collapse = Callable[..., tuple[int, str, str]]


@pytest.fixture
def collapse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Runs `collapse leaderboard` in an empty folder: exit code, output, errors."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("benchmarks.__main__.end_on_signals", lambda: None)  # of this process

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["collapse", "leaderboard", *arguments])
        with pytest.raises(SystemExit) as stopped:
            main()
        shown = capsys.readouterr()
        return int(stopped.value.code or 0), shown.out, shown.err

    return run


def test_the_committed_tables_are_those_of_the_committed_records() -> None:
    written = (ROOT / "docs" / "leaderboard.md").read_text(encoding="utf-8")

    assert written == markdown(committed.tracks(), unranked(committed.records())), (
        "run: collapse leaderboard --tracks docs/leaderboard.md"
    )


def test_the_leaderboard_does_not_depend_on_the_order_of_records() -> None:
    records = committed.records()
    back = main_first(rank(records[::-1]))

    assert markdown(back, []) == markdown(committed.tracks(), [])
    assert summary(back, []) == summary(committed.tracks(), [])


@pytest.mark.parametrize("page", ["LEADERBOARD.md", "docs/leaderboard.md"])
def test_every_link_of_the_leaderboard_leads_to_a_file(page: str) -> None:
    links = re.findall(r"\]\(([^)]+)\)", (ROOT / page).read_text(encoding="utf-8"))
    folder = (ROOT / page).parent

    assert len(links) > 3
    assert [link for link in links if not (folder / link.split("#")[0]).exists()] == []


def test_every_row_says_its_n_and_every_record_is_ranked_or_named() -> None:
    records = committed.records()
    tracks, left = committed.tracks(), unranked(records)

    ranked = {file for t in tracks for s in (t.control, *t.standings) for file in s.files}
    named = {file for one in left for file in one.files}

    assert ranked.isdisjoint(named)
    assert len(ranked | named) == len(records)
    assert all("(n = " in line for line in left_lines(left))


def test_the_terminal_shows_rank_score_and_n() -> None:
    """All committed records, but of the pretrained prior one seed: it has no rank."""
    console = Console(width=160, record=True, file=StringIO())
    records = [
        record
        for record in committed.records()
        if record.recipe["name"] != "smoke_pretrained_prior" or record.seed == 0
    ]
    for table in tables(rank(records)):
        console.print(table)

    shown = console.export_text()

    assert re.search(
        r"1 │ replace +│ \+0\.0\d\d\d \[\+0\.\d+, \+0\.\d+\] │ \[.*\] │ [3-9] │", shown
    )
    assert re.search(r"n = 1 │ edit_source", shown)


def test_the_command_compares_folders(collapse: Collapse, tmp_path: Path) -> None:
    for folder, name in (("mine", "smoke_pretrained_prior-428ea7dc"), ("theirs", _SMOKE)):
        shutil.copytree(_RECORDS / name, tmp_path / folder / name)

    code, shown, _ = collapse("--records", "mine", "--records", "theirs", "--markdown", "B.md")

    assert code == 0
    assert "edit_source" in shown
    text = (tmp_path / "B.md").read_text()
    assert "smoke: human text" in text
    assert "smoke_pretrained_prior: human text" in text
    assert text.index("smoke<br>3 generations") < text.index("smoke_pretrained_prior<br>2 ")


def test_a_failed_check_exits_with_1_and_one_line_per_failure(
    collapse: Collapse, tmp_path: Path
) -> None:
    shutil.copytree(_RECORDS / _SMOKE, tmp_path / "r" / _SMOKE)
    path = tmp_path / "r" / _SMOKE / "replace-seed0.json"
    path.write_text(path.read_text()[:900])

    code, shown, _ = collapse("--check", "--records", "r")

    assert code == 1
    (line,) = [line for line in shown.splitlines() if line.startswith("error: ")]
    assert line.startswith(f"error: {_SMOKE}/replace-seed0.json: schema: ")
    n = len(list((tmp_path / "r" / _SMOKE).glob("*.json"))) - 1
    assert f"{n} records: 1 errors, " in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--records", "gone"], "gone is no folder"),
        (["--check", "--records", "gone"], "gone is no folder"),
        (["--rerun", "data"], "belong to --check"),
        (["--check", "--html", "page"], "--check ranks nothing, so --html cannot go with it"),
        (["--check", "--markdown", "B.md", "--push"], "--markdown and --push cannot go with it"),
        (["--pull", "a/b", "--push"], "--pull ranks nothing, so --push cannot go with it"),
        (["--pull", "a/b", "--check"], "--check and --pull are two commands"),
        (["--check", "--rerun", "data", "--since", "nonsense", "--records", "."], "is no commit"),
    ],
)
def test_bad_input_gets_one_line_and_exit_code_2(
    collapse: Collapse, arguments: list[str], message: str
) -> None:
    code, _, errors = collapse(*arguments)

    assert code == 2
    assert message in errors
    assert len(errors.strip().splitlines()) == 1
