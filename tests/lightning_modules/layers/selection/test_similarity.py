"""Linear CKA of all layers, held against that of the theory and its invariances."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import BadInput
from lightning_modules.layers.selection.similarity import cka_matrix, without_top
from theory.cka import debiased_cka, linear_cka
from theory.cka import without_top as one_without_top


def _layers(n_texts: int, seed: int = 0, width: int = 7) -> np.ndarray:
    rng = np.random.default_rng(seed)
    shared = 3 * rng.normal(size=(n_texts, 1))
    return np.stack(
        [rng.normal(size=(n_texts, width)) + shared * rng.normal(size=width) for _ in range(3)]
    )


@pytest.mark.parametrize("n_texts", [4, 64, 65, 200])
def test_every_pair_is_that_of_two_samples(n_texts: int) -> None:
    """Also across the borders of what is multiplied at a time."""
    layers = _layers(n_texts) + 5.0
    biased, unbiased = cka_matrix(layers), cka_matrix(layers, unbiased=True)
    for i in range(3):
        for j in range(3):
            assert biased[i, j] == pytest.approx(linear_cka(layers[i], layers[j]))
            own = [debiased_cka(layers[k], layers[k]) for k in (i, j)]
            if np.isfinite(unbiased[i, j]) and np.isfinite(own).all():
                assert unbiased[i, j] == pytest.approx(debiased_cka(layers[i], layers[j]))


@settings(max_examples=20)
@given(st.integers(0, 99), st.floats(0.01, 100), st.floats(-50, 50), st.booleans())
def test_rotation_scale_sign_and_shift_change_nothing(
    seed: int, scale: float, shift: float, flip: bool
) -> None:
    layers = _layers(30, seed)
    turn = np.linalg.qr(np.random.default_rng(seed).normal(size=(7, 7)))[0]
    moved = layers.copy()
    moved[1] = (-scale if flip else scale) * layers[1] @ turn + shift

    assert cka_matrix(moved) == pytest.approx(cka_matrix(layers), abs=1e-9)
    assert cka_matrix(moved, unbiased=True) == pytest.approx(
        cka_matrix(layers, unbiased=True), abs=1e-9, nan_ok=True
    )


def test_another_linear_map_changes_it() -> None:
    layers = _layers(30)
    stretched = layers.copy()
    stretched[1] *= np.array([10.0, *[1.0] * 6])

    assert abs(cka_matrix(stretched) - cka_matrix(layers)).max() > 0.05


def test_few_texts_make_unlike_layers_alike_and_the_unbiased_estimate_does_not() -> None:
    rng = np.random.default_rng(0)
    layers = rng.normal(size=(2, 32, 64))

    assert cka_matrix(layers)[0, 1] > 0.6
    assert abs(cka_matrix(layers, unbiased=True)[0, 1]) < 0.1


def test_the_direction_of_largest_variance_is_taken_from_every_layer() -> None:
    layers = _layers(40)

    for found, layer in zip(without_top(layers), layers, strict=True):
        assert found == pytest.approx(one_without_top(layer))


def test_what_has_no_likeness_is_refused() -> None:
    layers = _layers(10)
    with pytest.raises(BadInput, match="CKA of 3 texts; give at least 4"):
        cka_matrix(layers[:, :3])
    with pytest.raises(BadInput, match="is no number"):
        cka_matrix(np.where(layers > 2, np.nan, layers))
    still = layers.astype(np.float32)
    still[1] = np.float32(0.1)
    with pytest.raises(BadInput, match="layer 1 has one state for all texts"):
        cka_matrix(still)
