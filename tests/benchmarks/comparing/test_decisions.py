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
    sides_of_known,
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


def test_zeros_are_no_more_certain_than_other_equal_replicates() -> None:
    margin = Region(above=-0.01, below=0.01)

    assert sides(np.zeros(5), margin).place == "open"
    assert sides(np.zeros(6), margin).place == "inside"
    assert sides(np.zeros(6), ABOVE_0).place == "open"


def test_what_is_known_without_error_lies_inside_or_not() -> None:
    assert sides_of_known(0.0, Region(above=-0.01, below=0.01)).place == "inside"
    assert sides_of_known(0.0, Region(above=-0.01)).place == "inside"
    assert sides_of_known(0.0, ABOVE_0).place == "open"
    assert sides_of_known(0.2, Region(above=-0.01, below=0.01)).place == "outside"


_P = st.floats(0, 1)


@given(st.lists(st.one_of(_P, st.just(float("nan"))), min_size=1, max_size=8))
def test_what_is_no_number_counts_and_leaves_the_others_alone(p_values: list[float]) -> None:
    """It is corrected as if its p value were 1: the family never becomes smaller by it."""
    found = holm(p_values)

    as_if = holm([1.0 if np.isnan(p) else p for p in p_values])
    known = [i for i, p in enumerate(p_values) if not np.isnan(p)]
    assert [found[i] for i in known] == [as_if[i] for i in known]
    assert all(np.isnan(found[i]) for i in range(len(found)) if i not in known)


@given(st.integers(0, 5), st.lists(_P, min_size=1, max_size=5))
def test_an_undecidable_claim_stays_open_and_the_others_are_decided(
    at: int, p_values: list[float]
) -> None:
    others = [Sides(p, (1 - p,)) for p in p_values]
    lost = sides(np.array([0.1, float("nan"), 0.2]), ABOVE_0)
    found = decide_all([*others[:at], lost, *others[at:]])

    assert not lost.is_decidable
    assert found.pop(min(at, len(others))).place == "open"
    assert found == [*decide_all([*others, Sides(1.0, (1.0,))])][:-1]


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
