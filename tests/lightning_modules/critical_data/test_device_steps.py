"""Steps as a GPU makes them: none waits for it, they can be recorded, and a CPU's are unchanged."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from lightning_modules.critical_data.optimizer import StackedAdamW
from lightning_modules.critical_data.questions import stacked
from lightning_modules.critical_data.settings import RunSettings, SweepSettings
from lightning_modules.critical_data.structured import initial_weights, logits_of, losses_of
from lightning_modules.critical_data.sweep import ManyModels, train_many
from lightning_modules.device import Device
from lightning_modules.writing.replay import Step
from tests.lightning_modules.critical_data import test_text_models as texts
from tests.lightning_modules.critical_data.test_many_models import RUNS, SHAPE, TASKS
from tests.support.processes.waiting import Waits

_NEVER_DONE = SweepSettings(steps=40, every=10, stop_at=2.0)


def _train(
    folder: Path,
    settings: SweepSettings,
    *,
    runs: Sequence[RunSettings] = RUNS,
    record: Callable[[Step], Step] | None = None,
    advance: Callable[[int], None] = lambda n: None,
) -> ManyModels:
    folder.mkdir(exist_ok=True)
    return train_many(
        SHAPE,
        runs,
        TASKS,
        settings,
        folder=folder,
        device=Device(name="cpu"),
        advance=advance,
        record=record,
    )


def _by_hand(n_steps: int) -> Tensor:
    """Weights after so many steps, as the records on CPUs were made."""
    weights = torch.nn.Parameter(initial_weights(SHAPE, RUNS))
    mean, square = torch.zeros_like(weights), torch.zeros_like(weights)
    rates = torch.tensor([run.learning_rate for run in RUNS], dtype=torch.float64)[:, None].float()
    decays = torch.tensor([run.weight_decay for run in RUNS], dtype=torch.float64)[:, None].float()
    asked = stacked([t.trained for t in TASKS], [t.labels for t in TASKS])
    for step in range(1, n_steps + 1):
        weights.grad = None
        losses = losses_of(logits_of(SHAPE, weights, asked.pairs), asked.answers, asked.counted)
        losses.sum().backward()
        gradient = weights.grad
        assert gradient is not None
        with torch.no_grad():
            weights.mul_(1 - rates * decays)
            mean.lerp_(gradient, 1 - 0.9)
            square.mul_(0.98).addcmul_(gradient, gradient, value=1 - 0.98)
            root = square.sqrt().div_((1 - 0.98**step) ** 0.5).add_(1e-8)
            weights.sub_((mean / root).mul_(rates / (1 - 0.9**step)))
    return weights.detach()


def test_steps_on_a_cpu_are_those_of_the_loop_by_hand_to_the_bit(tmp_path: Path) -> None:
    assert torch.equal(_train(tmp_path, _NEVER_DONE).weights, _by_hand(40))


class _Recorder:
    """Makes recordings that are the step itself, and counts what a GPU would record."""

    def __init__(self) -> None:
        self.recorded = self.replayed = self.waits = 0

    def __call__(self, step: Step) -> Step:
        self.recorded += 1

        def replay() -> None:
            self.replayed += 1
            with Waits() as counted:
                step()
            self.waits += counted.n

        return replay


def test_recorded_steps_read_no_number_and_are_recorded_once_for_each_set_of_models(
    tmp_path: Path,
) -> None:
    easy = SweepSettings(steps=60, every=10, stop_at=0.1)  # some are done before others
    recorder = _Recorder()

    plain = _train(tmp_path / "plain", easy)
    recorded = _train(tmp_path / "recorded", easy, record=recorder)

    ends = {curve.steps[-1] for curve in plain.curves}
    assert len(ends) > 1
    assert recorder.recorded == len(ends)
    assert recorder.replayed == 60 - len(ends)  # the first step of each set is made plainly
    assert recorder.waits == 0
    for mine, other in zip(plain.curves, recorded.curves, strict=True):
        assert mine.steps == other.steps
        assert np.allclose(mine.values, other.values, atol=2e-4, rtol=2e-4, equal_nan=True)


def test_recorded_steps_go_on_in_the_same_bits_after_a_kill(tmp_path: Path) -> None:
    easy, left = SweepSettings(steps=60, every=10, stop_at=0.1), [2]

    def killed(_: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise InterruptedError

    whole = _train(tmp_path / "whole", easy, record=_Recorder())
    with pytest.raises(InterruptedError):
        _train(tmp_path / "torn", easy, record=_Recorder(), advance=killed)
    again = _train(tmp_path / "torn", easy, record=_Recorder())

    assert torch.equal(whole.weights, again.weights)
    assert repr([c.values for c in whole.curves]) == repr([c.values for c in again.curves])


@pytest.mark.parametrize("recorded", [False, True])
def test_only_looks_wait_for_the_device(recorded: bool, tmp_path: Path) -> None:
    """Ten times as many steps between as many looks wait as often."""
    waits = []
    for every in (2, 20):
        settings = SweepSettings(steps=2 * every, every=every, stop_at=2.0)
        with Waits() as counted:
            _train(tmp_path / str(every), settings, record=_Recorder() if recorded else None)
        waits.append(counted.n)

    assert waits[0] == waits[1]


def test_steps_in_double_precision_are_the_same_recorded_or_not() -> None:
    """Corrections of the means that are computed as tensors are those computed as numbers."""
    found = []
    for counts_there in (False, True):
        weights = torch.nn.Parameter(initial_weights(SHAPE, RUNS).double())
        optimizer = StackedAdamW(
            weights,
            rates=torch.full((3,), 1e-3, dtype=torch.float64),
            decays=torch.full((3,), 1.0, dtype=torch.float64),
            betas=(0.9, 0.98),
            epsilon=1e-8,
            counts_there=counts_there,
        )
        for step in range(5):
            weights.grad = torch.sin(weights.detach() + step)
            optimizer.step()
        found.append(weights.detach())

    assert (found[0] - found[1]).abs().max() < 1e-14


def test_rates_and_decays_lie_where_the_weights_are() -> None:
    """Torch multiplies no tensor of a GPU by one of a CPU; `meta` stands in for the GPU."""
    module = ManyModels(SHAPE, RUNS, TASKS, _NEVER_DONE).to("meta")

    optimizer = module.configure_optimizers()

    assert {optimizer.rates.device.type, optimizer.decays.device.type} == {"meta"}


def test_a_model_with_a_budget_of_its_own_is_done_after_it(tmp_path: Path) -> None:
    runs = [replace(run, steps=steps) for run, steps in zip(RUNS, (10, None, 25), strict=True)]

    module = _train(tmp_path, _NEVER_DONE, runs=runs)

    assert [curve.steps[-1] for curve in module.curves] == [10, 40, 30]


@pytest.fixture
def steps_left(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many steps a checkpoint is told are left, each time that it could be written."""
    seen: list[int] = []

    def look(self: object, trainer: object, *_: object) -> None:
        seen.append(trainer.max_steps - trainer.global_step)  # type: ignore[attr-defined]

    monkeypatch.setattr("lightning_modules.checkpoints.ThriftyCheckpoints.on_train_batch_end", look)
    return seen


def test_a_sweep_on_a_gpu_leaves_checkpoints(tmp_path: Path, steps_left: list[int]) -> None:
    """What is left to do is known, so that it is not taken for nothing."""
    _train(tmp_path, _NEVER_DONE)
    _train(tmp_path, _NEVER_DONE, record=_Recorder())

    assert steps_left == [30, 20, 10, 0] * 2


def test_a_sweep_of_texts_on_a_gpu_leaves_checkpoints(
    tmp_path: Path, steps_left: list[int]
) -> None:
    texts.train(tmp_path)

    assert steps_left == [50, 40, 30, 20, 10, 0]
