import math
from itertools import product

import numpy as np
import pytest

from theory.preference_data.best_of_n import (
    best_of_n_distribution,
    kl_bound,
    kl_of,
    win_bound,
    win_rate,
)
from theory.preference_data.voting import (
    auc_of,
    auc_to_match,
    best_of_n_accuracy,
    empirical_best_of_n,
    majority_accuracy,
    turning_point,
)


def _vote(answers: tuple[int, ...]) -> float:
    counts = [answers.count(option) for option in range(4)]
    winners = [option for option in range(4) if counts[option] == max(counts)]
    return (0 in winners) / len(winners)


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_a_majority_is_that_of_all_answer_sheets(n: int) -> None:
    p, others = 0.4, 0.2
    sheets = product(range(4), repeat=n)

    right = sum(
        _vote(sheet) * math.prod(p if a == 0 else others for a in sheet) for sheet in sheets
    )

    assert majority_accuracy(p, n) == pytest.approx(right, abs=1e-12)


def test_a_sure_policy_needs_no_vote() -> None:
    assert [majority_accuracy(p, 10) for p in (0.0, 1.0)] == [0, 1]
    assert majority_accuracy(0.25, 9) == pytest.approx(0.25)


def test_a_verifier_that_knows_nothing_picks_at_random() -> None:
    for n in (1, 8, 512):
        assert best_of_n_accuracy(0.3, n, shift=0) == pytest.approx(0.3)
    assert best_of_n_accuracy(0.3, 8, shift=12) == pytest.approx(1 - 0.7**8)


def test_what_a_verifier_must_be_worth_grows_with_the_policy() -> None:
    needed = [round(auc_to_match(p, 10), 3) for p in (0.5, 0.6, 0.7, 0.8, 0.85)]

    assert needed == [0.746, 0.822, 0.889, 0.945, 0.968]
    assert auc_of(0) == 0.5


def test_a_heavier_tail_of_wrong_rewards_turns_the_curve() -> None:
    ns = (1, 4, 16, 64, 256, 1024, 4096)
    curve = [round(best_of_n_accuracy(0.65, n, shift=1, spread=1.6), 3) for n in ns]

    assert curve == [0.65, 0.76, 0.698, 0.565, 0.386, 0.205, 0.08]
    assert turning_point(0.65, shift=1, spread=1.6) == 4
    with pytest.raises(ValueError, match="still rises at N = 64"):
        turning_point(0.65, shift=1, spread=1, most=64)


def test_measured_rewards_are_counted_with_ties_in_proportion() -> None:
    right, wrong = np.array([1.0, 0.0]), np.array([1.0, 0.0])

    assert empirical_best_of_n(0.3, right, wrong, [1, 2, 64]) == pytest.approx([0.3] * 3)
    assert empirical_best_of_n(0.5, np.array([2.0]), wrong, [2]) == pytest.approx([0.75])


def test_the_best_of_two_of_a_coin() -> None:
    coin, rewards = np.array([0.5, 0.5]), np.array([0.0, 1.0])

    best = best_of_n_distribution(coin, rewards, 2)

    assert list(best) == [0.25, 0.75]
    assert kl_of(best, coin) < kl_bound(2)
    assert win_rate(best, coin, rewards) == pytest.approx(0.625)
    assert win_rate(best, coin, rewards) < win_bound(2)


def test_equal_rewards_change_nothing() -> None:
    chances = np.array([0.2, 0.3, 0.5])

    best = best_of_n_distribution(chances, np.zeros(3), 64)

    assert list(best) == pytest.approx(list(chances))
    assert kl_of(best, chances) == pytest.approx(0, abs=1e-12)


def test_chances_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match=r"chances sum to 0\.9"):
        best_of_n_distribution(np.array([0.4, 0.5]), np.zeros(2), 2)
    with pytest.raises(ValueError, match="give as many"):
        best_of_n_distribution(np.array([1.0]), np.zeros(2), 2)
