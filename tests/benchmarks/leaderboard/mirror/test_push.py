"""Records pushed to a stand-in for the service."""

import copy
import json
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from benchmarks.chains.record import read_record
from benchmarks.leaderboard.mirror.content import leaderboard_of
from benchmarks.leaderboard.mirror.mirror import push
from benchmarks.leaderboard.mirror.session import MirrorFailed
from data.files import file_digest
from tests.support.wandb_stand_in import KEY, Fault, StandIn

pytestmark = pytest.mark.long


def _push(files: list[Path], **options: Any) -> list[str]:
    lines: list[str] = []
    push(files, project="p", folder=Path("outputs"), say=lines.append, **options)
    return lines


def _id(file: Path) -> str:
    return file_digest(file)[:32]


def test_a_run_holds_all_of_its_record(pushed: StandIn, files: list[Path]) -> None:
    assert pushed.runs.keys() == {*map(_id, files), "leaderboard"}
    for file in files:
        record, run = read_record(file), pushed.runs[_id(file)]
        points = run.points()
        content = json.loads(record.model_dump_json(exclude={"generations", "evaluated"}))
        del content["human"]["skipped"]  # is empty, and wandb leaves out what is
        assert run.state == "finished"
        assert [p["generation"] for p in points] == [line["_step"] for line in run.history.values()]
        for generation, point in zip(record.generations, points, strict=True):
            metrics = {name: metric.value for name, metric in generation.metrics.items()}
            assert {name: point[name] for name in metrics} == metrics
            assert point["fit/final_loss"] == generation.final_loss
        assert points[-1].items() <= run.summary.items()
        assert run.summary["seconds"] == record.seconds
        assert {k: run.config[k] for k in content} == content
        assert run.config["record_sha256"] == file_digest(file)
        assert run.fields["groupName"] == file.parent.name
        assert run.fields["tags"] == ["smoke", record.workflow]
        assert run.fields["displayName"] == file.stem


def test_the_record_file_is_an_artifact_of_its_run(pushed: StandIn, files: list[Path]) -> None:
    stored = {a.run: a for a in pushed.artifacts.values() if a.kind == "record"}
    for file in files:
        artifact = stored[_id(file)]
        assert artifact.state == "COMMITTED"
        assert artifact.files == {f"{file.parent.name}/{file.name}": file.read_bytes()}


def test_the_leaderboard_is_a_table(pushed: StandIn, files: list[Path]) -> None:
    board = leaderboard_of([read_record(file) for file in files])
    run = pushed.runs["leaderboard"]
    (table,) = [json.loads(data) for name, data in run.files.items() if "table" in name]
    assert table["columns"] == list(board.columns)
    assert table["data"] == [list(row) for row in board.rows]
    method = table["columns"].index("method")
    assert [row[method] for row in table["data"]] == ["fresh_human", "replace"]
    assert run.summary["leaderboard"]["_type"] == "table-file"


def test_a_second_push_changes_nothing(pushed: StandIn, files: list[Path]) -> None:
    runs, artifacts = copy.deepcopy(pushed.runs), copy.deepcopy(pushed.artifacts)
    asked = len(pushed.operations)

    lines = _push(files)

    writing = ("Upsert", "Create", "Commit", "PUT", "POST")
    assert [op for op in pushed.operations[asked:] if op.startswith(writing)] == []
    assert (pushed.runs, pushed.artifacts) == (runs, artifacts)
    assert lines == ["W&B someone/p: 0 records pushed, 3 were there, leaderboard was there"]


def test_one_more_record_is_one_more_run_and_another_leaderboard(
    service: StandIn, files: list[Path]
) -> None:
    _push(files[:2])

    lines = _push(files)

    starts = {run.id: run.starts for run in service.runs.values()}
    assert starts == {**{_id(file): 1 for file in files}, "leaderboard": 1}
    assert lines[-1] == "W&B someone/p: 1 records pushed, 2 were there, leaderboard was there"


