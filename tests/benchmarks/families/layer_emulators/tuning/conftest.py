"""A small study of tuning by emulators, run once for all tests of it."""

from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.chains.settings import HumanText
from benchmarks.families.layer_emulators.record import EmulatorRecord
from benchmarks.families.layer_emulators.tuning.study import TuningStudy, layer_emulators_cpu
from benchmarks.run import Session, run_recipe
from benchmarks.running.progress import Progress
from lightning_modules.device import Device
from lightning_modules.settings import ModelShape, Optimization


@pytest.fixture(scope="session")
def small(text_file: Path) -> TuningStudy:
    """Six layers that learn little, and emulators of four."""
    human = HumanText(
        source=str(text_file), held_out_bytes=4000, first_tokens=1500, generation_tokens=100
    )
    return replace(
        layer_emulators_cpu(),
        general=human,
        target=replace(human, first_tokens=600),
        shape=ModelShape(
            layers=6, width=8, heads=1, feed_forward=16, context=16, vocabulary_size=300
        ),
        first_fit=Optimization(learning_rate=1e-2, warmup_steps=2, windows_per_step=8),
        look_every=5,
        places={"spread": (0, 3), "ends": (0, 5)},
        kept=4,
        random_sets=1,
        tried=20,
        fit=Optimization(learning_rate=1e-2, warmup_steps=1, windows_per_step=8),
        texts=6,
        chosen_by=5,
        coefficients=2,
    )


@pytest.fixture(scope="session")
def records(
    small: TuningStudy, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, EmulatorRecord]:
    """The records of the small study by arm."""
    folder = tmp_path_factory.mktemp("tuning")
    session = Session(
        outputs=folder / "outputs",
        records=folder / "records",
        device=Device(name="cpu"),
        progress=Progress(Console(quiet=True)),
    )
    found = run_recipe(small, (0,), session)
    return {one.arm: one for one in found if isinstance(one, EmulatorRecord)}
