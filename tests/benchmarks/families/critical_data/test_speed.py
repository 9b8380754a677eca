"""The ways whose speed is compared make the same step, and the best number at once is told."""

from dataclasses import replace

import pytest

from benchmarks.families.critical_data.recipes import critical_data
from benchmarks.families.critical_data.speed import (
    measured,
    plain_step,
    recorded_step,
    smoke,
    speed_rows,
    step_at_once,
)
from lightning_modules.device import Device

_CPU = Device(name="cpu")


def test_every_number_at_once_is_measured_and_the_fastest_is_named() -> None:
    rows = list(speed_rows(_CPU, replace(smoke(), sizes=(20,))))

    assert [row.name for row in rows] == [
        f"{count} models of one layer at once, n = 20" for count in (1, 3, 6)
    ]
    (best,) = {row.beside["models at once that are fastest"] for row in rows}
    fastest = max(rows, key=lambda row: row.ours)
    assert fastest.name.startswith(f"{best:g} models")


def test_the_rows_are_those_of_every_size_of_the_smoke_tier(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []

    def quickly(ways: dict[str, object], kind: str) -> dict[str, float]:
        return dict.fromkeys(ways, 1.0)

    monkeypatch.setattr("benchmarks.families.critical_data.speed.measured", quickly)
    for row in speed_rows(_CPU):
        asked.append(int(row.name.split("n = ")[1]))

    assert sorted(set(asked)) == sorted(critical_data().sweeps["sizes"].sizes)


def test_all_ways_can_be_timed() -> None:
    sweep = replace(smoke(), modulus=11, width=16, sizes=(20,))
    ways = {
        "plain": plain_step(sweep, 20, _CPU),
        "at once": step_at_once(sweep, 20, 2, _CPU),
        "recorded": recorded_step(sweep, 20, 2, _CPU, lambda step: step),
    }

    assert all(seconds > 0 for seconds in measured(ways, "cpu", repeats=1).values())
