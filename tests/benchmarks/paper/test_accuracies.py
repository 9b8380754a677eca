from math import sqrt

import pytest

from benchmarks.paper.accuracies import gain_of
from benchmarks.paper.audit import binomial_stderr, difference_check, possible_counts
from benchmarks.paper.published import Cell


def _cell(printed: str, column: str = "A") -> Cell:
    return Cell("Table 1", "row", column, printed, "%", "v1")


_BEFORE = (_cell("50.0"), _cell("20.0", "B"))
_AFTER = (_cell("60.0"), _cell("18.0", "B"))


def test_a_gain_is_the_mean_over_tasks_with_the_error_of_two_evaluations() -> None:
    gain = gain_of(_BEFORE, _AFTER, {"A": 101, "B": 401})

    # 100 sqrt(p (1 - p) / (N - 1)): 5 and sqrt(24) for A, 2 and sqrt(3.69) for B.
    assert (gain.mean, gain.up, gain.tasks) == (4.0, 1, 2)
    assert gain.stderr == pytest.approx(sqrt(25 + 24 + 4 + 3.69) / 2)
    assert gain.z == pytest.approx(4 / gain.stderr)
    assert binomial_stderr(50, 101) == 5.0


def test_a_gain_the_other_way_has_the_other_sign() -> None:
    items = {"A": 101, "B": 401}

    assert gain_of(_AFTER, _BEFORE, items).z == -gain_of(_BEFORE, _AFTER, items).z


def test_no_error_is_known_without_the_size_of_every_evaluation_set() -> None:
    gain = gain_of(_BEFORE, _AFTER, {"A": 101})

    assert gain.stderr is None
    with pytest.raises(AssertionError, match="unknown"):
        _ = gain.z


@pytest.mark.parametrize(
    ("printed", "status"),
    [
        ("3.8", "follows"),
        ("3.9", "within rounding"),
        ("4.8", "inconsistent as printed"),
        ("-3.8", "inconsistent as printed"),
    ],
)
def test_a_difference_is_judged_with_the_rounding_of_its_parts(printed: str, status: str) -> None:
    check = difference_check(_cell(printed), _cell("30.2"), _cell("26.4"), "difference")

    assert (check.status, check.recomputed) == (status, "3.8")


def test_the_next_printed_number_is_none_that_a_number_stands_for() -> None:
    """With 500 items shares are even tenths, and 30.3 is no share though 30.4 is one."""
    assert list(possible_counts(_cell("30.4"), 500)) == [152]
    assert list(possible_counts(_cell("30.3"), 500)) == []
