"""CKA: what leaves it as it is, what it cannot see, and where chains of it can lead."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.cka import (
    CHAIN_STEPS,
    Matrix,
    blind_spot,
    debiased_cka,
    gram_cka,
    least_cka,
    linear_cka,
    population_cka,
    residual_cka,
    residual_layers,
    sample_layers,
    sharing_layers,
    turning_layers,
    without_top,
)
from theory.claims import check_all
from theory.layer_emulators.cka_claims import CHAIN, CKA_CLAIMS, LEAST_ADJACENT, Layers
from theory.verdict import Claim

_SEEDS = st.integers(0, 2**32 - 1)
_SCALES = st.floats(0.01, 100).flatmap(lambda scale: st.sampled_from([scale, -scale]))


def _pair(seed: int, n_texts: int = 30) -> tuple[Matrix, Matrix]:
    rng = np.random.default_rng(seed)
    first = rng.normal(size=(n_texts, 4))
    return first, first @ rng.normal(size=(4, 6)) + rng.normal(size=(n_texts, 6))


@given(_SEEDS, _SCALES, st.floats(-100, 100))
def test_rotation_scale_sign_and_shift_leave_cka_as_it_is(
    seed: int, scale: float, shift: float
) -> None:
    first, second = _pair(seed)
    turn = np.linalg.qr(np.random.default_rng(seed).normal(size=(4, 4)))[0]

    moved = linear_cka(scale * first @ turn + shift, second)

    assert moved == pytest.approx(linear_cka(first, second), rel=1e-6)


@given(_SEEDS)
def test_a_layer_and_its_negative_are_the_same_layer_to_cka(seed: int) -> None:
    first, second = _pair(seed)

    assert linear_cka(first, -first) == pytest.approx(1)
    assert linear_cka(first, second) == pytest.approx(linear_cka(second, first))


def test_another_invertible_map_does_not_leave_it() -> None:
    first, second = _pair(0)

    stretched = linear_cka(first @ np.diag([10.0, 1, 1, 1]), second)

    assert abs(stretched - linear_cka(first, second)) > 0.05


@given(_SEEDS)
def test_features_and_gram_matrices_give_one_number_between_0_and_1(seed: int) -> None:
    first, second = _pair(seed)

    assert gram_cka(first, second) == pytest.approx(linear_cka(first, second))
    assert 0 <= linear_cka(first, second) <= 1 + 1e-12


def test_unrelated_layers_with_many_features_look_alike_only_with_the_bias() -> None:
    rng = np.random.default_rng(0)
    pairs = [(rng.normal(size=(60, 50)), rng.normal(size=(60, 50))) for _ in range(40)]

    biased, unbiased = (
        np.mean([measure(*pair) for pair in pairs]) for measure in (linear_cka, debiased_cka)
    )

    assert biased > 0.4
    assert abs(unbiased) < 0.01


@pytest.mark.parametrize(
    ("n_features", "strength", "value"), [(6, 3, 81 / 105), (6, 10, 10_000 / 10_206), (1, 1, 1 / 4)]
)
def test_the_blind_spot_in_numbers(n_features: int, strength: float, value: float) -> None:
    assert blind_spot(n_features, strength) == pytest.approx(value)
    assert round(blind_spot(6, 3), 2) == 0.77
    assert round(blind_spot(6, 10), 2) == 0.98


@given(st.integers(1, 30), st.floats(0.1, 50))
def test_the_blind_spot_is_the_cka_of_its_layers(n_features: int, strength: float) -> None:
    layers = sharing_layers(n_features, strength)

    assert population_cka(*layers) == pytest.approx(blind_spot(n_features, strength))


def test_without_the_top_direction_nothing_is_shared() -> None:
    rng = np.random.default_rng(0)
    first, second = sample_layers(sharing_layers(6, 10.0), 5000, rng=rng)

    assert linear_cka(first, second) > 0.97
    assert linear_cka(without_top(first), without_top(second)) < 0.01


def test_twelve_steps_of_like_neighbours_end_far_apart() -> None:
    case = Layers(words="", layers=residual_layers(4))

    assert len(case.adjacent()) == CHAIN_STEPS == 12
    assert min(case.adjacent()) >= LEAST_ADJACENT == 0.84
    assert population_cka(case.layers[0], case.layers[-1]) == pytest.approx(6.5 / 18.5)


@given(st.integers(1, 12), st.floats(0.5, 20))
def test_adjacent_values_multiply_along_a_stream(steps: int, start: float) -> None:
    layers = residual_layers(2, steps, start)

    product = math.prod(Layers(words="", layers=layers).adjacent())

    assert product == pytest.approx(residual_cka(0, steps, start))
    assert product == pytest.approx(population_cka(layers[0], layers[-1]))


@settings(max_examples=200)
@given(_SEEDS, st.integers(2, 4))
def test_no_chain_ends_below_the_least_value(seed: int, steps: int) -> None:
    """The angle between centred Gram matrices obeys the triangle inequality."""
    rng = np.random.default_rng(seed)
    drawn = rng.normal(size=(steps + 1, 3, 3)) + 3 * rng.normal(size=(3, 3))
    case = Layers(words="", layers=tuple(drawn))

    least = least_cka(min(case.adjacent()), steps)

    assert population_cka(case.layers[0], case.layers[-1]) >= least - 1e-9


def test_turning_layers_reach_the_least_value() -> None:
    two = turning_layers(LEAST_ADJACENT, 2)

    assert population_cka(two[0], two[2]) == pytest.approx(least_cka(LEAST_ADJACENT, 2))
    assert least_cka(LEAST_ADJACENT, 2) == pytest.approx(2 * LEAST_ADJACENT**2 - 1)
    assert least_cka(LEAST_ADJACENT, 3) == pytest.approx(0, abs=1e-12)


def test_ids_are_unique_and_in_ascii() -> None:
    ids = [claim.id for claim in CKA_CLAIMS]

    assert len(set(ids)) == len(ids)
    assert all(id.isascii() for id in ids)


@pytest.mark.parametrize("claim", CKA_CLAIMS, ids=lambda claim: claim.id)
def test_another_number_would_be_refuted(claim: Claim[Layers]) -> None:
    wrong = replace(claim, stated=lambda case: 0.95 * claim.stated(case))

    (verdict,) = check_all((wrong,))

    assert verdict.status == "refuted"


def test_a_chain_with_an_unlike_step_proves_nothing() -> None:
    case = Layers(words="too steep", layers=residual_layers(4, start=2.0))
    steep = replace(CHAIN, cases=None, subject=lambda _rng: case)

    (verdict,) = check_all((steep,))

    assert verdict.status == "unproven"
    assert "at least 0.84" in verdict.reason
