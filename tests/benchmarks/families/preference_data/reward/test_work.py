from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from benchmarks.families.preference_data.reward.work.curves import area
from benchmarks.families.preference_data.reward.work.encoding import cosines, features
from benchmarks.families.preference_data.reward.work.items import Items, lengths, pairs_of
from benchmarks.families.preference_data.reward.work.scoring import (
    balanced_weights,
    by_length,
    calibration,
    length_correlation,
    mean_by_question,
    wins,
)
from data.preference_data.choosing import majority_of_n
from theory.preference_data.voting import majority_accuracy

ITEMS = Items(
    ("q", "r"),
    (("aa", "bbbb", "c", "dd"), ("long one", "x", "yy", "zzz")),
    (0, 1),
    (("x", "s", "t"), ("aa", "u", "vvvvvvvv")),
    (0, 1),
)


def test_rows_of_candidates_follow_the_questions() -> None:
    assert ITEMS.first.tolist() == [0, 7]
    assert ITEMS.right.tolist() == [0, 8]
    assert ITEMS.wrong(1) == [7, 9, 10]
    assert ITEMS.rows_of_strangers(0) == [4, 5, 6]
    assert ITEMS.candidates[4] == (0, "x")


def test_pairs_are_easy_hard_longer_and_equally_long() -> None:
    pairs = pairs_of(ITEMS, [0, 1])

    assert pairs["easy"][1].tolist() == [4, 5, 6, 11, 12, 13]
    assert pairs["hard"][1].tolist() == [1, 2, 3, 7, 9, 10]
    assert pairs["length"][1].tolist() == [1, 7, 9, 10]
    assert pairs["matched"][1].tolist() == [3]
    assert pairs["length"][2].tolist() == [0, 1, 1, 1]


def test_an_equal_reward_is_half_a_win() -> None:
    rewards = np.array([1.0, 2.0, 1.0, 0.0])
    pairs = (np.array([0, 0, 0]), np.array([1, 2, 3]), np.array([0, 0, 0]))

    assert wins(rewards, pairs).tolist() == [0, 0.5, 1]


def test_errors_are_over_questions_whose_pairs_hang_together() -> None:
    values, questions = np.array([1.0, 1, 1, 0, 0, 0]), np.array([4, 4, 4, 9, 9, 9])

    found = mean_by_question(values, questions)

    assert found["value"] == 0.5
    assert found["n"] == 2
    assert found["stderr"] == pytest.approx(0.5)  # two means, 1 and 0
    alone = mean_by_question(values, np.arange(6))["stderr"]
    assert alone == pytest.approx(np.std(values, ddof=1) / 6**0.5)


def test_certainty_that_is_right_is_calibrated() -> None:
    rng = np.random.default_rng(0)
    margins = rng.normal(scale=2, size=20_000)
    right = rng.random(20_000) < 1 / (1 + np.exp(-margins))
    rewards = np.concatenate([np.where(right, margins, -margins), np.zeros(20_000)])
    places = np.arange(20_000)

    found = calibration(rewards, (places, places + 20_000, places))
    boasting = calibration(3 * rewards, (places, places + 20_000, places))

    assert found["calibration/error"]["value"] < 0.02
    assert found["calibration/slope"]["value"] == pytest.approx(1, abs=0.05)
    assert boasting["calibration/slope"]["value"] == pytest.approx(1 / 3, abs=0.02)
    assert boasting["calibration/error"]["value"] > 0.1


def test_balanced_pairs_say_nothing_of_length() -> None:
    rng = np.random.default_rng(0)
    n = 400
    options = tuple(("x" * int(a), "y" * int(b)) for a, b in rng.integers(2, 40, (n, 2)))
    gold = tuple(int(len(one[1]) > len(one[0])) for one in options)  # the longer one is right
    mixed = tuple(1 - g if i % 4 == 0 else g for i, g in enumerate(gold))
    items = Items(("q",) * n, options, mixed, tuple((("z",)) for _ in range(n)), tuple(range(n)))
    pairs = pairs_of(items, range(n))["hard"]

    weights = balanced_weights(items, pairs)

    longer = np.array([len(items.candidates[c][1]) > len(items.candidates[r][1])
                       for c, r in zip(pairs[0], pairs[1], strict=True)])  # fmt: skip
    equal = np.array([len(items.candidates[c][1]) == len(items.candidates[r][1])
                      for c, r in zip(pairs[0], pairs[1], strict=True)])  # fmt: skip
    assert longer.mean() > 0.7
    assert weights[longer].sum() == pytest.approx(weights[~longer & ~equal].sum())


