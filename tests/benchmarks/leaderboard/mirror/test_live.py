"""Training curves that grow in W&B, and chains that do not care whether it is there."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from rich.console import Console

from benchmarks.chains.recipe import Recipe
from benchmarks.chains.record import Record, without_times
from benchmarks.commands.run import run_here
from benchmarks.leaderboard.mirror.content import group_of
from benchmarks.leaderboard.mirror.live import LiveMirror
from lightning_modules.trainer import Device, is_logged

Run = Callable[..., tuple[Record, str]]


@pytest.fixture(scope="module")
def run(
    tiny: Recipe, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Literal["off", "offline", "online"]], tuple[Record, str]]:
    """Runs one small chain, whose stages all calls share, and gives its record and output."""
    outputs = tmp_path_factory.mktemp("outputs")
    recipe = replace(tiny, generations=1, workflows=("same_human",))

    def run(wandb: Literal["off", "offline", "online"]) -> tuple[Record, str]:
        output = io.StringIO()
        (record,) = run_here(
            recipe,
            [0],
            outputs=outputs,
            records=outputs / wandb,
            device=Device(name="cpu"),
            wandb=wandb,
            console=Console(file=output, width=200),
        )
        return record, output.getvalue()

    run.losses = lambda: [  # type: ignore[attr-defined]
        np.load(path).tolist() for path in sorted(outputs.glob("stages/fit-*/loss.npy"))
    ]
    return run


def _curve(points: list[dict[str, Any]], generation: int) -> list[tuple[float, float]]:
    prefix = f"generation_{generation}"
    return [
        (point[f"{prefix}/step"], point[f"{prefix}/train/loss"])
        for point in points
        if f"{prefix}/step" in point
    ]


def test_curves_and_metrics_of_a_chain_land_in_the_group_of_its_record(
    service: Any, run: Any
) -> None:
    record, output = run("online")

    (mirrored,) = service.runs.values()
    points = mirrored.points()
    curves = [_curve(points, generation) for generation in range(2)]
    expected = [
        [(step, loss) for step, loss in enumerate(losses) if is_logged(step, len(losses))]
        for losses in run.losses()
    ]
    chain = [point for point in points if "chain/fit/final_loss" in point]
    assert sorted(curves) == sorted(expected)
    assert all(len(curve) > 1 for curve in curves)
    assert [point["generation"] for point in chain] == [0, 1]
    for point, generation in zip(chain, record.generations, strict=True):
        for name, metric in generation.metrics.items():
            assert point[f"chain/{name}"] == metric.value
    assert mirrored.state == "finished"
    assert mirrored.fields["groupName"] == group_of(record)
    assert mirrored.fields["jobType"] == "chain"
    assert mirrored.config["digest"] == record.digest
    assert "W&B" not in output


def test_a_reused_fit_has_the_same_curve(service: Any, run: Any) -> None:
    run("online")

    (mirrored,) = service.runs.values()
    expected = [
        [(step, loss) for step, loss in enumerate(losses) if is_logged(step, len(losses))]
        for losses in run.losses()
    ]
    assert sorted(_curve(mirrored.points(), g) for g in range(2)) == sorted(expected)


@pytest.mark.parametrize("where", ["Viewer", "UpsertBucket", "file_stream"])
def test_a_chain_outlives_w_and_b(
    service: Any, run: Any, fault: Any, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_FINISH_TIMEOUT", "1")
    monkeypatch.setattr("benchmarks.leaderboard.mirror.live._RETRIES", 1)
    monkeypatch.setattr("benchmarks.leaderboard.mirror.runs._LOOKS", 1)
    plain, _ = run("off")
    service.faults.append(fault(where, 500, times=999))

    record, output = run("online")

    told = [line for line in output.splitlines() if "W&B has failed for same_human-seed0" in line]
    assert without_times(record) == without_times(plain)
    assert len(told) == 1
    assert "; the run goes on" in told[0]
    assert "W&B does not have all of 1 of 1 chains: same_human-seed0" in output


def test_without_a_key_the_chain_runs(
    service: Any, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WANDB_API_KEY")

    _, output = run("online")

    assert "there is no W&B API key; run wandb login" in output
    assert service.operations == []


def test_what_fails_while_a_fit_runs_is_told_once(
    service: Any, tiny: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[str] = []
    mirror = LiveMirror(tiny, mode="online", folder=tmp_path / "wandb", say=lines.append)
    mirror.begin("replace", 0)
    (logger,) = mirror.loggers(0)

    def gone(point: dict[str, float]) -> None:
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
