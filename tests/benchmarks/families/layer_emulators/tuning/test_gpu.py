"""The step of `collapse gpu`: what it says of each arm, and what it leaves out."""

import time
from pathlib import Path

from benchmarks.families.layer_emulators.record import EmulatorRecord
from benchmarks.families.layer_emulators.tuning.gpu import tuning
from benchmarks.running.record import Metric
from benchmarks.running.step import FoundEquality, FoundFact, Workbench, read_findings
from lightning_modules.device import Device

Records = dict[str, EmulatorRecord]


def _bench(folder: Path, records: Records, ends: float) -> tuple[Workbench, list[str]]:
    asked: list[str] = []

    def run_arm(recipe: object, arm: str, seed: int, bench: Workbench) -> EmulatorRecord:
        asked.append(arm)
        return records[arm]

    bench = Workbench(
        folder=folder,
        records=folder,
        device=Device(name="cpu"),
        miniature=True,
        ends=ends,
        run_arm=run_arm,
    )
    return bench, asked


def test_every_arm_is_told_and_surgery_is_held_to_the_bit(records: Records, tmp_path: Path) -> None:
    bench, asked = _bench(tmp_path, records, time.time() + 60)

    tuning(bench)

    found = read_findings(tmp_path)
    assert asked == ["gate", "spread", "controls", "ends"]
    assert [one.holds for one in found if isinstance(one, FoundEquality)] == [True]
    said = " ".join(one.text for one in found if isinstance(one, FoundFact))
    for words in ("does not pass the gate", "inside the model", "rank correlation", "barriers"):
        assert words in said


def test_weights_that_differ_break_the_promise(records: Records, tmp_path: Path) -> None:
    controls = records["controls"]
    three = Metric(value=3.0, stderr=None, n=1, version=1)
    metrics = controls.metrics | {"all_kept/weights_that_differ": three}
    planted = records | {"controls": controls.model_copy(update={"metrics": metrics})}
    bench, _ = _bench(tmp_path, planted, time.time() + 60)

    tuning(bench)

    (found,) = (one for one in read_findings(tmp_path) if isinstance(one, FoundEquality))
    assert not found.holds
    assert found.outcome == "3 weights differ"


def test_arms_that_do_not_fit_any_more_are_left_out_and_it_is_said(
    records: Records, tmp_path: Path
) -> None:
    bench, asked = _bench(tmp_path, records, time.time())

    tuning(bench)

    assert asked == []
    last = read_findings(tmp_path)[-1]
    assert isinstance(last, FoundFact)
    assert last.text == "arms from gate on do not fit any more"
