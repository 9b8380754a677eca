"""Growth is measured on planted input; nothing here depends on how fast a machine is."""

import math
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from benchmarks.families.catalogue import read_all
from benchmarks.leaderboard.checks.check import check_records
from benchmarks.leaderboard.checks.provenance import Repository
from benchmarks.speed.growth import SUBJECTS, Cost, Growth, Subject, exponent, growth_table, measure
from benchmarks.speed.planted import plant_documents, plant_records
from data.errors import RunFailed
from data.text.reading import read_files


@pytest.mark.parametrize("power", [0.5, 1.0, 2.0])
def test_the_exponent_is_that_of_the_part_that_grows(power: float) -> None:
    sizes = (10, 40, 160, 640)

    assert exponent(sizes, [7 + 0.3 * n**power for n in sizes]) == pytest.approx(power)


def test_a_cost_that_does_not_grow_has_no_exponent() -> None:
    assert math.isnan(exponent((1, 2, 4), [3.0, 3.0, 3.1]))
    assert math.isnan(exponent((1,), [3.0]))


def test_planted_records_are_valid_and_tracks_of_their_own(tmp_path: Path) -> None:
    plant_records(tmp_path, 33)

    found = read_all(tmp_path)
    checked = check_records([tmp_path], Repository())

    assert len(found) == 33
    assert len({record.digest for record in found}) > 1
    assert [f for f in checked.findings if f.level == "error" and f.check != "commit"] == []


def test_planted_documents_are_short(tmp_path: Path) -> None:
    plant_documents(tmp_path / "text.jsonl", 50, np.random.default_rng(0))

    (texts, _) = read_files([tmp_path / "text.jsonl"])

    assert len(texts) == 50
    assert {len(text.split()) for text in texts.texts()} <= set(range(6, 15))


def test_a_command_is_measured_and_shown(tmp_path: Path) -> None:
    helped = next(subject for subject in SUBJECTS if "--help" in subject.name)

    found = measure(helped, tmp_path)
    console = Console(width=120, record=True)
    console.print(growth_table([found, Growth(_three(), (Cost(1, 9), Cost(3, 8), Cost(7, 9)))]))
    shown = console.export_text()

    assert found.costs[0].seconds > 0
    assert found.costs[0].mebibytes > 1
    assert "collapse --help" in shown
    assert "1.00 " in shown
    assert "flat" in shown


def test_a_command_that_ends_otherwise_is_no_measurement(tmp_path: Path) -> None:
    refused = next(subject for subject in SUBJECTS if subject.fails)
    told = Subject(
        name="x", unit="", sizes=(1,), goal="", plant=refused.plant, fails=not refused.fails
    )

    with pytest.raises(RunFailed, match="no_such_recipe"):
        measure(told, tmp_path)


def _three() -> Subject:
    return Subject(name="x", unit="things", sizes=(1, 2, 4), goal="", plant=lambda *_: [])
