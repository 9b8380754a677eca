"""CKA between the layers of two models, and its interval over texts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ortho_group

from data.errors import BadInput
from lightning_modules.layers.drift import FEWEST, GROUPS, likeness


def _states(seed: int, layers: int = 2, texts: int = 60, width: int = 6) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(layers, texts, width))


@given(seed=st.integers(0, 2**20))
@settings(max_examples=20, deadline=None)
def test_rotation_scale_shift_and_further_features_change_nothing(seed: int) -> None:
    states = _states(seed)
    turn = ortho_group.rvs(8, random_state=seed)
    moved = np.pad(states, ((0, 0), (0, 0), (0, 2))) @ turn * 3 + 1

    found = likeness(states, moved)

    assert found.cka == pytest.approx([1, 1])
    assert found.parts == pytest.approx(np.ones((GROUPS, 2)))


def test_layers_with_nothing_in_common_are_unlike_and_the_estimate_is_not_biased() -> None:
    found = np.array([likeness(_states(2 * n), _states(2 * n + 1)).cka for n in range(200)])

    mean, error = found.mean(), found.std() / np.sqrt(found.size)
    assert abs(mean) < 4 * error


def test_a_layer_is_compared_with_the_same_layer() -> None:
    states = _states(0)
    other = np.stack([states[0], _states(1)[1]])

    first, second = likeness(states, other).cka

    assert first == pytest.approx(1)
    assert second < 0.3


def test_pseudo_values_average_to_the_jackknife_estimate() -> None:
    first, second = _states(0), _states(0) + 0.5 * _states(1)

    found = likeness(first, second)

    group = np.arange(60) * GROUPS // 60
    without = [likeness(first[:, group != g], second[:, group != g]).cka for g in range(GROUPS)]
    expected = GROUPS * found.cka - (GROUPS - 1) * np.mean(without, axis=0)
    assert found.parts.mean(axis=0) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (_states(0, layers=3), _states(0), "2 layers cannot be compared with 1"),
        (_states(0), _states(0, texts=50), "60 texts and 50"),
        (_states(0, texts=FEWEST - 1), _states(0, texts=FEWEST - 1), f"at least {FEWEST}"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    first: np.ndarray, second: np.ndarray, said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        likeness(first, second)