def test_a_reward_that_is_length_goes_with_length_and_one_that_is_right_does_not() -> None:
    size = np.log([len(text) for _, text in ITEMS.candidates])
    right = np.isin(np.arange(len(size)), ITEMS.right).astype(float)

    assert length_correlation(size, ITEMS, np.array([0, 1]))["value"] == pytest.approx(1)
    of_question = np.repeat([5.0, -5.0], 7)  # known up to a function of the question
    moved = length_correlation(size + of_question, ITEMS, np.array([0, 1]))
    assert moved["value"] == pytest.approx(1)
    assert length_correlation(right, ITEMS, np.array([0, 1]))["value"] == pytest.approx(0, abs=1e-6)


def test_a_head_sees_the_option_its_product_and_its_distance() -> None:
    questions = np.array([[1.0, 0], [0, 1]], np.float32)
    candidates = np.tile(np.array([[0.6, 0.8]], np.float32), (14, 1))

    seen = features(questions, candidates, ITEMS)

    assert seen[0].tolist() == pytest.approx([0.6, 0.8, 0.6, 0, 0.4, 0.8])
    assert cosines(questions, candidates, ITEMS).tolist() == pytest.approx([0.6] * 7 + [0.8] * 7)
    assert features(None, candidates, ITEMS) is candidates


def test_the_area_counts_pairs_across_questions() -> None:
    assert area(np.array([[3.0, 1, 1], [2, 0, 4]])) == pytest.approx((3 + 3) / 8)


def test_a_head_that_can_learn_leads_its_baselines(head_measures: Mapping[str, Any]) -> None:
    value = {name: one["value"] for name, one in head_measures.items()}

    assert value["hard/head"] > 0.8
    assert value["lead/hard head over length"] > 0.2
    assert value["hard/position"] == pytest.approx(0.5, abs=0.12)
    assert np.mean([value[f"hard/permuted {i}"] for i in (1, 2, 3, 4)]) == pytest.approx(
        0.5, abs=0.15
    )


def test_curves_begin_at_the_policy_and_end_at_the_best_option(
    head_measures: Mapping[str, Any],
) -> None:
    value = {name: one["value"] for name, one in head_measures.items()}

    assert value["hard items/best of 1/p 0.3"] == pytest.approx(0.3)
    assert value["hard items/best of 64/p 0.5"] == pytest.approx(value["item/head"], abs=0.01)
    assert value["majority of 1/p 0.7"] == pytest.approx(0.7)
    assert 0.25 <= value["easy items/crossover"] <= 1
    low, high = (value[f"hard items/turning point/p 0.5/{end}"] for end in ("low", "high"))
    assert low <= value["hard items/turning point/p 0.5"] <= high


def test_planted_copies_are_measured_by_every_rule(planted_measures: Mapping[str, Any]) -> None:
    value = {name: one["value"] for name, one in planted_measures.items()}

    assert value["copy/published"] == value["copy/either"] == 1
    assert value["one word swapped/published"] == 0
    assert value["at 0.05/copy"] == 1
    assert "no copy/gate" not in value


@pytest.mark.parametrize(("p", "n"), [(0.3, 2), (0.5, 10), (0.85, 33)])
def test_the_majority_is_that_of_the_theory(p: float, n: int) -> None:
    assert majority_of_n(p, n, 3) == pytest.approx(majority_accuracy(p, n, wrong=3), abs=1e-10)


def test_a_reward_that_is_the_length_rises_with_it_and_is_alike_for_right_and_wrong() -> None:
    options = tuple(tuple("x" * (2 + (3 * i + 7 * at) % 29) for at in range(4)) for i in range(40))
    items = Items(
        tuple(f"q{i}" for i in range(40)), options, (0, 1, 2, 3) * 10,
        (("x", "y", "z"),) * 40, tuple(range(40)),
    )  # fmt: skip

    found = by_length(np.log(lengths(items)), items, np.arange(40), n_bins=4)

    counted = 0
    for kind in ("right", "wrong"):
        bins = [f"by length/{kind}/{number}" for number in (1, 2, 3, 4)]
        rewards = [found[f"{name}/reward"]["value"] for name in bins]
        assert rewards == sorted(rewards)
        assert rewards[0] < 0 < rewards[-1]
        counted += sum(found[f"{name}/characters"]["n"] for name in bins)
    assert counted == 160
