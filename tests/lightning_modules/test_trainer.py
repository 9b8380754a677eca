"""A fit as Lightning runs it: its curve, its steps, its checkpoints."""

import contextlib
import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pytorch_lightning.loggers.logger import DummyLogger
from pytorch_lightning.strategies import ModelParallelStrategy

from lightning_modules.callbacks import LossCurve
from lightning_modules.checkpoints import ThriftyCheckpoints
from lightning_modules.device import Device
from lightning_modules.fitting.causal_lm import CausalLM, NonFiniteLoss, build_model
from lightning_modules.fitting.sharding import AtomicShards
from lightning_modules.fitting.text_data import PackedWindows, TextData, batches, parts
from lightning_modules.settings import ModelShape, Optimization
from lightning_modules.trainer import fitting
from tests.support.processes.waiting import Waits

_OPTIMIZATION = Optimization(learning_rate=1e-2, warmup_steps=2, windows_per_step=4)


class _Spoilt(CausalLM):
    """Its loss is no number at one step."""

    def __init__(self, *args: Any, step: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.step = step

    def training_step(self, batch: torch.Tensor, batch_idx: int) -> torch.Tensor:  # type: ignore[override]
        loss = super().training_step(batch, batch_idx)
        return loss * torch.nan if self.global_step == self.step else loss


def _fit(
    shape: ModelShape,
    optimization: Optimization,
    folder: Path,
    *,
    advance: list[int] | None = None,
    compiled: bool = False,
    n_steps: int = 6,
    spoilt: int | None = None,
) -> tuple[list[float], torch.Tensor]:
    rng = np.random.default_rng(0)
    stream = rng.integers(300, size=n_steps * 4 * shape.context + 1).astype(np.int32)
    windows = PackedWindows(stream, shape.context)
    order = batches(len(windows), optimization.windows_per_step, rng)
    curve = LossCurve()
    trainer = fitting(
        Device(name="cpu"),
        ([] if advance is None else advance).append,
        folder=folder,
        n_steps=n_steps,
        optimization=optimization,
        curve=curve,
        loggers=[],
    )
    model = build_model(shape, seed=0)
    trainer.fit(
        _Spoilt(model, optimization, n_steps, compiled=compiled, step=spoilt),
        TextData(windows, parts(order, optimization.windows_at_once)),
    )
    return curve.values(), torch.cat([p.detach().flatten() for p in model.parameters()])


def test_gradients_of_parts_make_the_step_of_the_whole_batch(
    shape: ModelShape, tmp_path: Path
) -> None:
    whole_losses, whole = _fit(shape, _OPTIMIZATION, tmp_path)
    tokens: list[int] = []

    losses, weights = _fit(
        shape, replace(_OPTIMIZATION, windows_at_once=2), tmp_path, advance=tokens
    )

    assert tokens == [2 * shape.context] * 12
    assert losses == pytest.approx(whole_losses, abs=1e-5)
    torch.testing.assert_close(weights, whole, atol=1e-3, rtol=0)


def test_a_step_cannot_be_cut_into_unequal_parts() -> None:
    with pytest.raises(ValueError, match="windows_at_once is 3; it must divide windows_per_step"):
        replace(_OPTIMIZATION, windows_at_once=3)


def test_the_first_step_leaves_a_checkpoint_with_the_curve(
    shape: ModelShape, tmp_path: Path
) -> None:
    losses, _ = _fit(shape, _OPTIMIZATION, tmp_path)

    saved = torch.load(tmp_path / "last.ckpt", weights_only=True)

    assert saved["global_step"] >= 1
    assert saved["callbacks"]["LossCurve"]["losses"] == losses[: saved["global_step"]]


class _Clockwork:
    """Stands for a trainer whose checkpoints take two seconds."""

    def __init__(self, clock: list[float], n_steps: int = 1_000) -> None:
        self.global_step = 0
        self.strategy = self
        self.saved: list[int] = []
        self.clock = clock
        self.max_steps = n_steps

    def save_checkpoint(self, path: Path) -> None:
        self.saved.append(self.global_step)
        self.clock[0] += 2.0

    def broadcast(self, value: int) -> int:
        return value


class _Placed(torch.nn.Linear):
    """A billion weights, in name, on a device, in name: its checkpoint takes 24 seconds."""

    def __init__(self, device: str) -> None:
        super().__init__(10**5, 10**4, bias=False, device="meta")
        self.device = torch.device(device)


def test_checkpoints_take_a_hundredth_of_the_time(
    shape: ModelShape, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a clock of one second per step and two per checkpoint, one is due every 200 steps."""
    clock = [0.0]
    monkeypatch.setattr("lightning_modules.checkpoints.time.perf_counter", lambda: clock[0])
    checkpoints = ThriftyCheckpoints(tmp_path / "last.ckpt")
    trainer, module = _Clockwork(clock), _Placed("cpu")
    checkpoints.on_train_start(trainer, module)  # type: ignore[arg-type]
    for _ in range(500):
        clock[0] += 1.0
        trainer.global_step += 1
        checkpoints.on_train_batch_end(trainer, module)  # type: ignore[arg-type]

    assert trainer.saved == [1, 201, 401]


def test_a_kill_while_a_sharded_model_is_saved_leaves_the_last_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def torn(self: ModelParallelStrategy, checkpoint: Any, path: Path, options: Any) -> None:
        path.write_bytes(checkpoint["bytes"])
        if checkpoint["bytes"] == b"half":
            raise KeyboardInterrupt

    monkeypatch.setattr(ModelParallelStrategy, "save_checkpoint", torn)
    monkeypatch.setattr(AtomicShards, "broadcast", lambda self, value: value)
    strategy, path = AtomicShards(), tmp_path / "last.ckpt"

    strategy.save_checkpoint({"bytes": b"whole"}, path)
    with pytest.raises(KeyboardInterrupt):
        strategy.save_checkpoint({"bytes": b"half"}, path)

    assert path.read_bytes() == b"whole"


class _Points(DummyLogger):
    """Keeps what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.points: list[tuple[int | None, dict[str, float]]] = []

    def log_metrics(self, metrics: dict[str, float], step: int | None = None) -> None:
        self.points.append((step, metrics))


def test_a_fit_that_goes_on_logs_its_whole_curve(shape: ModelShape, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    windows = PackedWindows(rng.integers(300, size=25 * 4 * 32 + 1).astype(np.int32), 32)
    order = batches(len(windows), 4, rng)
    logged = []
    for steps in (13, 25):
        curve, logger = LossCurve(), _Points()
        trainer = fitting(
            Device(name="cpu"),
            lambda tokens: None,
            folder=tmp_path,
            n_steps=steps,
            optimization=_OPTIMIZATION,
            curve=curve,
            loggers=[logger],
        )
        checkpoint = tmp_path / "last.ckpt"
        trainer.fit(
            CausalLM(build_model(shape, seed=0), _OPTIMIZATION, 25, compiled=False),
            TextData(windows, parts(order, None)),
            ckpt_path=checkpoint if checkpoint.is_file() else None,
            weights_only=True,
        )
        logged.append(logger.points)

    assert [step for step, _ in logged[0]] == [0, 10, 12]
    assert [step for step, _ in logged[1]] == [0, 10, 20, 24]
    assert [m["train/loss"] for _, m in logged[1]] == [curve.values()[i] for i in (0, 10, 20, 24)]
    assert logged[0][:1] == logged[1][:1]


@pytest.mark.parametrize(("n_steps", "saved"), [(1_000, [2, 202, 402, 602, 802]), (20, [])])
def test_a_fit_on_a_gpu_that_is_over_before_its_checkpoint_has_none(
    n_steps: int, saved: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first step takes forty seconds and others one, of which the second is timed."""
    clock = [0.0]
    monkeypatch.setattr("lightning_modules.checkpoints.time.perf_counter", lambda: clock[0])
    checkpoints = ThriftyCheckpoints(tmp_path / "last.ckpt")
    trainer, module = _Clockwork(clock, n_steps), _Placed("cuda")
    checkpoints.on_train_start(trainer, module)  # type: ignore[arg-type]
    for step in range(n_steps):
        clock[0] += 1.0 if step else 40.0
        trainer.global_step += 1
        checkpoints.on_train_batch_end(trainer, module)  # type: ignore[arg-type]

    assert trainer.saved == saved


def test_a_step_that_was_compiled_does_not_make_checkpoints_frequent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first step takes forty seconds and others a tenth: the second save sees the tenth."""
    clock = [0.0]
    monkeypatch.setattr("lightning_modules.checkpoints.time.perf_counter", lambda: clock[0])
    checkpoints = ThriftyCheckpoints(tmp_path / "last.ckpt")
    trainer, module = _Clockwork(clock), _Placed("cpu")
    checkpoints.on_train_start(trainer, module)  # type: ignore[arg-type]
    for step in range(1_000):
        clock[0] += 0.1 if step else 40.0
        trainer.global_step += 1
        checkpoints.on_train_batch_end(trainer, module)  # type: ignore[arg-type]

    assert trainer.saved == [1, 6]


@pytest.mark.parametrize("windows_at_once", [None, 2])
def test_a_step_waits_for_no_number(
    shape: ModelShape, tmp_path: Path, windows_at_once: int | None
) -> None:
    """Of ten more steps, none waits for the device."""
    waits = []
    for n_steps in (4, 14):
        with Waits() as counted:
            optimization = replace(_OPTIMIZATION, windows_at_once=windows_at_once)
            _fit(shape, optimization, tmp_path, n_steps=n_steps)
        waits.append(counted.n)

    assert waits[0] == waits[1]


def test_losses_that_wait_on_a_gpu_are_read_before_a_checkpoint_is_written() -> None:
    curve = LossCurve(losses=[2.0], _unread=[torch.tensor(1.0), torch.tensor(torch.nan)])

    with pytest.raises(NonFiniteLoss, match="the loss is nan at step 2; the last good checkpoint"):
        curve.state_dict()


def test_a_loss_that_is_no_number_stops_with_the_step(shape: ModelShape, tmp_path: Path) -> None:
    with pytest.raises(NonFiniteLoss, match="the loss is nan at step 3"):
        _fit(shape, _OPTIMIZATION, tmp_path, spoilt=3)

    assert torch.load(tmp_path / "last.ckpt", weights_only=True)["global_step"] < 4


@pytest.mark.parametrize("spoilt", [None, 2])
def test_a_fit_is_deterministic_and_leaves_no_trace_of_it(
    shape: ModelShape, tmp_path: Path, spoilt: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []
    step = CausalLM.training_step

    def watch(self: CausalLM, *args: Any) -> torch.Tensor:
        seen.append(torch.are_deterministic_algorithms_enabled())
        seen.append(torch.is_deterministic_algorithms_warn_only_enabled())
        return step(self, *args)

    monkeypatch.setattr(CausalLM, "training_step", watch)
    torch.use_deterministic_algorithms(False)
    expected = contextlib.nullcontext() if spoilt is None else pytest.raises(NonFiniteLoss)

    with expected:
        _fit(shape, _OPTIMIZATION, tmp_path, spoilt=spoilt)

    assert seen[:2] == [True, False]
    assert torch.get_deterministic_debug_mode() == 0
    assert os.environ["CUBLAS_WORKSPACE_CONFIG"] in {":4096:8", ":16:8"}


def test_sigterm_is_left_to_what_heard_it_before(shape: ModelShape, tmp_path: Path) -> None:
    """The trainer would take it, and end when the batch does."""
    heard: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: heard.append(number))
    rng = np.random.default_rng(0)
    windows = PackedWindows(rng.integers(300, size=8 * shape.context + 1).astype(np.int32), 32)
    trainer = fitting(
        Device(name="cpu"),
        lambda n_tokens: signal.raise_signal(signal.SIGTERM),
        folder=tmp_path,
        n_steps=2,
        optimization=_OPTIMIZATION,
        curve=LossCurve(),
        loggers=[],
    )
    try:
        module = CausalLM(build_model(shape, seed=0), _OPTIMIZATION, 2)
        trainer.fit(module, TextData(windows, batches(8, 4, rng)))
    finally:
        signal.signal(signal.SIGTERM, before)

    assert heard == [signal.SIGTERM] * 2
    assert not trainer.received_sigterm
