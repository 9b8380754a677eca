"""A small study of critical sizes, run once for all tests of the family."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.families.critical_data.recipes import CriticalStudy, Sweep, critical_data
from benchmarks.families.critical_data.record import CriticalRecord
from benchmarks.run import Session, run_recipe
from benchmarks.running.progress import Progress
from lightning_modules.device import Device

_SWEEP = Sweep(
    modulus=11,
    sizes=(20, 40, 80),
    steps=100,
    every=10,
    width=16,
    learning_rate=1e-2,
    generalised_at=0.35,
)
"""Its largest size is right in so many cases after 70 steps, the others never."""


def run_study(
    study: CriticalStudy, folder: Path, seeds: Sequence[int] = (0,)
) -> list[CriticalRecord]:
    """Records of every arm, of one seed or of several."""
    session = Session(
        outputs=folder / "outputs",
        records=folder / "records",
        device=Device(name="cpu"),
        progress=Progress(Console(quiet=True)),
    )
    done = run_recipe(study, seeds, session)
    return [record for record in done if isinstance(record, CriticalRecord)]


@pytest.fixture(scope="session")
def tiny() -> CriticalStudy:
    """Two arms of models that learn addition modulo 11 in a moment."""
    return replace(
        critical_data(),
        arms=("sizes", "paced"),
        sweeps={"sizes": _SWEEP, "paced": replace(_SWEEP, pace=1.0, at_once=1)},
    )


@pytest.fixture(scope="session")
def records(
    tiny: CriticalStudy, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, CriticalRecord]:
    """The records of the small study by arm."""
    found = run_study(tiny, tmp_path_factory.mktemp("critical_data"))
    return {record.arm: record for record in found}
