"""Training curves that grow in W&B, and chains that do not care whether it is there."""

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from rich.console import Console

from benchmarks.chains.recipe import Recipe
from benchmarks.chains.record import Record, read_record
from benchmarks.commands.run import run_here
from benchmarks.leaderboard.mirror.content import group_of, history_of, summary_of
from benchmarks.leaderboard.mirror.live import LiveMirror
from benchmarks.running.record import without_times
from lightning_modules.callbacks import is_logged
from lightning_modules.device import Device
from tests.support.places import RECORDS, ROOT
from tests.support.wandb_stand_in import Fault, StandIn


class SmallChain:
    """One small chain, whose stages all runs share."""

    def __init__(self, recipe: Recipe, outputs: Path) -> None:
        self.recipe, self.outputs = recipe, outputs

    def run(self, wandb: Literal["off", "offline", "online"]) -> tuple[Record, str]:
        """Its record, and what a run says."""
        output = io.StringIO()
        (record,) = run_here(
            self.recipe,
            [0],
            outputs=self.outputs,
            records=self.outputs / wandb,
            device=Device(name="cpu"),
            wandb=wandb,
            console=Console(file=output, width=200),
        )
        return record, output.getvalue()

    def logged_curves(self) -> list[list[tuple[int, float]]]:
        """The steps of each fit that are logged, with their losses."""
        paths = sorted(self.outputs.glob("stages/fit-*/loss.npy"))
        return [
            [(step, loss) for step, loss in enumerate(losses) if is_logged(step, len(losses))]
            for losses in (np.load(path).tolist() for path in paths)
        ]


@pytest.fixture(scope="module")
def chain(tiny: Recipe, tmp_path_factory: pytest.TempPathFactory) -> SmallChain:
    recipe = replace(tiny, generations=1, workflows=("same_human",))
    return SmallChain(recipe, tmp_path_factory.mktemp("outputs"))


def _curves(points: list[dict[str, Any]]) -> list[list[tuple[int, float]]]:
    """The loss of each generation by its own steps; those of the chain go on without a gap."""
    curve = [point for point in points if "train/loss" in point]
    steps = [point["train/step"] for point in curve]
    assert steps == sorted(set(steps))
    begins: dict[float, float] = {}
    found: dict[float, list[tuple[int, float]]] = {}
    for point in curve:
        generation, step = point["train/generation"], point["train/step"]
        first = begins.setdefault(generation, step)
        found.setdefault(generation, []).append((int(step - first), point["train/loss"]))
    return list(found.values())


def test_curves_and_metrics_of_a_chain_land_in_the_group_of_its_record(
    service: StandIn, chain: SmallChain
) -> None:
    record, output = chain.run("online")

    (mirrored,) = service.runs.values()
    points = mirrored.points()
    curves = _curves(points)
    assert len(curves) == 2
    assert sorted(curves) == sorted(chain.logged_curves())
    assert all(len(curve) > 1 for curve in curves)
    ends = [point for point in points if "generation" in point]
    assert ends == [pytest.approx(point) for point in history_of(record)]  # as a push names them
    assert mirrored.summary.items() >= summary_of(record).items()
    assert mirrored.state == "finished"
    assert mirrored.fields["groupName"] == group_of(record)
    assert mirrored.fields["jobType"] == "chain"
    assert mirrored.config["digest"] == record.digest
    assert "W&B" not in output


def test_a_chain_goes_on_in_its_own_run_and_logs_nothing_twice(
    service: StandIn, chain: SmallChain
) -> None:
    record, _ = chain.run("online")
    (before,) = (run.points() for run in service.runs.values())

    chain.run("online")

    (mirrored,) = service.runs.values()
    assert mirrored.starts >= 2
    assert mirrored.state == "finished"
    assert mirrored.points() == before
    assert sorted(_curves(before)) == sorted(chain.logged_curves())
    assert [point["generation"] for point in before if "generation" in point] == [0, 1]
    assert len(record.generations) == 2


def test_a_chain_that_broke_off_has_one_curve_in_the_end(
    service: StandIn, chain: SmallChain, tmp_path: Path
) -> None:
    """Its first run sends the beginning of the curve, and the second one all of it again."""
    losses = [loss for curve in chain.logged_curves() for _, loss in curve]
    for sent in (3, len(losses)):
        mirror = LiveMirror(chain.recipe, mode="online", folder=tmp_path, say=pytest.fail)
        mirror.begin("same_human", 7)
        (logger,) = mirror.loggers(0)
        for step, loss in enumerate(losses[:sent]):
            logger.log_metrics({"train/loss": loss}, step)
        mirror.close()

    (mirrored,) = service.runs.values()
    assert [point["train/loss"] for point in mirrored.points()] == losses
    assert [point["train/step"] for point in mirrored.points()] == list(range(len(losses)))


@pytest.mark.parametrize("where", ["Viewer", "UpsertBucket", "file_stream"])
def test_a_chain_outlives_w_and_b(
    service: StandIn, chain: SmallChain, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_FINISH_TIMEOUT", "1")
    monkeypatch.setattr("benchmarks.leaderboard.mirror.live._RETRIES", 1)
    monkeypatch.setattr("benchmarks.leaderboard.mirror.runs._LOOKS", 1)
    plain, _ = chain.run("off")
    service.faults.append(Fault(where, 500, times=999))

    record, output = chain.run("online")

    told = [line for line in output.splitlines() if "W&B has failed for same_human-seed0" in line]
    assert without_times(record) == without_times(plain)
    assert len(told) == 1
    assert "; the run goes on" in told[0]
    assert "W&B does not have all of 1 of 1 chains: same_human-seed0" in output


def test_without_a_key_the_chain_runs(
    service: StandIn, chain: SmallChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WANDB_API_KEY")

    _, output = chain.run("online")

    assert "there is no W&B API key; run wandb login" in output
    assert service.operations == []


def test_what_fails_while_a_fit_runs_is_told_once(
    service: StandIn, tiny: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[str] = []
    mirror = LiveMirror(tiny, mode="online", folder=tmp_path / "wandb", say=lines.append)
    mirror.begin("replace", 0)
    (logger,) = mirror.loggers(0)

    def gone(point: dict[str, float], step: int) -> None:
        raise ConnectionResetError("the service process is gone")

    monkeypatch.setattr(mirror._run, "log", gone)
    for step in range(3):
        logger.log_metrics({"train/loss": 1.0}, step)
    mirror.close()

    assert mirror.incomplete == ["replace-seed0"]
    assert mirror.loggers(1) == []
    assert len(lines) == 1
    assert "the service process is gone" in lines[0]
    assert "upload it later: wandb sync" in lines[0]


def test_every_tenth_step_and_the_last_are_logged() -> None:
    assert [step for step in range(25) if is_logged(step, 25)] == [0, 10, 20, 24]


def test_the_page_on_w_and_b_names_metrics_that_there_are() -> None:
    page = (ROOT / "docs" / "wandb.md").read_text(encoding="utf-8")
    record = read_record(RECORDS / "smoke-470bad5f" / "replace-seed0.json")
    named = set(re.findall(r"`((?:held_out|samples|fit|human_floor)/[\w/]+)`", page))

    assert len(named) > 4
    assert named - set(summary_of(record)) == set()
