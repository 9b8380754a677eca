"""Models that train at once are each as if alone, and as the plain module with plain AdamW."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from data.errors import BadInput
from lightning_modules.critical_data.optimizer import StackedAdamW
from lightning_modules.critical_data.plain import PlainOneLayer
from lightning_modules.critical_data.questions import Task, has_mirror, stacked
from lightning_modules.critical_data.settings import OneLayerShape, RunSettings, SweepSettings
from lightning_modules.critical_data.structured import (
    accuracies_of,
    initial_weights,
    logits_of,
    losses_of,
    unpacked,
)
from lightning_modules.critical_data.sweep import Curve, ManyModels, train_many
from lightning_modules.device import Device

_P = 11
SHAPE = OneLayerShape(symbols=_P, width=16, heads=4, feed_forward=32)
RUNS = tuple(
    RunSettings(seed=seed, learning_rate=rate, weight_decay=decay, scale=scale, name="run")
    for seed, rate, decay, scale in ((0, 3e-3, 1.0, 1.0), (1, 1e-2, 0.0, 1.0), (2, 1e-3, 3.0, 2.0))
)
_SIZES = (40, 60, 80)


def _task(size: int, seed: int = 0) -> Task:
    order = np.random.default_rng(seed).permutation(_P * _P)
    pairs = np.stack([order // _P, order % _P], axis=1)
    trained, tested = pairs[:size], pairs[-30:]
    return Task(
        trained=trained,
        labels=trained.sum(axis=1) % _P,
        tested=tested,
        expected=tested.sum(axis=1) % _P,
    )


TASKS = tuple(_task(size, seed) for seed, size in enumerate(_SIZES))
_SHORT = SweepSettings(steps=40, every=10)


def _train(
    folder: Path,
    runs: Sequence[RunSettings] = RUNS,
    tasks: Sequence[Task] = TASKS,
    settings: SweepSettings = _SHORT,
    *,
    stop_after: int = 10**9,
) -> ManyModels:
    left = [stop_after]

    def advance(_: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise InterruptedError

    return train_many(
        SHAPE, runs, tasks, settings, folder=folder, device=Device(name="cpu"), advance=advance
    )


@pytest.mark.parametrize("constants", [1, 4])
def test_the_structured_form_gives_the_logits_of_the_plain_module(constants: int) -> None:
    shape = replace(SHAPE, constants=constants)
    weights = initial_weights(shape, RUNS).double()
    pairs = torch.stack([torch.from_numpy(_task(50, seed).trained) for seed in range(3)])

    ours = logits_of(shape, weights, pairs)

    for run in range(3):
        mine = {name: part[run] for name, part in unpacked(shape, weights).items()}
        assert (PlainOneLayer(shape, mine)(pairs[run]) - ours[run]).abs().max() < 1e-12
        single = logits_of(shape, weights[run : run + 1].float(), pairs[run : run + 1])
        assert (single[0] - ours[run]).abs().max() < 1e-5 * ours[run].abs().max()


def _losses_at_once(weights: Tensor, n_steps: int) -> list[list[float]]:
    parameter = torch.nn.Parameter(weights)
    optimizer = StackedAdamW(
        parameter,
        rates=torch.tensor([run.learning_rate for run in RUNS], dtype=torch.float64),
        decays=torch.tensor([run.weight_decay for run in RUNS], dtype=torch.float64),
        betas=(0.9, 0.98),
        epsilon=1e-8,
    )
    asked = stacked([t.trained for t in TASKS], [t.labels for t in TASKS])
    found = []
    for _ in range(n_steps):
        optimizer.zero_grad()
        losses = losses_of(logits_of(SHAPE, parameter, asked.pairs), asked.answers, asked.counted)
        losses.sum().backward()
        optimizer.step()
        found.append(losses.tolist())
    return found


def _losses_alone(weights: Tensor, run: int, n_steps: int) -> list[float]:
    mine = {name: part[run] for name, part in unpacked(SHAPE, weights).items()}
    module, task = PlainOneLayer(SHAPE, mine), TASKS[run]
    optimizer = torch.optim.AdamW(
        module.parameters(),
        lr=RUNS[run].learning_rate,
        weight_decay=RUNS[run].weight_decay,
        betas=(0.9, 0.98),
    )
    found = []
    for _ in range(n_steps):
        optimizer.zero_grad()
        logits = module(torch.from_numpy(task.trained))
        loss = functional.cross_entropy(logits, torch.from_numpy(task.labels))
        loss.backward()
        optimizer.step()
        found.append(float(loss.detach()))
    return found


def test_many_models_of_unlike_sizes_train_as_each_plain_module_with_plain_adamw() -> None:
    weights = initial_weights(SHAPE, RUNS).double()

    at_once = np.array(_losses_at_once(weights.clone(), 100))

    for run in range(3):
        assert np.abs(at_once[:, run] - _losses_alone(weights, run, 100)).max() < 1e-9


def test_models_at_once_are_each_alone_in_single_precision(tmp_path: Path) -> None:
    settings = SweepSettings(steps=200, every=200, stop_at=2.0)
    (tmp_path / "all").mkdir()
    both = _train(tmp_path / "all", settings=settings)

    for run in (0, 2):
        folder = tmp_path / str(run)
        folder.mkdir()
        alone = _train(folder, RUNS[run : run + 1], TASKS[run : run + 1], settings)
        losses = [
            module.curves[place].column("loss") for module, place in ((both, run), (alone, 0))
        ]
        assert np.abs(losses[0] - losses[1]).max() < 1e-5


def test_an_interrupted_sweep_goes_on_in_the_same_bits(tmp_path: Path) -> None:
    for name in ("whole", "torn"):
        (tmp_path / name).mkdir()
    easy = SweepSettings(steps=60, every=10, stop_at=0.1)  # some stop before others
    whole = _train(tmp_path / "whole", settings=easy)

    with pytest.raises(InterruptedError):
        _train(tmp_path / "torn", settings=easy, stop_after=2)
    assert (tmp_path / "torn" / "last.ckpt").is_file()
    again = _train(tmp_path / "torn", settings=easy)

    assert torch.equal(whole.weights, again.weights)
    assert [curve.steps for curve in whole.curves] == [curve.steps for curve in again.curves]
    assert repr([c.values for c in whole.curves]) == repr([c.values for c in again.curves])
    assert len({curve.steps[-1] for curve in whole.curves}) > 1


def test_a_run_that_diverges_or_is_done_leaves_its_neighbours_alone(tmp_path: Path) -> None:
    for name in ("with", "without"):
        (tmp_path / name).mkdir()
    wild = replace(RUNS[0], learning_rate=1e30)
    settings = replace(_SHORT, stop_at=2.0)

    beside = _train(tmp_path / "with", (wild, *RUNS[1:]), settings=settings)
    alone = _train(tmp_path / "without", RUNS[1:], TASKS[1:], settings)

    assert not np.isfinite(beside.curves[0].values[-1]).all()
    assert beside.curves[0].steps == [0, 10]
    for run in (0, 1):
        mine, other = beside.curves[run + 1], alone.curves[run]
        assert mine.steps == other.steps == [0, 10, 20, 30, 40]
        assert np.abs(mine.column("loss") - other.column("loss")).max() < 1e-5


def test_a_run_stops_where_it_is_done_and_its_weights_stay(tmp_path: Path) -> None:
    module = _train(tmp_path, settings=replace(_SHORT, stop_at=0.01))

    assert max(curve.steps[-1] for curve in module.curves) < 40
    assert all(curve.column("test")[-1] >= 0.01 for curve in module.curves)
    assert all((curve.column("test")[:-1] < 0.01).all() for curve in module.curves)
    norms = module.weights.detach().norm(dim=1).tolist()
    assert norms == [curve.column("norm")[-1] for curve in module.curves]


def test_mirror_images_are_told_apart() -> None:
    task = replace(
        _task(1), trained=np.array([[1, 2], [3, 3]]), tested=np.array([[2, 1], [1, 2], [3, 3]])
    )

    assert has_mirror(task).tolist() == [True, False, True]


def test_accuracy_and_loss_leave_filled_rows_out() -> None:
    logits = torch.zeros(2, 3, 2)
    logits[:, :, 1] = 5.0
    answers = torch.tensor([[1, 0, 0], [1, 1, 1]])
    counted = torch.tensor([[1.0, 0.0, 0.0], [1.0, 1.0, 1.0]])

    assert accuracies_of(logits, answers, counted).tolist() == [1.0, 1.0]
    assert losses_of(logits, answers, counted).max() < 0.01


_EMPTY = np.zeros((0, 2), dtype=np.int64)
_WRONG: dict[str, Callable[[], object]] = {
    "no multiple of every": lambda: SweepSettings(steps=30, every=20),
    "not a multiple of heads": lambda: replace(SHAPE, width=10),
    "3 questions to learn and 0 to be asked": lambda: ManyModels(
        SHAPE, RUNS[:1], [replace(_task(3), tested=_EMPTY)], _SHORT
    ),
}


@pytest.mark.parametrize("words", _WRONG)
def test_what_cannot_be_trained_is_refused(words: str) -> None:
    with pytest.raises(BadInput, match=words):
        _WRONG[words]()


def test_a_curve_gives_a_column() -> None:
    assert Curve([0], [[0.1, 0.2, 0.3, 0.4, 5.0, 6.0]]).column("loss").tolist() == [5.0]
