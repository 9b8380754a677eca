"""What edits inside a band of residuals cost."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from theory.linear_chains import limits
from theory.linear_chains.sighted import bands
from theory.linear_chains.sighted.bands import EVERYWHERE, Band, by_rank, relative_costs

TAIL, MIDDLE = Band(low=1.5, high=math.inf), Band(low=0.0, high=0.4)


@pytest.mark.parametrize("band", [TAIL, MIDDLE, EVERYWHERE, Band(low=0.3, high=1.1)])
def test_the_moments_of_a_band_are_its_integrals(band: Band) -> None:
    mass = 2 * quad(norm.pdf, band.low, band.high)[0]
    moment = 2 * quad(lambda r: r * r * norm.pdf(r), band.low, band.high)[0]

    assert (band.mass, band.second_moment) == pytest.approx((mass, moment), abs=1e-9)


def test_random_rows_are_the_band_of_all_rows() -> None:
    for edits in (1, 2, 5):
        random = limits.fresh_previous([0.07] * edits)
        assert bands.previous(EVERYWHERE, 0.07, edits) == pytest.approx(random)
        assert bands.source(EVERYWHERE, 0.07, edits) == pytest.approx(
            limits.fresh_source(0.07, edits)
        )
    assert bands.source(EVERYWHERE, 0.07) == pytest.approx(limits.fresh_source(0.07))
    assert bands.human_labels(EVERYWHERE, 0.07) == pytest.approx(1.0)


@pytest.mark.parametrize("share", [0.1, 0.4, 0.9])
def test_a_whole_band_of_small_residuals_is_a_confident_edit(share: float) -> None:
    band = Band(low=0.0, high=float(norm.ppf((1 + share) / 2)))

    assert bands.one_edit(band, share) == pytest.approx(limits.confident_one_edit(share))


def test_the_two_recursions_and_the_closed_form_agree_after_one_edit() -> None:
    for band in (TAIL, MIDDLE):
        one = bands.one_edit(band, 0.05)
        assert bands.previous(band, 0.05, 1) == pytest.approx(one)
        assert bands.source(band, 0.05, 1) == pytest.approx(one)
        assert bands.previous(band, 0.05, 0) == bands.source(band, 0.05, 0) == 1


def test_place_and_label_do_not_interact() -> None:
    added = [f(TAIL, 0.05) - f(EVERYWHERE, 0.05) for f in (bands.one_edit, bands.human_labels)]

    assert added[0] == pytest.approx(added[1])
    assert added[0] > 0.1


def test_a_change_costs_the_more_the_less_the_row_was_expected() -> None:
    costs = relative_costs((0.1, 0.2, 0.3, 0.25, 0.15))

    assert list(costs) == sorted(costs, reverse=True)
    assert costs[0] > 2 > 1 > costs[-1] > 0.5
    assert math.fsum(np.array((0.1, 0.2, 0.3, 0.25, 0.15)) * costs) == pytest.approx(1.0)


def test_bands_by_rank_hold_their_shares() -> None:
    shares = (0.1, 0.6, 0.3)

    assert [band.mass for band in by_rank(shares)] == pytest.approx(shares)
    with pytest.raises(ValueError, match="add up to 1"):
        by_rank((0.5, 0.4))


def test_a_policy_edits_so_many_rows_of_its_band_and_never_others() -> None:
    rng = np.random.default_rng(0)
    labels = rng.standard_normal((20, 200))
    chosen = TAIL.policy([5, 0])(labels, np.zeros_like(labels), 0, rng)

    assert (chosen.sum(axis=1) == 5).all()
    assert (np.abs(labels[chosen]) >= 1.5).all()
    assert not TAIL.policy([5, 0])(labels, np.zeros_like(labels), 1, rng).any()
    scarce = Band(low=2.5, high=3.0).policy([50])(labels, np.zeros_like(labels), 0, rng)
    assert (
        scarce.sum(axis=1) == ((np.abs(labels) >= 2.5) & (np.abs(labels) < 3)).sum(axis=1)
    ).all()


def test_what_a_band_cannot_give_is_an_error() -> None:
    with pytest.raises(ValueError, match="leave no rows"):
        bands.previous(TAIL, 0.05, 6)
    with pytest.raises(ValueError, match="more than the"):
        bands.one_edit(TAIL, 0.3)
    with pytest.raises(ValueError, match="lies in"):
        Band(low=1.0, high=1.0)
