"""Contrasts of Table 1 with each error, by numbers that can be done again by hand."""

import numpy as np
import pytest
from scipy import stats

from benchmarks.families.layer_emulators.audit import (
    CRASH,
    PUBLISHED,
    SPREAD,
    UNIFORM,
    UNSHARED,
    ZERO_SHOT,
)
from benchmarks.families.layer_emulators.printed.contrasts import (
    COMPARED,
    chosen_rise,
    contrast,
    largest_of,
    smallest_clear,
)


def _row(name: str) -> list[float]:
    return [float(cell.value) for cell in PUBLISHED.tables["1"].row(name)]


@pytest.mark.parametrize(("after", "before"), COMPARED)
def test_over_tasks_the_interval_is_that_of_a_paired_t_test(after: str, before: str) -> None:
    found = contrast(after, before).tasks
    tested = stats.ttest_rel(_row(after), _row(before)).confidence_interval(0.95)

    assert found.mean == pytest.approx(np.mean(_row(after)) - np.mean(_row(before)))
    assert (found.low, found.high) == pytest.approx((tested.low, tested.high))


def test_over_tasks_and_over_items_agree_on_what_is_clear_but_for_spread_layers() -> None:
    clear = {
        pair: (abs(one.items.z) > 1.96, bool(one.tasks.is_significant))
        for pair in COMPARED
        for one in [contrast(*pair)]
    }

    assert clear[CRASH, UNIFORM] == clear[CRASH, UNSHARED] == (True, True)
    assert clear[UNSHARED, UNIFORM] == (False, False)
    assert clear[CRASH, SPREAD] == (True, False)


def test_without_one_task_the_lead_over_spread_layers_is_half() -> None:
    one = contrast(CRASH, SPREAD)

    assert round(one.items.mean, 2) == 1.70
    assert round(one.rest.mean, 2) == 0.90
    assert abs(one.rest.z) < 1.96
    assert one.rest.tasks == 7


@pytest.mark.parametrize(("n", "value"), [(1, 0.0), (2, 1 / np.sqrt(np.pi)), (4, 1.0294)])
def test_the_largest_of_some_normal_numbers(n: int, value: float) -> None:
    assert largest_of(n) == pytest.approx(value, abs=1e-4)


def test_choosing_among_equal_rates_adds_a_point() -> None:
    assert round(chosen_rise(CRASH), 1) == 1.2
    assert chosen_rise(CRASH, rates=1) == pytest.approx(0, abs=1e-9)
    assert chosen_rise(CRASH, rates=8) > chosen_rise(CRASH)


def test_two_rows_are_apart_from_a_point_on() -> None:
    gain = contrast(CRASH, UNIFORM).items

    assert gain.stderr is not None
    assert smallest_clear() == pytest.approx(1.96 * gain.stderr)
    assert contrast(CRASH, ZERO_SHOT).items.mean > smallest_clear() + chosen_rise(CRASH)
