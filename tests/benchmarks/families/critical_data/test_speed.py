"""The two ways whose speed is compared make the same step."""

import pytest

from benchmarks.families.critical_data.speed import plain_step, speed_rows, step_at_once
from lightning_modules.device import Device


def test_both_ways_can_be_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.families.critical_data.speed.SIZES", (20,))
    device = Device(name="cpu")

    rows = list(speed_rows(device))

    assert [row.name for row in rows] == [
        f"{count} models of one layer at once, n = 20" for count in (1, 3, 6)
    ]
    assert all(row.ours > 0 and row.baseline > 0 for row in rows)
    plain_step(20, device)()
    step_at_once(20, 2, device)()
