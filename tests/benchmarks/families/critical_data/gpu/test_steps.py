"""The family's steps of `collapse gpu`: what they leave out, and that an inequality is told."""

import time
from pathlib import Path

import numpy as np
import pytest

from benchmarks.families.critical_data.gpu.equal import _compare
from benchmarks.families.critical_data.gpu.sizes import critical_sizes
from benchmarks.families.critical_data.record import CriticalRecord
from benchmarks.running.step import FoundEquality, FoundFact, Workbench, read_findings
from lightning_modules.critical_data.sweep import MEASURES, Curve
from lightning_modules.device import Device


def _bench(folder: Path, **given: object) -> Workbench:
    return Workbench(
        folder=folder, records=folder, device=Device(name="cpu"), miniature=True, **given
    )  # type: ignore[arg-type]


def test_seeds_that_do_not_fit_any_more_are_left_out_and_it_is_said(
    tmp_path: Path, records: dict[str, CriticalRecord]
) -> None:
    asked: list[tuple[str, int]] = []

    def run_arm(recipe: object, arm: str, seed: int, bench: Workbench) -> CriticalRecord:
        asked.append((arm, seed))
        return records["sizes"]

    critical_sizes(_bench(tmp_path, run_arm=run_arm, ends=time.time() + 1))

    last = read_findings(tmp_path)[-1]
    assert isinstance(last, FoundFact)
    assert last.text == "seeds from 2 on do not fit any more"
    assert asked == [("critical", 0), ("critical", 1)]


@pytest.mark.parametrize(
    ("losses", "bitwise", "holds"),
    [
        ([1.0, 0.5], True, True),
        ([1.0 + 1e-6, 0.5], True, False),
        ([1.001, 0.5], False, True),
        ([1.0, 0.50002], False, False),
        ([1.003, 0.5], False, False),
        ([np.nan, 0.5], False, False),
    ],
)
def test_losses_that_are_too_far_apart_at_a_look_or_at_the_end_break_a_promise(
    losses: list[float], bitwise: bool, holds: bool, tmp_path: Path
) -> None:
    mine, other = (_curve(each) for each in (losses, [1.0, 0.5]))

    _compare(_bench(tmp_path), "so", [mine], [other], bitwise=bitwise)

    (found,) = read_findings(tmp_path)
    assert isinstance(found, FoundEquality)
    assert found.holds == holds


def _curve(losses: list[float]) -> Curve:
    values = [[loss if name == "loss" else 0.0 for name in MEASURES] for loss in losses]
    return Curve(list(range(len(losses))), values)
