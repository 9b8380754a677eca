"""The family's step of `collapse gpu`, in miniature on a CPU."""

from pathlib import Path

import pytest

from benchmarks.families.story_style.gpu.rewriters import ARMS, fresh_rewriters
from benchmarks.families.story_style.gpu.steps import STEPS
from benchmarks.running.step import FoundEquality, FoundFact, FoundRatio, Workbench, read_findings
from lightning_modules.device import Device

pytestmark = pytest.mark.long


def test_rewriters_are_fitted_and_told(tmp_path: Path) -> None:
    fresh_rewriters(
        Workbench(
            folder=tmp_path,
            records=tmp_path / "records",
            device=Device(name="cpu"),
            miniature=True,
        )
    )

    found = read_findings(tmp_path)
    assert [one.holds for one in found if isinstance(one, FoundEquality)] == [True]
    assert len([one for one in found if isinstance(one, FoundRatio)]) == 1
    said = [one.text for one in found if isinstance(one, FoundFact)]
    assert [text.partition(":")[0] for text in said] == [ARMS[0]]


def test_the_step_fits_the_time_that_is_had() -> None:
    assert [(step.name, step.seconds) for step in STEPS] == [("story-rewriters", 90)]
