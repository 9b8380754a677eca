import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from benchmarks.families.catalogue import find_recipe, read_all
from benchmarks.families.layer_emulators import work
from benchmarks.families.layer_emulators.recipes import (
    BLIND,
    CHAIN,
    EmulatorStudy,
    layer_emulators,
)
from benchmarks.families.layer_emulators.record import EmulatorRecord
from benchmarks.run import Session, run_recipe
from benchmarks.running.digests import settings_digest
from benchmarks.running.progress import Progress
from benchmarks.running.record import read_as, without_times
from data.errors import BadInput
from lightning_modules.device import Device
from tests.support.chains import Workshop
from theory.cka import blind_spot, residual_cka


@pytest.fixture(scope="module")
def tiny() -> EmulatorStudy:
    """The recipe, shrunk to a moment."""
    return replace(
        layer_emulators(),
        features=(2, 6),
        strengths=(3.0,),
        chain_features=2,
        chain_steps=3,
        samples=400,
        repeats=8,
    )


@pytest.fixture
def records(tiny: EmulatorStudy, tmp_path: Path) -> list[EmulatorRecord]:
    """Of both arms and two seeds; written below the test's folder."""
    session = Session(
        outputs=tmp_path / "outputs",
        records=tmp_path / "records",
        device=Device(name="cpu"),
        progress=Progress(Console(quiet=True)),
    )
    done = run_recipe(tiny, (0, 1), session)
    return [record for record in done if isinstance(record, EmulatorRecord)]


def test_the_digest_of_the_recipe_is_pinned() -> None:
    """A change here separates all committed records from the recipe."""
    assert layer_emulators().digest == "87c1f649"
    assert find_recipe("layer_emulators") == layer_emulators()


@pytest.mark.parametrize(
    "changes",
    [
        {"features": (6,)},
        {"strengths": (1.0,)},
        {"chain_features": 3},
        {"chain_steps": 3},
        {"samples": 5},
        {"repeats": 3},
        {"arms": (CHAIN,)},
    ],
)
def test_every_setting_is_part_of_the_digest(changes: dict[str, Any]) -> None:
    assert replace(layer_emulators(), **changes).digest != layer_emulators().digest


def test_prose_is_no_part_of_the_digest() -> None:
    assert replace(layer_emulators(), summary="other").digest == layer_emulators().digest


def test_the_digest_of_plain_values_is_that_of_the_recipe() -> None:
    recipe = layer_emulators()

    assert settings_digest(recipe.as_dict(), EmulatorStudy) == recipe.digest
    assert recipe.as_dict()["strengths"] == [1.0, 3.0, 10.0]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"samples": 3}, "samples is 3; use at least 4"),
        ({"repeats": 1}, "repeats is 1; use at least 2"),
        ({"chain_steps": 0}, "chain_steps is 0"),
        ({"features": ()}, "features and strengths name no case"),
        ({"arms": ("tune",)}, "unknown arm 'tune'; use cka_blind or cka_chain"),
    ],
)
def test_a_study_that_measures_nothing_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        replace(layer_emulators(), **changes)


def test_a_run_ends_in_one_record_for_each_arm_and_seed(
    tiny: EmulatorStudy, records: list[EmulatorRecord], tmp_path: Path
) -> None:
    assert {(record.arm, record.seed) for record in records} == {
        (arm, seed) for arm in (BLIND, CHAIN) for seed in (0, 1)
    }
    assert {record.digest for record in records} == {tiny.digest}
    assert all(set(record.stages) == {record.arm} for record in records)
    names = {path.relative_to(tmp_path / "records") for path in tmp_path.rglob("records/*/*.json")}
    assert names == {record.file(Path()) for record in records}


def test_what_was_written_is_read_again(records: list[EmulatorRecord], tmp_path: Path) -> None:
    found = read_all(tmp_path / "records")

    assert all(isinstance(record, EmulatorRecord) for record in found)
    assert sorted(found, key=lambda r: r.name) == sorted(records, key=lambda r: r.name)
    for record in records:
        assert read_as(EmulatorRecord, record.file(tmp_path / "records")) == record


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"samples": 400', '"samples": 401', "the recipe inside gives"),
        ('"n": 8', '"n": 9', "content was changed"),
        ('"family": "layer_emulators"', '"family": "toedit"', "family"),
    ],
)
def test_a_changed_record_is_refused(
    records: list[EmulatorRecord], tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = records[0].file(tmp_path / "records")
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))

    with pytest.raises(BadInput, match=message):
        read_as(EmulatorRecord, path)


def test_two_runs_of_one_seed_agree_and_two_seeds_do_not(
    tiny: EmulatorStudy, tmp_path: Path
) -> None:
    first, again, other = (
        tiny.run(BLIND, seed, Workshop(tmp_path / name).bench())
        for name, seed in (("first", 0), ("again", 0), ("other", 1))
    )

    assert first == again
    assert first != other


def test_records_of_two_runs_differ_in_times_alone(
    records: list[EmulatorRecord], tiny: EmulatorStudy, tmp_path: Path
) -> None:
    session = Session(
        outputs=tmp_path / "outputs",
        records=tmp_path / "again",
        device=Device(name="cpu"),
        progress=Progress(Console(quiet=True)),
    )

    again = run_recipe(tiny, (0, 1), session)

    assert [without_times(r) for r in again] == [without_times(r) for r in records]


def test_the_samples_are_near_the_formulas(records: list[EmulatorRecord]) -> None:
    """Within five standard errors, and far from what another strength would give."""
    for record in records:
        metrics = record.metrics
        cases = [key.removesuffix("/formula") for key in metrics if key.endswith("/formula")]
        assert len(cases) == 2
        for case in cases:
            found, stated = metrics[f"{case}/cka"], metrics[f"{case}/formula"].value
            assert found.stderr is not None
            assert found.n == 8
            assert abs(found.value - stated) <= 5 * found.stderr < 0.15


def test_the_formulas_are_those_of_the_theory(records: list[EmulatorRecord]) -> None:
    blind, chain = (next(r.metrics for r in records if r.arm == arm) for arm in (BLIND, CHAIN))

    assert blind["d6_c3/formula"].value == blind_spot(6, 3.0)
    assert chain["ends/formula"].value == residual_cka(0, 3)
    assert chain["adjacent/formula"].value == residual_cka(0, 1)


def test_the_top_direction_is_all_that_is_shared(tmp_path: Path) -> None:
    found = work.blind(tmp_path, seed=0, features=(6,), strengths=(10.0,), samples=2000, repeats=4)[
        "measures"
    ]

    assert found["d6_c10/cka"]["value"] > 0.97
    assert abs(found["d6_c10/cka_without_top"]["value"]) < 0.01


def test_a_case_draws_the_same_whatever_else_is_measured(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"seed": 0, "samples": 50, "repeats": 3}

    alone = work.blind(tmp_path, features=(6,), strengths=(3.0,), **settings)["measures"]
    among = work.blind(tmp_path, features=(2, 6), strengths=(1.0, 3.0), **settings)["measures"]

    assert alone.items() <= among.items()


def test_a_measure_is_a_mean_with_its_standard_error(tmp_path: Path) -> None:
    found = work.chain(tmp_path, seed=0, features=2, steps=2, samples=50, repeats=5)["measures"]

    assert found["ends/cka"]["n"] == 5
    assert 0 < found["ends/cka"]["stderr"] < 1 / math.sqrt(5)
    assert found["ends/formula"]["stderr"] is None
