"""The best weight of human data: golden at equal sizes, and where that stops."""

import math

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from theory.literature import real_share
from theory.literature.real_share import Blend, Interpolation, Spectrum

ratios = st.floats(0.01, 100)
parts = st.lists(
    st.tuples(st.floats(0.01, 1), st.floats(0, 5), st.floats(0.01, 5)), min_size=1, max_size=4
)


def test_equal_sizes_have_the_golden_weight() -> None:
    assert real_share.best_weight(1.0) == pytest.approx((math.sqrt(5) - 1) / 2)
    assert real_share.best_weight_by_calculus(sympy.Integer(1)) == (sympy.sqrt(5) - 1) / 2


@given(ratios)
def test_adapting_the_weight_ends_where_the_best_fixed_weight_does(ratio: float) -> None:
    late = real_share.adaptive(ratio, 3000)

    assert late == pytest.approx(real_share.best_weight(ratio), rel=1e-3)
    assert real_share.adaptive(ratio, 2) <= min(real_share.blended(p, ratio, 2) for p in (0.2, 0.5))


@given(ratios)
def test_the_best_error_is_the_best_weight_and_neighbours_are_worse(ratio: float) -> None:
    best = real_share.best_weight(ratio)

    assert real_share.blended(best, ratio) == pytest.approx(best)
    assert real_share.blended(best * 0.99, ratio) > best
    assert real_share.blended(min(1.0, best * 1.005), ratio) > best


def test_no_human_data_is_replace_and_human_data_alone_is_one_fit() -> None:
    assert real_share.blended(0.0, 1.0, fits=7) == 7
    assert real_share.blended(1.0, 1.0, fits=7) == 1


@given(st.integers(1, 6), st.integers(1, 6), st.floats(0.05, 1), st.integers(1, 20))
def test_weights_of_all_data_give_the_recursion(n: int, m: int, weight: float, fits: int) -> None:
    case = Blend(human=n, synthetic=m, weight=weight, fits=fits)

    stated = real_share.blended(weight, case.ratio, fits)

    assert real_share.by_weights(case).value == pytest.approx(stated)


def test_drawn_data_agree() -> None:
    case = Blend(human=3, synthetic=2, weight=0.3, fits=5)

    found = real_share.simulated(case, np.random.default_rng(0), runs=5000)

    assert abs(found.value - real_share.by_weights(case).value) < 4 * found.stderr


@given(parts)
def test_ridge_wants_at_least_half(rows: list[tuple[float, float, float]]) -> None:
    g, b, v = zip(*rows, strict=True)
    case = Spectrum(shrinkage=g, strength=b, noise=v)

    assert real_share.ridge_best(case) >= 0.5 - 1e-6


def test_ridge_is_golden_without_shrinkage_and_half_without_signal() -> None:
    golden = Spectrum(shrinkage=(1.0,), strength=(3.0,), noise=(1.0,))
    half = Spectrum(shrinkage=(0.01,), strength=(0.0,), noise=(1.0,))

    assert real_share.ridge_best(golden) == pytest.approx(real_share.GOLDEN, abs=1e-6)
    assert real_share.ridge_best(half) == pytest.approx(0.5, abs=1e-3)
    assert real_share.half_at_least()


def test_the_iterated_ridge_agrees() -> None:
    case = Spectrum(shrinkage=(0.9, 0.3), strength=(1.0, 0.2), noise=(0.5, 2.0))

    found = real_share.ridge_best_by_iteration(case)

    assert found == pytest.approx(real_share.ridge_best(case), abs=0.005)


def test_one_design_is_golden_and_a_new_one_for_each_generation_is_not() -> None:
    kept = Interpolation(n_samples=4, n_features=9, signal=5.0, redrawn=False)
    redrawn = [Interpolation(n_samples=4, n_features=9, signal=s, redrawn=True) for s in (0, 5, 50)]

    bests = [real_share.interpolation_best(case) for case in redrawn]

    assert real_share.interpolation_best(kept) == pytest.approx(real_share.GOLDEN, abs=1e-6)
    assert 0.5 < bests[0] < real_share.GOLDEN < bests[1] < bests[2]
    for case, best in zip(redrawn, bests, strict=True):
        found = real_share.interpolation_best_by_matrices(case, np.random.default_rng(0))
        assert found == pytest.approx(best, abs=1e-5)
