"""Record files rebuilt from a stand-in for the service."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.chains.recipe import recipe_digest
from benchmarks.leaderboard.mirror.mirror import pull
from benchmarks.leaderboard.mirror.session import MirrorFailed
from tests.support.wandb_stand_in import Fault, Plant, StandIn


def _pull(folder: Path, source: str = "someone/p") -> tuple[int, list[str]]:
    lines: list[str] = []
    return pull(source, folder, say=lines.append), lines


def _files(folder: Path) -> dict[str, bytes]:
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def test_record_files_come_back_byte_for_byte(
    pushed: StandIn, files: list[Path], tmp_path: Path
) -> None:
    left, lines = _pull(tmp_path)
    again = _pull(tmp_path)

    assert _files(tmp_path) == {f"{f.parent.name}/{f.name}": f.read_bytes() for f in files}
    assert (left, lines[-1]) == (0, "3 records written, 0 were there, 0 left")
    assert again == (0, ["0 records written, 3 were there, 0 left"])


def test_a_file_that_differs_stays_as_it_is(
    pushed: StandIn, files: list[Path], tmp_path: Path
) -> None:
    mine = tmp_path / files[1].parent.name / files[1].name
    mine.parent.mkdir()
    mine.write_text("mine")

    left, lines = _pull(tmp_path)

    assert left == 1
    assert mine.read_text() == "mine"
    assert len(_files(tmp_path)) == 3
    assert f"left {mine}: another record of this chain is there; move it away" in lines[1]


def test_a_run_that_is_not_finished_is_left(
    pushed: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = next(run for run in pushed.runs.values() if run.id != "leaderboard")
    monkeypatch.setattr(run, "state", "crashed")

    left, lines = _pull(tmp_path)

    assert left == 1
    assert lines[0] == f"left run {run.id}: it is crashed; push its record again"
    assert len(_files(tmp_path)) == 2


def test_a_record_that_was_changed_on_the_way_is_left(
    pushed: StandIn, tmp_path: Path, plant: Plant
) -> None:
    content = plant(lambda record: {**record, "seed": 7}, keep_id=True)

    left, lines = _pull(tmp_path)

    assert left == 1
    assert "is not the file that was pushed: its digest is another" in lines[0]
    assert content not in _files(tmp_path).values()


def test_what_is_no_valid_record_is_left_with_its_fault(
    pushed: StandIn, tmp_path: Path, plant: Plant
) -> None:
    plant(lambda record: {**record, "workflow": "accumulated"})

    left, lines = _pull(tmp_path)

    assert left == 1
    assert "workflow 'accumulated' is not in the recipe" in lines[0]
    assert len(_files(tmp_path)) == 2


def test_a_record_cannot_lead_out_of_the_folder(
    pushed: StandIn, tmp_path: Path, plant: Plant
) -> None:
    def elsewhere(record: dict[str, Any]) -> dict[str, Any]:
        recipe = {**record["recipe"], "name": "../../smoke"}
        return {**record, "recipe": recipe, "digest": recipe_digest(recipe)}

    plant(elsewhere)

    left, lines = _pull(tmp_path / "a" / "b")

    assert left == 1
    assert any("name '../../smoke' is no plain name" in line for line in lines)
    assert {name.split("/")[0] for name in _files(tmp_path)} == {"a"}


def test_two_runs_that_differ_about_a_chain_are_both_left(
    pushed: StandIn, files: list[Path], tmp_path: Path, plant: Plant
) -> None:
    plant(lambda record: {**record, "seconds": 1.0}, beside=True)

    left, lines = _pull(tmp_path)

    assert left == 2
    assert any("differ; delete all but one in W&B" in line for line in lines)
    assert len(_files(tmp_path)) == 2


def test_a_lost_connection_leaves_no_part_of_a_file(
    pushed: StandIn, service: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_FINISH_TIMEOUT", "1")
    service.runs, service.artifacts = copy.deepcopy((pushed.runs, pushed.artifacts))
    service.faults.append(Fault("GET /artifactsV2", times=99))

    with pytest.raises(MirrorFailed, match=r"did not answer in time .*; try again"):
        _pull(tmp_path / "records")

    assert not (tmp_path / "records").exists()


@pytest.mark.parametrize("source", ["p", "someone/", "a/b/c"])
def test_a_source_has_two_parts(source: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="write ENTITY/PROJECT"):
        _pull(tmp_path, source)


def test_a_project_that_is_not_there_is_named(pushed: StandIn, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no such project \(Could not find project gone\)"):
        _pull(tmp_path, "someone/gone")


@pytest.mark.usefixtures("offline")
def test_nothing_is_pulled_offline(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="pull with WANDB_MODE=online"):
        _pull(tmp_path)


def test_a_planted_record_is_otherwise_one_like_others(
    pushed: StandIn, tmp_path: Path, plant: Plant
) -> None:
    """Else the tests above would be about the planting."""
    content = plant(lambda record: {**record, "seconds": 1.0})

    left, _ = _pull(tmp_path)

    assert left == 0
    assert content in _files(tmp_path).values()
    assert json.loads(content)["seconds"] == 1.0
