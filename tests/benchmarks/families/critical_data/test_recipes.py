"""Recipes, what their stages make, and what a record of them refuses."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from benchmarks.families.catalogue import find_recipe
from benchmarks.families.critical_data.recipes import (
    RECIPES,
    CriticalStudy,
    Sweep,
    critical_data,
)
from benchmarks.families.critical_data.record import CriticalRecord
from benchmarks.families.critical_data.sweeps.work import seen, task_of
from benchmarks.running.record import sealed
from data.errors import BadInput
from lightning_modules.critical_data.sweep import Curve

_DIGESTS = {
    "critical_data": "5d16a00e",
    "critical_data_cpu": "1bc61c24",
    "critical_data_cpu_widths": "2f4bb06a",
    "critical_data_cpu_moduli": "b6080032",
    "critical_data_gpu": "0bbfba97",
}
"""A change here separates all committed records from their recipe."""
_SWEEP = Sweep(modulus=11, sizes=(20, 40), steps=100)


def test_the_digests_of_the_recipes_are_pinned() -> None:
    assert {name: make().digest for name, make in RECIPES.items()} == _DIGESTS
    assert find_recipe("critical_data") == critical_data()


def test_every_setting_of_a_sweep_is_part_of_the_digest() -> None:
    study = critical_data()
    changes: list[dict[str, Any]] = [{"sizes": (144,)}, {"steps": 25}, {"decays": (0.5,)}]
    changes += [{"labels": "scrambled"}, {"pace": 2.0}, {"constants": 4}, {"subsets": "nested"}]

    digests = {
        replace(
            study, sweeps={**study.sweeps, "sizes": replace(study.sweeps["sizes"], **change)}
        ).digest
        for change in changes
    }

    assert len(digests | {study.digest}) == len(changes) + 1
    assert replace(study, summary="other").digest == study.digest


_WRONG: dict[str, Callable[[], object]] = {
    "size 122 is not from 1 to 91": lambda: replace(_SWEEP, sizes=(122,)),
    "sizes is empty": lambda: replace(_SWEEP, sizes=()),
    "test_share 0.001 of 121 questions is none": lambda: replace(_SWEEP, test_share=0.001),
    "no multiple of every": lambda: replace(_SWEEP, steps=30),
    "modulus": lambda: replace(_SWEEP, modulus=2),
    "arm 'few' has no sweep": lambda: replace(critical_data(), sweeps={}),
}


@pytest.mark.parametrize("words", _WRONG)
def test_what_cannot_be_measured_is_refused_in_one_line(words: str) -> None:
    with pytest.raises(BadInput, match=words) as refused:
        _WRONG[words]()

    assert "\n" not in str(refused.value)


def test_questions_set_aside_are_those_of_the_seed_and_never_learnt() -> None:
    first, second = (task_of(_SWEEP, 0, size) for size in (20, 40))

    assert np.array_equal(first.tested, second.tested)
    assert len(first.tested) == 30
    both = {tuple(pair) for pair in first.tested} & {tuple(pair) for pair in second.trained}
    assert both == set()
    assert not np.array_equal(first.tested, task_of(_SWEEP, 1, 20).tested)
    assert (second.labels == second.trained.sum(axis=1) % 11).all()


def test_nested_sets_lie_inside_each_other_and_fresh_ones_do_not() -> None:
    for subsets in ("nested", "fresh"):
        sweep = replace(_SWEEP, subsets=subsets)
        small, large = (
            {tuple(pair) for pair in task_of(sweep, 0, size).trained} for size in (20, 40)
        )
        assert (small <= large) == (subsets == "nested")


def test_scrambled_labels_are_the_same_labels_elsewhere() -> None:
    right, wrong = (
        task_of(replace(_SWEEP, labels=labels), 0, 40) for labels in ("right", "scrambled")
    )

    assert sorted(right.labels) == sorted(wrong.labels)
    assert (right.labels != wrong.labels).mean() > 0.7
    assert np.array_equal(right.expected, wrong.expected)


def test_a_run_that_ends_early_has_no_step_at_which_it_generalised() -> None:
    curve = Curve([0, 25, 50], [[0.1, 0.1, 0.1, 0.1, 3.0, 9.0]] * 2 + [[1.0, 0.2, 0, 0, 0.1, 8.0]])

    found = seen(_SWEEP, task_of(_SWEEP, 0, 20), curve)

    assert found["memorised"] == 50
    assert found["generalised"] is None
    assert found["steps"] == 50
    assert found["budget"] == 100


def test_a_record_holds_every_model_of_its_arm(records: dict[str, CriticalRecord]) -> None:
    record = records["sizes"]

    assert [run.size for run in record.runs] == [20, 40, 80]
    assert {run.budget for run in record.runs} == {100}
    assert all(run.looks[0] == 0 and run.looks[-1] == run.steps for run in record.runs)
    assert any(run.generalised for run in record.runs)
    assert "n20_wd1_x1/test" in record.metrics
    assert record.runs[0].floor is not None
    assert list(record.stages) == ["batch-0"]


def test_a_paced_budget_follows_the_largest_size(records: dict[str, CriticalRecord]) -> None:
    record = records["paced"]
    fastest = record.runs[-1].generalised

    assert fastest is not None
    assert [run.budget for run in record.runs[:2]] == [fastest, fastest]
    assert list(record.stages) == ["batch-0", "batch-1", "pace"]


def test_how_many_train_at_once_changes_nothing_but_rounding(
    records: dict[str, CriticalRecord],
) -> None:
    together, alone = records["sizes"].runs[-1], records["paced"].runs[-1]

    assert together.generalised == alone.generalised
    assert together.norm == pytest.approx(alone.norm, abs=1e-4)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"size": 21}, "runs are not those of the arm"),
        ({"steps": 90, "looks": ()}, "series are not of one length"),
        ({"budget": 1000}, "more steps than it had"),
        ({"generalised": None, "test": None}, "whether it generalised"),
    ],
)
def test_a_record_whose_runs_contradict_each_other_is_refused(
    records: dict[str, CriticalRecord], change: dict[str, Any], words: str
) -> None:
    record = records["sizes"]
    last = record.runs[-1]
    if "test" in change:
        change = {"generalised": None if last.generalised else 100}
    runs = (*record.runs[:-1], last.model_copy(update=change))

    with pytest.raises(ValueError, match=words):
        type(record).model_validate(sealed(record.model_copy(update={"runs": runs})).model_dump())


def test_a_study_of_the_family_is_run_by_its_name(tiny: CriticalStudy) -> None:
    assert tiny.digest != critical_data().digest
    assert set(RECIPES) == set(_DIGESTS)
