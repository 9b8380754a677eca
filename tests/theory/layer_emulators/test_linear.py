"""Barriers, tied layers and plug-ins of linear models, by numbers that can be done by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.cka import linear_cka, population_cka
from theory.layer_emulators.barriers import ONE_LAYER, OneLayer, TwoLayers, mirrored, opposite
from theory.layer_emulators.plug_in import Emulated, example, gains
from theory.layer_emulators.plug_in_claims import EVERY_TARGET, nearly
from theory.layer_emulators.skipping import Written, adjacent_cka, influence
from theory.layer_emulators.tied import EVEN_WIDTH, ODD_WIDTH, Width
from theory.layer_emulators.top_direction import (
    beside_shared,
    own_cka,
    own_massive,
    rest_cka,
    top_removed,
)

_SEEDS = st.integers(0, 2**32 - 1)


@given(st.floats(0.1, 4))
def test_opposite_weights_lose_the_fourth_power_at_the_middle(weight: float) -> None:
    case = opposite(weight)

    assert case.loss(0.0) == case.loss(1.0) == pytest.approx(0)
    assert case.loss(0.5) == pytest.approx(weight**4)


@given(st.floats(1.1, 4))
def test_a_barrier_is_a_power_of_the_distance(stretch: float) -> None:
    case = mirrored(2.0, stretch)

    assert case.loss(0.5) == pytest.approx(case.distance**4 / 64)


def test_one_layer_of_two_that_moves_alone_has_no_barrier() -> None:
    """With a singular second layer the first may move, and the product stays."""
    high = np.diag([1.0, 0.0])
    case = TwoLayers(words="", first=(np.eye(2), high), last=(np.diag([1.0, 5.0]), high))

    assert max(case.loss(share) for share in np.linspace(0, 1, 11)) == 0


@given(_SEEDS)
def test_no_mix_of_one_trained_layer_lies_above_the_chord(seed: int) -> None:
    rng = np.random.default_rng(seed)
    (case,) = (c for c in ONE_LAYER.family(rng)[-1:] if isinstance(c, OneLayer))

    def loss(share: float) -> float:
        return float(np.square(case.mixed(share) - case.target).sum())

    shares = np.linspace(0, 1, 9)
    assert all(loss(t) <= (1 - t) * loss(0) + t * loss(1) + 1e-9 for t in shares)


def test_plugging_in_the_example() -> None:
    case, adapter = example()
    found = gains(case, adapter)

    assert found.zero_shot == pytest.approx(5)
    assert found.emulator_tuned == pytest.approx(0)
    assert found.plug_in == pytest.approx(1)
    assert found.full_tuned == pytest.approx(0)


def test_a_perfect_fit_can_be_worse_than_no_tuning() -> None:
    case, adapter = example()
    found = gains(replace(case, emulator=np.diag([1.0, 0.1])), adapter)

    assert found.emulator_tuned == pytest.approx(0)
    assert found.plug_in == pytest.approx(81)
    assert found.plug_in > found.zero_shot


def test_an_emulator_that_errs_off_the_span_alone_costs_nothing() -> None:
    worst = [float(EVERY_TARGET.stated(nearly(*errors))) for errors in ((0.1, 0), (0.1, 7), (0, 7))]

    assert worst[0] == worst[1] == pytest.approx((1 / 1.1 - 1) ** 2)
    assert worst[2] == pytest.approx(0)


@given(_SEEDS)
def test_the_full_model_as_its_own_emulator_loses_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    layers = rng.normal(size=(3, 3)) + 3 * np.eye(3)
    case = Emulated(
        words="",
        full=layers,
        emulator=layers,
        spread=np.eye(3),
        target=rng.normal(size=(1, 3)),
    )

    assert gains(case, np.ones((1, 3))).plug_in == pytest.approx(0, abs=1e-12)
    assert EVERY_TARGET.stated(case) == pytest.approx(0, abs=1e-12)


@given(st.integers(3, 20), st.floats(5, 50), st.floats(0.1, 3))
def test_what_is_left_without_the_top_direction(d: int, massive: float, other: float) -> None:
    layers = [top_removed(layer) for layer in beside_shared(d, massive, other)]

    assert population_cka(layers[0], layers[1]) == pytest.approx(rest_cka(d, other))


def test_own_directions_hide_that_all_else_is_equal() -> None:
    layers = own_massive(6, 10.0)
    bare = [top_removed(layer) for layer in layers]

    assert population_cka(*layers) == pytest.approx(own_cka(6, 10.0), rel=1e-9)
    assert own_cka(6, 10.0) == pytest.approx(0.0006, abs=5e-5)
    assert population_cka(bare[0], bare[1]) == pytest.approx(1)


@given(st.integers(3, 30), st.floats(1, 30), st.floats(0.1, 3))
def test_adjacent_cka_of_a_written_feature(d: int, massive: float, added: float) -> None:
    case = Written(n_features=d, massive=massive, added=added, read=1.0)

    assert population_cka(*case.layers()) == pytest.approx(adjacent_cka(case))


def test_block_influence_is_as_blind_as_cka() -> None:
    case = Written(n_features=6, massive=10.0, added=1.0, read=100.0)
    rng = np.random.default_rng(0)
    before, behind = case.layers()
    sources = rng.standard_normal((20_000, 7))
    cosines = np.sum((sources @ before.T) * (sources @ behind.T))
    cosines /= np.linalg.norm(sources @ before.T) * np.linalg.norm(sources @ behind.T)

    assert linear_cka(sources @ before.T, sources @ behind.T) > 0.999
    assert 1 - cosines == pytest.approx(influence(case), rel=0.1)
    assert influence(case) < 0.005


@pytest.mark.parametrize("d", [1, 2, 3, 4])
def test_an_even_width_reaches_the_opposite_and_an_odd_one_misses_it(d: int) -> None:
    claim = ODD_WIDTH if d % 2 else EVEN_WIDTH

    assert claim.routes["exact"](Width(d=d), np.random.default_rng(0)).value == (1 if d % 2 else -d)
