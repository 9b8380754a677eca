"""The lazy student: its kernel against drawn features, and what it can know."""

import numpy as np
import pytest

from theory.critical_data.identify import all_pairs
from theory.critical_data.lazy_student import (
    drawn_features,
    lazy_right,
    many_features,
    mirrored_share,
)


def test_the_kernel_is_the_mean_of_drawn_features() -> None:
    drawn = drawn_features(5, 200_000, np.random.default_rng(0))

    assert np.abs(drawn - many_features(5)).max() < 0.03


def test_the_kernel_depends_on_shared_symbols_alone_and_not_on_their_order() -> None:
    kernel, pairs = many_features(5), all_pairs(5)
    counts = np.eye(5)[pairs[:, 0]] + np.eye(5)[pairs[:, 1]]
    alike = {(int(x @ y), int(x @ x), int(y @ y)) for x in counts for y in counts}

    assert len(np.unique(kernel.round(9))) <= len(alike)
    assert np.allclose(kernel, kernel[:, pairs[:, ::-1] @ [5, 1]])


def test_the_mirrored_share_is_that_of_drawn_questions() -> None:
    rng, shares = np.random.default_rng(0), []
    for _ in range(400):
        learnt = np.zeros((7, 7), dtype=bool)
        learnt.ravel()[rng.permutation(49)[:25]] = True
        shares.append((learnt.T & ~learnt).sum() / 24)

    assert np.mean(shares) == pytest.approx(mirrored_share(7, 25), abs=0.02)


def test_half_of_the_rest_is_known_at_half_of_the_table_and_no_less() -> None:
    rng = np.random.default_rng(0)
    right = [np.mean([lazy_right(many_features(11), 11, n, rng) for _ in range(20)]) for n in
             (30, 66)]  # fmt: skip

    assert right[0] < 0.3
    assert right[1] == pytest.approx(0.5, abs=0.06)
