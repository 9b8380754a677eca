"""One of two torchrun processes: a sharded fit, its checkpoint, and a second fit that goes on."""

import json
import sys
from pathlib import Path

import numpy as np

from lightning_modules.callbacks import LossCurve
from lightning_modules.device import Device
from lightning_modules.fitting.causal_lm import CausalLM, build_model
from lightning_modules.fitting.text_data import PackedWindows, TextData, batches
from lightning_modules.processes import leads
from lightning_modules.settings import ModelShape, Optimization
from lightning_modules.trainer import fitting, quiet

SHAPE = ModelShape(layers=2, width=32, heads=2, feed_forward=64, context=32, vocabulary_size=300)
OPTIMIZATION = Optimization(learning_rate=1e-2, warmup_steps=2, windows_per_step=4)
N_STEPS = 4


def losses(folder: Path, *, sharded: bool, stop: int = N_STEPS) -> list[float]:
    """Losses of a fit that stops early, or goes on from the checkpoint in its folder."""
    rng = np.random.default_rng(0)
    size = N_STEPS * OPTIMIZATION.windows_per_step * SHAPE.context + 1
    windows = PackedWindows(rng.integers(300, size=size).astype(np.int32), SHAPE.context)
    order = batches(len(windows), OPTIMIZATION.windows_per_step, rng)
    curve = LossCurve()
    trainer = fitting(
        Device(name="cpu", sharded=sharded),
        lambda n: None,
        folder=folder,
        n_steps=stop,
        optimization=OPTIMIZATION,
        curve=curve,
        loggers=[],
    )
    checkpoint = folder / "last.ckpt"
    trainer.fit(
        CausalLM(build_model(SHAPE, seed=0), OPTIMIZATION, N_STEPS),
        TextData(windows, order),
        ckpt_path=checkpoint if checkpoint.exists() else None,
        weights_only=True,
    )
    return curve.values()


if __name__ == "__main__":
    quiet()
    here = Path(sys.argv[1])
    first = losses(here / "sharded", sharded=True, stop=1)
    resumed = losses(here / "sharded", sharded=True)
    copies = losses(here / "copies", sharded=False)
    if leads():
        (here / "losses.json").write_text(json.dumps([first, resumed, copies]))