def test_a_push_that_loses_the_connection_is_completed_by_the_next(
    service: StandIn, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    _push(files[:1])
    service.faults.append(Fault("CommitArtifact", times=99))

    monkeypatch.setenv("WANDB_FINISH_TIMEOUT", "2")
    with pytest.raises(MirrorFailed, match=r"W&B .*; try again"):
        _push(files)
    monkeypatch.delenv("WANDB_FINISH_TIMEOUT")
    broken = {run.id: run.state for run in service.runs.values()}
    service.faults.clear()
    lines = _push(files)

    assert broken[_id(files[0])] == "finished"
    assert broken[_id(files[1])] != "finished"
    assert _id(files[2]) not in broken
    assert {run.state for run in service.runs.values()} == {"finished"}
    assert service.runs[_id(files[0])].starts == 1
    assert service.runs[_id(files[1])].starts == 2
    assert len(service.runs[_id(files[1])].points()) == 4
    assert lines[-1].startswith("W&B someone/p: 2 records pushed, 1 were there")


def test_a_service_that_fails_once_is_asked_again(service: StandIn, files: list[Path]) -> None:
    service.faults += [
        Fault("Runs", 429),
        Fault("CreateArtifact", 500),
        Fault("PUT /stored/artifact", 503),
        Fault("file_stream", 429),
        Fault("CommitArtifact", 0),
    ]

    _push(files[:1])

    assert {f.times for f in service.faults} == {0}
    assert {run.state for run in service.runs.values()} == {"finished"}
    assert len(service.runs[_id(files[0])].points()) == 4
    assert {a.state for a in service.artifacts.values()} == {"COMMITTED"}


def test_a_service_that_does_not_answer_is_given_up(
    service: StandIn, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_FINISH_TIMEOUT", "1")
    service.faults.append(Fault("CreateArtifact", 200, times=99, hold=threading.Event()))

    with pytest.raises(MirrorFailed, match="did not answer in time"):
        _push(files[:1])

    assert service.runs[_id(files[0])].state != "finished"


def test_an_upload_that_is_refused_without_a_word_is_noticed(
    service: StandIn, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client ends a run without an error when its file stream is refused."""
    monkeypatch.setattr("benchmarks.leaderboard.mirror.runs._LOOKS", 1)
    service.faults.append(Fault("file_stream", 401, times=99))

    with pytest.raises(MirrorFailed, match="lacks 2 of 2 runs; push again"):
        _push(files[:1])


@pytest.mark.parametrize(
    ("where", "status"),
    [("Viewer", 401), ("Runs", 403), ("UpsertBucket", 401), ("UpsertBucket", 403),
     ("CreateArtifact", 403)],
)  # fmt: skip
def test_a_key_that_has_expired_is_one_line(
    service: StandIn, files: list[Path], where: str, status: int
) -> None:
    service.refusal = {401: "user is not logged in", 403: "permission denied"}[status]
    service.faults.append(Fault(where, status, times=99))

    with pytest.raises(ValueError, match=r"W&B refuses the API key \(.*\); .* run wandb login"):
        _push(files[:1])


def test_without_a_key_the_message_says_where_it_belongs(
    service: StandIn, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WANDB_API_KEY")

    with pytest.raises(ValueError, match="no W&B API key; run wandb login"):
        _push(files)

    assert service.operations == []


def test_a_service_that_is_not_there_is_one_line(
    service: StandIn, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("WANDB_HTTP_TIMEOUT", "1")

    with pytest.raises(MirrorFailed, match=r"W&B .*; try again"):
        _push(files)


def test_without_wandb_the_message_names_the_extra(
    files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "wandb", None)

    with pytest.raises(ValueError, match=r"pip install -e '.\[wandb\]'"):
        _push(files)


def test_a_wandb_that_is_disabled_is_not_taken_for_success(
    files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_MODE", "disabled")

    with pytest.raises(ValueError, match="W&B is disabled"):
        _push(files)


def test_nothing_to_push_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="there is no record to push"):
        _push([])


@pytest.mark.parametrize("refused", [False, True])
def test_the_key_is_nowhere(
    service: StandIn,
    files: list[Path],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    refused: bool,
) -> None:
    said = []
    if refused:
        service.faults.append(Fault("CreateArtifact", 401, times=99))
        with pytest.raises(ValueError, match="refuses") as told:
            _push(files[:1])
        said.append(str(told.value))
    else:
        said += _push(files[:1])

    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    output = capfd.readouterr()
    assert any(path.suffix == ".wandb" for path in written)
    assert any(path.name.startswith("debug") for path in written)
    assert [path for path in written if KEY.encode() in path.read_bytes()] == []
    assert KEY not in "".join((*said, output.out, output.err))
    assert [body for body in service.bodies if KEY.encode() in body] == []


def test_a_service_that_repeats_the_key_is_not_quoted(service: StandIn, files: list[Path]) -> None:
    service.refusal = f"the key {KEY} has expired"
    service.faults.append(Fault("Viewer", 401, times=99))

    with pytest.raises(ValueError, match=r"the key \[key\] has expired") as told:
        _push(files[:1])

    assert KEY not in str(told.value)
