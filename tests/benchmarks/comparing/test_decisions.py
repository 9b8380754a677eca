import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from benchmarks.comparing.decisions import (
    ABOVE_0,
    BELOW_0,
    LEVEL,
    Place,
    Region,
    Sides,
    decide_all,
    holm,
    normal_sides,
    sides,
)
from benchmarks.comparing.differences import paired
from data.errors import BadInput

_SEEDS = st.lists(st.floats(-1, 1), min_size=3, max_size=6).filter(
    lambda found: np.ptp(found) > 1e-6 and abs(np.mean(found)) > 1e-9
)


@pytest.mark.parametrize(
    ("values", "region", "place"),
    [
        ([1.0, 1.1, 1.2], ABOVE_0, "inside"),
        ([1.0, 1.1, 1.2], BELOW_0, "outside"),
        ([-1.0, 0.1, 1.2], ABOVE_0, "open"),
        ([0.001, 0.0, -0.001], Region(below=0.01), "inside"),
        ([0.001, 0.0, -0.001], BELOW_0, "open"),
        ([0.001, 0.0, -0.001], Region(above=-0.01, below=0.01), "inside"),
        ([0.101, 0.1, 0.099], Region(above=-0.01, below=0.01), "outside"),
        ([-0.101, -0.1, -0.099], Region(above=-0.01, below=0.01), "outside"),
        ([0.02, 0.0, -0.02], Region(above=-0.01, below=0.01), "open"),
    ],
)
def test_a_mean_is_shown_inside_or_outside_or_neither(
    values: list[float], region: Region, place: Place
) -> None:
    assert sides(np.array(values), region).place == place


@given(_SEEDS, st.floats(-0.5, 0.5))
def test_one_test_agrees_with_the_interval_that_is_printed(found: list[float], end: float) -> None:
    interval = paired(np.array(found))
    assert interval.low is not None
    assert interval.high is not None
    if min(abs(interval.low - end), abs(interval.high - end)) < 1e-6:
        return

    place = sides(np.array(found), Region(above=end)).place

    assert (place == "inside") == (interval.low > end)
    assert (place == "outside") == (interval.high < end)


@given(_SEEDS)
def test_a_one_sided_p_value_is_that_of_scipy(found: list[float]) -> None:
    test = stats.ttest_1samp(found, 0.0, alternative="greater")

    assert sides(np.array(found), ABOVE_0).inside == pytest.approx(test.pvalue, rel=1e-6)


def test_equal_replicates_weigh_as_in_a_sign_test() -> None:
    assert sides(np.ones(3), ABOVE_0) == Sides(2.0**-3, (1.0,))
    assert sides(-np.ones(6), ABOVE_0) == Sides(1.0, (2.0**-6,))
    assert sides(np.ones(6), ABOVE_0).place == "inside"


def test_chains_that_are_the_same_differ_by_less_than_any_margin() -> None:
    nothing = np.zeros(3)

    assert sides(nothing, ABOVE_0).place == "open"
    assert sides(nothing, Region(above=-0.01)).place == "inside"
    assert sides(nothing, Region(above=-0.01, below=0.01)).place == "inside"


def test_noise_of_arithmetic_decides_nothing() -> None:
    noise = np.array([4.4e-16, 4.4e-16, 4.5e-16])

    assert sides(noise, ABOVE_0).place == "open"


def test_holm_multiplies_by_the_tests_that_are_left() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.02]) == [0.02]
    assert holm([]) == []
    assert holm([0.9, 0.8]) == [1.0, 1.0]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_rejects_step_by_step(p_values: list[float]) -> None:
    kept = sorted(p_values)
    first = next((k for k, p in enumerate(kept) if p * (len(kept) - k) > LEVEL), len(kept))

    assert sum(p <= LEVEL for p in holm(p_values)) == first


def test_what_is_shown_alone_may_not_be_shown_among_many() -> None:
    weak, nothing = Sides(0.01, (0.99,)), Sides(0.5, (0.5,))

    alone = decide_all([weak])
    among = decide_all([weak, *[nothing] * 9])

    assert alone[0].place == "inside"
    assert alone[0].p == alone[0].adjusted_p == pytest.approx(0.02)
    assert among[0].place == "open"
    assert among[0].adjusted_p == pytest.approx(0.2)


def test_ten_true_nulls_are_rarely_decided() -> None:
    rng = np.random.default_rng(0)
    wrong = sum(
        any(
            one.place != "open"
            for one in decide_all([sides(rng.normal(size=3), ABOVE_0) for _ in range(10)])
        )
        for _ in range(400)
    )

    assert wrong / 400 <= LEVEL + 3 * (LEVEL * (1 - LEVEL) / 400) ** 0.5


def test_standard_errors_decide_like_a_normal_test() -> None:
    assert normal_sides(1.9).place == "open"
    assert normal_sides(2.0).place == "inside"
    assert normal_sides(-2.0).place == "outside"


def test_a_region_says_where_its_numbers_lie() -> None:
    assert ABOVE_0.words == "above 0"
    assert ABOVE_0.other == "below 0"
    assert Region(below=0.002).words == "below 0.002"
    assert Region(above=-1, below=1).words == "between -1 and 1"
    assert Region(above=-1, below=1).holds(0.5)
    assert not Region(above=-1, below=1).holds(1)


@pytest.mark.parametrize("ends", [{}, {"above": 1.0, "below": 1.0}])
def test_a_region_without_numbers_is_refused(ends: dict[str, float]) -> None:
    with pytest.raises(BadInput):
        Region(**ends)


def test_one_replicate_is_no_test() -> None:
    with pytest.raises(BadInput, match="needs two"):
        sides(np.ones(1), ABOVE_0)
