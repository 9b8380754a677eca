import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.__main__ import app
from benchmarks.speed.history import append_run, read_history, speed_run
from benchmarks.speed.ratios import Row
from benchmarks.speed.speed import show_speed
from data.errors import BadInput
from lightning_modules.device import Device
from theory.speed import seconds

_ROWS = (
    Row(name="sorting", ours=30.0, baseline=10.0, unit="runs/s"),
    Row(name="adding", ours=5.0, baseline=10.0, unit="tokens/s", goal=1.0),
)


def test_a_real_measurement_is_read_back_as_it_was(tmp_path: Path) -> None:
    fast, slow = seconds(lambda: sum(range(10))), seconds(lambda: sum(range(10_000)))
    row = Row(name="sums", ours=1 / fast, baseline=1 / slow, unit="runs/s")
    run = speed_run([row], "cpu")

    append_run(run, tmp_path / "history.jsonl")

    history = read_history(tmp_path / "history.jsonl")
    assert history.runs == (run,)
    assert history.problems == ()
    assert history.runs[0].ratios[0].ratio == row.ratio


def test_a_line_says_where_and_when_and_not_the_name_of_the_machine(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"

    append_run(speed_run(_ROWS, "cpu"), path)

    content = json.loads(path.read_text())
    assert list(content) == [
        "date", "commit", "dirty", "machine", "device", "threads", "torch", "ratios",
    ]  # fmt: skip
    assert content["machine"].count(" ") == 1
    assert content["ratios"][0] == {
        "name": "sorting", "ours": 30.0, "baseline": 10.0, "ratio": 3.0, "unit": "runs/s",
        "goal": None,
    }  # fmt: skip


def test_runs_are_added_at_the_end_also_at_the_same_time(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    run = speed_run(_ROWS, "cpu")
    append_run(run, path)
    first = path.read_bytes()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: append_run(run, path), range(8)))

    assert path.read_bytes() == first * 9


def test_a_damaged_line_is_named_and_the_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    run = speed_run(_ROWS, "cpu")
    append_run(run, path)
    cut_off = path.read_bytes()[:40]
    path.write_bytes(path.read_bytes() + b"\xff\n" + cut_off)

    append_run(run, path)

    history = read_history(path)
    assert history.runs == (run, run)
    assert [problem.split(" is left out")[0] for problem in history.problems] == [
        "history.jsonl, line 2",
        "history.jsonl, line 3",
    ]


def test_a_ratio_that_is_not_ours_over_the_baseline_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    append_run(speed_run(_ROWS, "cpu"), path)
    path.write_text(path.read_text().replace('"ratio":3.0', '"ratio":4.0'))

    history = read_history(path)

    assert history.runs == ()
    assert "ratio 4.0 is not ours over baseline" in history.problems[0]


def test_an_absent_history_says_what_writes_it(tmp_path: Path) -> None:
    assert "`collapse speed` writes it" in read_history(tmp_path / "none.jsonl").problems[0]


def test_a_history_that_cannot_be_written_stops_before_anything_is_measured(
    tmp_path: Path,
) -> None:
    with pytest.raises(ValueError, match="is no folder; run from the checkout"):
        show_speed(Device(name="cpu"), Console(quiet=True), tmp_path / "none" / "history.jsonl")
    with pytest.raises(ValueError, match="is a folder"):
        show_speed(Device(name="cpu"), Console(quiet=True), tmp_path)


@pytest.mark.parametrize("wanted", [True, False])
def test_the_command_adds_what_it_measured_unless_told_not_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wanted: bool
) -> None:
    def no_prior(name: str) -> Path:
        raise BadInput(f"{name} is not at hand")

    monkeypatch.setattr("benchmarks.speed.speed.rows", lambda device: iter(_ROWS))
    monkeypatch.setattr("benchmarks.speed.speed.ten_million_rows", lambda device: iter(()))
    monkeypatch.setattr("benchmarks.speed.speed.FAMILIES", ())
    monkeypatch.setattr("benchmarks.speed.speed.prior_folder", no_prior)
    monkeypatch.setattr("benchmarks.speed.speed.at_scale", lambda rng: {})
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "benchmarks" / "speed_history.jsonl"
    path.parent.mkdir()
    option = [] if wanted else ["--no-history"]

    app(["speed", "--device", "cpu", *option], standalone_mode=False)

    names = [ratio.name for run in read_history(path).runs for ratio in run.ratios]
    assert names == (["sorting", "adding"] if wanted else [])
