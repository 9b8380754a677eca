"""Ridge on a fixed synthetic share: what shrinking can undo."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.literature import penalised_share
from theory.literature.penalised_share import PenalisedRows

BASE = PenalisedRows(
    n_samples=3000, share=0.5, variances=(2.0,), weights=(1.0,), shifts=(1.0,), ridge=0.5
)
sizes = st.floats(0.01, 10)


def test_one_direction_by_hand() -> None:
    # 2 (1/4 + 1) / (5/2)^2 with l w = 1/2 and p s delta = 1
    assert penalised_share.population_error(BASE) == pytest.approx(2 * 1.25 / 6.25)
    assert penalised_share.penalised_floor(BASE) == pytest.approx(2 * 0.25 / 1.25)


def test_the_best_penalty_of_one_direction_reaches_the_floor() -> None:
    best = replace(BASE, ridge=0.5 * 0.5 * 2)

    floor = penalised_share.penalised_floor(best)

    assert penalised_share.population_error(best) == pytest.approx(floor)
    assert penalised_share.penalised_floor_holds()


@given(sizes, sizes, sizes, sizes, st.floats(0.01, 1))
def test_no_penalty_goes_below_the_floor(
    s: float, w: float, delta: float, ridge: float, share: float
) -> None:
    case = replace(BASE, variances=(s,), weights=(w,), shifts=(delta,), ridge=ridge, share=share)

    floor = penalised_share.penalised_floor(case)

    assert penalised_share.population_error(case) >= floor * (1 - 1e-9)


def test_a_shift_along_the_weights_can_be_undone() -> None:
    undone = replace(BASE, ridge=1.0, aligned=True)

    assert penalised_share.population_error(undone) == 0


@pytest.mark.parametrize("aligned", [False, True])
def test_rows_come_near_the_limit(aligned: bool) -> None:
    case = replace(
        BASE, variances=(2.0, 0.5), weights=(1.0, -0.4), shifts=(0.5, 1.0), aligned=aligned
    )
    rng = np.random.default_rng(0)
    limit = penalised_share.population_error(case)

    for found in (
        penalised_share.given_rows(case, rng, designs=10),
        penalised_share.simulated(case, rng, runs=150),
    ):
        assert abs(found.value - limit) < 4 * found.stderr + 0.01 * limit
