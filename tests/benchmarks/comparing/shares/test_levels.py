"""The level of a planted linear chain, where the truth is known, and what lies outside the grid."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.comparing.shares.levels import crossing, falling, level
from data.errors import BadInput
from theory.critical_data.mix_share import drawn_excess, enough_share, mixed_error

_SHARES = (1 / 64, 1 / 32, 1 / 16, 1 / 8, 3 / 16, 1 / 4, 3 / 8, 1 / 2, 3 / 4)
_HORIZONS = (2, 5, 10, 20)


def _planted(seeds: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Excess of seeds, each the mean of many features, shape (seeds, shares, generations + 1)."""
    return np.stack(
        [
            drawn_excess(share, 20, rng, chains=seeds * 100, rows=64)
            .reshape(seeds, 100, 21)
            .mean(axis=1)
            for share in _SHARES
        ],
        axis=1,
    )


@pytest.mark.parametrize("delta", [0.5, 2.0])
def test_the_level_of_planted_chains_is_found_at_every_horizon(delta: float) -> None:
    rng = np.random.default_rng(0)
    found, truth, covered = [], [], 0
    for _ in range(4):
        excess = _planted(8, rng)
        for generations in _HORIZONS:
            true = enough_share(delta, generations)
            if not _SHARES[0] < true < _SHARES[-1]:
                continue
            one = level(_SHARES, excess[:, :, generations], delta)
            assert one.share is not None
            found.append(math.log(one.share))
            truth.append(math.log(true))
            covered += (one.low or 0) <= true <= (one.high or math.inf)

    assert np.abs(np.subtract(found, truth)).max() < 0.3
    assert covered >= 0.8 * len(found)


def test_levels_of_planted_chains_converge_and_fall_to_nothing_with_delta() -> None:
    """No share is critical: for each delta the level converges, and the limits go to 0."""
    for delta in (0.5, 2.0, 15.0):
        levels = [enough_share(delta, generations) for generations in (2, 5, 10, 20, 200)]
        assert levels == sorted(levels)
        assert levels[-1] == pytest.approx(enough_share(delta, math.inf), rel=0.03)
    assert enough_share(1000.0, math.inf) < 0.001
    assert mixed_error(1 / 32, 10_000) == pytest.approx(16.25, abs=0.01)


def test_a_level_outside_the_shares_is_not_made_up() -> None:
    excess = np.array([[3.0, 2.0, 1.0]] * 4)

    assert level((0.1, 0.2, 0.4), excess, 0.5).share is None
    below = level((0.1, 0.2, 0.4), excess, 5.0)
    assert below.share is None
    assert below.below
    assert level((0.1, 0.2, 0.4), excess[:1], 1.5).low is None  # one seed


def test_excess_that_rises_by_chance_is_pooled() -> None:
    assert falling(np.array([3.0, 1.0, 2.0, 0.0])).tolist() == [3.0, 1.5, 1.5, 0.0]
    assert crossing((0.1, 0.2, 0.4), np.array([4.0, 1.0, 0.25]), 1.0) == pytest.approx(0.2)
    assert crossing((0.1, 0.2), np.array([1.0, -1.0]), 0.5) == pytest.approx(0.1 * 2**0.25)


@pytest.mark.parametrize("shares", [(0.0, 0.1), (0.2, 0.1), (0.1, 0.1)])
def test_shares_that_do_not_grow_are_refused(shares: tuple[float, ...]) -> None:
    with pytest.raises(BadInput, match="must grow"):
        level(shares, np.ones((3, 2)), 1.0)
