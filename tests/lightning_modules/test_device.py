"""Where stages run, known before anything heavy is loaded."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lightning_modules.device import Device, DeviceName

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("code", "loaded"),
    [
        ("from lightning_modules.device import Device; Device(name='cpu')", set()),
        ("import lightning_modules.processes", {"torch"}),
        ("import benchmarks.running.bench", {"torch"}),
        ("import benchmarks.editing.request", {"torch", "transformers"}),
        ("import benchmarks.downstream.scoring", {"torch", "transformers"}),
    ],
)
def test_what_names_a_device_does_not_load_lightning(code: str, loaded: set[str]) -> None:
    heavy = ("torch", "pytorch_lightning", "lightning_fabric", "transformers")
    script = f"{code}; import sys; print(*sorted(sys.modules.keys() & {set(heavy)!r}))"

    outcome = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert set(outcome.stdout.split()) == loaded


@pytest.mark.parametrize("name", ["auto", "cuda"])
def test_more_processes_than_gpus_are_refused(
    name: DeviceName, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lightning_modules.device._has_driver", lambda: True)
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.device_count", lambda: 1)
    monkeypatch.setattr("lightning_modules.processes.local_count", lambda: 2)

    with pytest.raises(ValueError, match="2 processes on this machine see 1 GPUs; start as many"):
        Device(name=name)
    assert Device(name="cpu").kind == "cpu"
