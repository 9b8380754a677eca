"""Offline runs, read back from disk by wandb itself."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from wandb.util import get_core_path

from benchmarks.chains.record import read_record
from benchmarks.leaderboard.mirror.content import config_of, history_of, leaderboard_of, summary_of
from benchmarks.leaderboard.mirror.mirror import push
from data.files import file_digest
from tests.support.wandb_stand_in import StandIn

_RUNS = Path("outputs/default/p/wandb")


def _push(files: list[Path]) -> list[str]:
    lines: list[str] = []
    push(files, project="p", folder=Path("outputs"), say=lines.append)
    return lines


def _folder(run_id: str) -> Path:
    (found,) = _RUNS.glob(f"offline-run-*-{run_id}")
    return found


def _parts(run_id: str) -> dict[str, list[dict[str, Any]]]:
    """What wandb's own reader finds in the file of a run, by kind."""
    file = _folder(run_id) / f"run-{run_id}.wandb"
    command = [get_core_path(), "leet", "inspect", "-json", "-no-observability", "-run-file", file]
    output = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    found: dict[str, list[dict[str, Any]]] = {}
    for line in output.stdout.splitlines():
        part = json.loads(line)
        found.setdefault(part["type"], []).append(part.get(part["type"], {}))
    return found


def _plain(point: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in point.items() if not key.startswith("_")}


@pytest.mark.usefixtures("offline")
def test_offline_runs_hold_their_records(files: list[Path]) -> None:
    _push(files)

    for file in files:
        record, digest = read_record(file), file_digest(file)
        parts = _parts(digest[:32])
        (run,) = parts["run"]
        (artifact,) = parts["artifact"]
        (entry,) = artifact["manifest"]["contents"]
        summary: dict[str, Any] = {}
        for update in parts["summary"]:
            summary.update(update["update"])
        config = json.loads(json.dumps(config_of(record, digest)))
        assert [_plain(h["item"]) for h in parts["history"]] == history_of(record)
        assert [h["step"].get("num", 0) for h in parts["history"]] == [0, 1, 2, 3]
        assert _plain(summary) == summary_of(record)
        assert _plain(run["config"]["update"]) == config
        assert (run["run_group"], run["display_name"]) == (file.parent.name, file.stem)
        assert run["tags"] == ["smoke", record.workflow]
        assert entry["path"] == f"{file.parent.name}/{file.name}"
        assert Path(entry["local_path"]).read_bytes() == file.read_bytes()
        assert [end["exit_code"] for end in parts["exit"]] == [0]


@pytest.mark.usefixtures("offline")
def test_the_offline_leaderboard_holds_the_table(files: list[Path]) -> None:
    _push(files)

    board = leaderboard_of([read_record(file) for file in files])
    (point,) = _parts("leaderboard")["history"]
    name = point["item"]["leaderboard.path"]
    table = json.loads((_folder("leaderboard") / "files" / name).read_text())
    assert (table["columns"], table["data"]) == (list(board.columns), [list(r) for r in board.rows])


@pytest.mark.usefixtures("offline")
def test_a_second_offline_push_writes_only_what_broke_off(files: list[Path]) -> None:
    _push(files)
    before = {path.name: path.stat().st_mtime_ns for path in _RUNS.glob("offline-run-*")}
    broken = _folder(file_digest(files[1])[:32])

    nothing = _push(files)
    assert {path.name: path.stat().st_mtime_ns for path in _RUNS.glob("offline-run-*")} == before
    (broken / "pushed").unlink()
    one = _push(files)

    assert nothing[0].startswith("0 offline runs written, 3 were there")
    assert one[0].startswith("1 offline runs written, 2 were there")
    assert len(list(_RUNS.glob("offline-run-*"))) == 4
    assert len(_parts(file_digest(files[1])[:32])["history"]) == 4


def test_wandb_sync_uploads_what_an_online_push_would(
    pushed: StandIn, service: StandIn, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("WANDB_MODE", "offline")
        _push(files)
    command = [sys.executable, "-m", "wandb", "sync", str(_RUNS)]
    synced = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)

    assert synced.returncode == 0, synced.stdout + synced.stderr
    assert service.runs.keys() == pushed.runs.keys()
    for run_id, run in service.runs.items():
        online = pushed.runs[run_id]
        assert run.state == "finished"
        assert _plain(run.config) == _plain(online.config)
        if run_id != "leaderboard":
            assert run.points() == online.points()
            assert _plain(run.summary) == _plain(online.summary)
    stored, expected = (
        {a.collection: a.files for a in one.artifacts.values() if a.kind == "record"}
        for one in (service, pushed)
    )
    assert stored == expected
    assert _push(files)[-1].startswith("W&B someone/p: 0 records pushed, 3 were there")
