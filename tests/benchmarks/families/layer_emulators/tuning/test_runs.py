"""The study of tuning by emulators: what its arms measure, and what is refused, in one line."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from benchmarks.families.layer_emulators.record import EmulatorRecord
from benchmarks.families.layer_emulators.tuning.settings import RULES
from benchmarks.families.layer_emulators.tuning.statistics import different
from benchmarks.families.layer_emulators.tuning.study import (
    TuningStudy,
    layer_emulators_cpu,
    layer_emulators_gpu,
    layer_emulators_gpu_smollm2,
)
from benchmarks.families.layer_emulators.tuning.work.controls import CONTROLS
from benchmarks.running.record import sealed
from data.errors import BadInput

Records = dict[str, EmulatorRecord]
_NAMES = {f"{rule}{added}" for rule in (*RULES, "random_0") for added in ("", "+sharing")}


def value(record: EmulatorRecord, key: str) -> float:
    return record.metrics[key].value


def tuned(record: EmulatorRecord) -> Any:
    assert record.tuning is not None
    return record.tuning


def test_the_digests_of_the_recipes_are_pinned() -> None:
    assert layer_emulators_cpu().digest == "3a66c36c"
    assert layer_emulators_gpu().digest == "f021adc2"
    assert layer_emulators_gpu_smollm2().digest == "655b790d"


def test_every_arm_has_a_record_that_says_what_the_layers_are_worth(
    records: Records, small: TuningStudy
) -> None:
    assert tuple(records) == small.arms
    costs = {value(record, "gate/middle_skip_cost") for record in records.values()}
    assert len(costs) == 1
    looks = tuned(records["gate"]).looks
    assert looks.steps == (0, 5, 10, 11)
    assert looks.losses[-1] == value(records["gate"], "gate/general_loss") < looks.losses[0]


@pytest.mark.parametrize("arm", ["spread", "ends"])
def test_all_emulators_of_an_arm_keep_as_many_layers_and_train_the_same(
    records: Records, small: TuningStudy, arm: str
) -> None:
    kept = tuned(records[arm]).kept

    assert set(kept) == _NAMES
    for layers in kept.values():
        assert len(layers) == small.kept
        assert set(small.places[arm]) < set(layers)
        assert list(layers) == sorted(layers)


def test_rules_that_choose_one_emulator_measure_one_and_the_best_is_the_best(
    records: Records,
) -> None:
    record = records["spread"]
    kept = tuned(record).kept

    for name in kept:
        twin = next(
            one
            for one in different(record)
            if kept[one] == kept[name] and ("+" in one) == ("+" in name)
        )
        assert value(record, f"{name}/plug_in") == value(record, f"{twin}/plug_in")
    assert kept["best"] != kept["worst"]


def test_differences_are_those_of_the_losses(records: Records) -> None:
    record = records["ends"]
    less = value(record, "cka/plug_in") - value(record, "full/zero_shot")

    assert value(record, "cka/plug_in less full/zero_shot") == pytest.approx(less)
    assert record.metrics["cka/plug_in less full/zero_shot"].stderr != 0


def test_an_emulator_that_keeps_all_layers_is_the_model_to_the_bit(records: Records) -> None:
    assert value(records["controls"], "all_kept/weights_that_differ") == 0


def test_controls_are_of_the_same_model_and_lines_end_where_models_are(records: Records) -> None:
    controls, spread = records["controls"], records["spread"]

    assert value(controls, "full/zero_shot") == value(spread, "full/zero_shot")
    assert all(f"{name}/tuned" in controls.metrics for name in CONTROLS)
    curves = tuned(controls).curves
    assert len(curves) == 4
    first, _, last = curves["uniform to same_layers"]
    assert first == pytest.approx(value(spread, "uniform/plug_in"))
    assert last == pytest.approx(value(spread, "full/same_layers"))
    assert curves["uniform to other_order"][2] == pytest.approx(
        value(controls, "other_order/plug_in")
    )
    assert value(controls, "uniform to same_layers/barrier") >= 0
    ratio = value(controls, "uniform to same_layers/barrier") / value(controls, "full/zero_shot")
    assert value(controls, "uniform to same_layers/barrier_share") == pytest.approx(ratio)


_WRONG: dict[str, Callable[[TuningStudy], object]] = {
    "unknown arm 'middle'": lambda s: replace(s, arms=("middle",)),
    "places of the arm 'ends' are missing": lambda s: replace(s, places={"spread": (0, 3)}),
    "4 layers are trained, 4 kept": lambda s: replace(s, places={**s.places, "ends": (0, 1, 4, 5)}),
    "6 kept, of 6": lambda s: replace(s, kept=6),
    "trainable layer 9 is none": lambda s: replace(s, places={**s.places, "ends": (0, 9)}),
    "name them from the first to the last": lambda s: replace(
        s, places={**s.places, "ends": (5, 0)}
    ),
    "texts is 3": lambda s: replace(s, texts=3),
}


@pytest.mark.parametrize("words", _WRONG)
def test_what_cannot_be_measured_is_refused_in_one_line(small: TuningStudy, words: str) -> None:
    with pytest.raises(BadInput, match=words) as refused:
        _WRONG[words](small)

    assert "\n" not in str(refused.value)


_BROKEN: dict[str, tuple[str, Callable[[dict[str, Any]], object]]] = {
    "looks belong to the arm gate": ("gate", lambda t: t.update(looks=None)),
    "a look has not 6 layers": ("gate", lambda t: t["looks"].update(skip_costs=[[0.0]] * 4)),
    "steps do not grow": ("gate", lambda t: t["looks"].update(steps=[0, 5, 5, 11])),
    "not of one length": ("gate", lambda t: t["looks"].update(losses=[1.0])),
    "kept belongs to the arms": ("spread", lambda t: t.update(kept={})),
    "not 4 layers with": ("spread", lambda t: t["kept"].update(cka=[1, 2, 4, 5])),
    "curves belong to the arm": ("ends", lambda t: t.update(curves={"a to b": [1.0, 1.0, 1.0]})),
    "not a loss for each": ("controls", lambda t: t["curves"].update({"a to b": [1.0]})),
}


@pytest.mark.parametrize("words", _BROKEN)
def test_a_record_that_is_not_what_its_recipe_says_is_refused(records: Records, words: str) -> None:
    arm, change = _BROKEN[words]
    content = records[arm].model_dump(mode="json") | {"content": None}
    EmulatorRecord.model_validate(content)
    change(content["tuning"])

    with pytest.raises(ValueError, match=words):
        EmulatorRecord.model_validate(content)


def test_a_record_reads_as_it_was_written(records: Records) -> None:
    whole = sealed(records["controls"])

    assert EmulatorRecord.model_validate_json(whole.model_dump_json()) == whole
