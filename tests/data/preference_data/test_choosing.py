import itertools

import numpy as np
import pytest

from data.errors import BadInput
from data.preference_data.choosing import (
    accuracy_of_best,
    best_of_n,
    crossover,
    majority_of_n,
    turning_point,
)


def _by_every_draw(p: float, n: int, wrong: int, score: object) -> float:
    """Enumerates all draws of n answers; option 0 is right."""
    masses = [p, *([(1 - p) / wrong] * wrong)]
    total = 0.0
    for draw in itertools.product(range(wrong + 1), repeat=n):
        values = [score(draw, option) for option in draw]  # type: ignore[operator]
        best = [option for option, value in zip(draw, values, strict=True) if value == max(values)]
        total += np.prod([masses[option] for option in draw]) * best.count(0) / len(best)
    return float(total)


@pytest.mark.parametrize("rewards", [(0.3, 0.1, 0.9), (1.0, 1.0, 0.0), (0.0, 0.0, 0.0)])
def test_the_best_of_n_is_that_of_every_draw(rewards: tuple[float, ...]) -> None:
    drawn = _by_every_draw(0.4, 5, 2, lambda draw, option: rewards[option])

    assert best_of_n(rewards, 0.4, 5) == pytest.approx(drawn, abs=1e-12)


@pytest.mark.parametrize("n", [1, 2, 5, 6])
def test_the_majority_is_that_of_every_draw(n: int) -> None:
    def votes(draw: tuple[int, ...], option: int) -> float:
        return draw.count(option)

    masses = [0.45, 0.275, 0.275]
    total = 0.0
    for draw in itertools.product(range(3), repeat=n):
        tied = {one for one in draw if votes(draw, one) == max(votes(draw, o) for o in draw)}
        total += float(np.prod([masses[one] for one in draw])) * (0 in tied) / len(tied)

    assert majority_of_n(0.45, n, 2) == pytest.approx(total, abs=1e-12)


def test_one_answer_is_as_good_as_the_policy() -> None:
    assert best_of_n((0.0, 5.0, 1.0), 0.3, 1) == pytest.approx(0.3)
    assert majority_of_n(0.3, 1, 3) == pytest.approx(0.3)


def test_an_oracle_and_its_opposite_end_at_one_and_at_nothing() -> None:
    assert best_of_n((1, 0, 0, 0), 0.5, 20) == pytest.approx(1 - 0.5**20)
    assert best_of_n((0, 1, 1, 1), 0.5, 20) == pytest.approx(0.5**20)


def test_a_coin_leaves_the_policy_as_it_is() -> None:
    assert best_of_n((0, 0, 0, 0), 0.62, 50) == pytest.approx(0.62)


def test_an_oracle_is_never_overtaken_and_its_opposite_always_is() -> None:
    assert crossover([(1.0, 0, 0, 0)], 10) == pytest.approx(1.0, abs=1e-3)
    assert crossover([(0.0, 1, 1, 1)], 10) == 0.25


def test_the_majority_overtakes_where_both_are_equal() -> None:
    items = [(1.0, 0, 0, 0)] * 3 + [(0.5, 1, 0, 0)] * 2

    p = crossover(items, 10)

    assert 0.3 < p < 1
    assert accuracy_of_best(items, p, 10).mean() == pytest.approx(majority_of_n(p, 10, 3), abs=1e-4)


def test_the_turning_point_is_the_largest_mean() -> None:
    assert turning_point(np.array([[0.5, 0.7, 0.2], [0.5, 0.5, 0.6]])) == 1


def test_what_is_no_choice_is_refused() -> None:
    with pytest.raises(BadInput, match="needs two options"):
        best_of_n((1.0,), 0.5, 2)
    with pytest.raises(BadInput, match=r"p is 1\.5"):
        best_of_n((1.0, 0.0), 1.5, 2)
    with pytest.raises(BadInput, match="n is 0"):
        majority_of_n(0.5, 0, 3)
