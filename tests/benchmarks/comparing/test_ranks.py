from collections.abc import Mapping, Sequence

import numpy as np
from scipy import stats

from benchmarks.comparing.ranks import RankInterval, p_better, ranks


def _ranks(losses: Sequence[Mapping[int, float]]) -> list[tuple[int, int] | None]:
    return [None if r is None else (r.best, r.worst) for r in ranks(losses)]


def test_methods_that_all_differ_have_one_rank_each() -> None:
    clear = [{0: 0.0, 1: 0.001, 2: 0.002}, {0: 1.0, 1: 1.002, 2: 1.003}, {0: 2.0, 1: 2.0, 2: 2.0}]

    assert ranks(clear) == [RankInterval(1, 1), RankInterval(2, 2), RankInterval(3, 3)]


def test_methods_that_are_not_told_apart_share_ranks() -> None:
    """The first two differ by 0.1, -0.1, 0.1: nothing is shown; the third is worse than both."""
    alike = [{0: 0.1, 1: 0.0, 2: 0.1}, {0: 0.0, 1: 0.1, 2: 0.0}, {0: 9.0, 1: 9.0, 2: 9.0}]

    assert _ranks(alike) == [(1, 2), (1, 2), (3, 3)]


def test_ranks_say_who_is_better_though_not_different_is_not_transitive() -> None:
    """The middle differs from neither end, the ends differ: they do not share the first rank."""
    ends = [{s: 0.0 + 1e-5 * s for s in range(4)}, {0: -2.0, 1: 3.0, 2: -1.0, 3: 2.0}]
    ends.append({s: 0.5 + 1.1e-5 * s for s in range(4)})

    assert _ranks(ends) == [(1, 2), (1, 3), (2, 3)]


def test_one_seed_gives_no_rank_and_takes_none_from_others() -> None:
    assert _ranks([{0: 0.0}, {0: 1.0, 1: 1.01}, {0: 5.0, 1: 5.02}]) == [None, (1, 1), (2, 2)]
    assert _ranks([{0: 0.0}]) == [None]


def test_a_method_with_other_seeds_is_tested_by_welch() -> None:
    """One common seed is as good as none, and both are corrected with the paired tests."""
    good, bad = {0: 0.0, 1: 0.01, 2: 0.02}, {3: 5.0, 4: 5.1, 5: 5.2}

    assert _ranks([good, bad]) == [(1, 1), (2, 2)]
    assert _ranks([good, {2: 5.0, 3: 5.1, 4: 5.2}]) == [(1, 1), (2, 2)]
    assert _ranks([good, {3: 0.0, 4: 0.03}]) == [(1, 2), (1, 2)]


def test_losses_without_any_spread_are_no_certainty() -> None:
    """Unpaired ones weigh as in a permutation test, of which there are comb(n + m, n)."""
    two, other = {0: 1.0, 1: 1.0}, {2: 2.0, 3: 2.0}

    assert (p_better(two, other), p_better(other, two)) == (1 / 6, 1.0)
    assert _ranks([two, other]) == [(1, 2), (1, 2)]
    five = {s: 1.0 for s in range(5)}
    assert p_better(five, {s: 2.0 for s in range(5, 10)}) == 1 / 252
    assert p_better(five, {s: 2.0 for s in range(5)}) == 1 / 32
    assert np.isnan(p_better(five, {8: 1.0, 9: float("nan")}))


def test_the_tests_are_one_sided_t_tests() -> None:
    one, other = {0: 1.0, 1: 1.3, 2: 0.9}, {0: 1.4, 1: 1.2, 2: 1.5, 7: 9.0}
    calm, wild = {s: 0.01 * s for s in range(8)}, {8: 0.4, 9: 1.2}

    paired = stats.ttest_rel([1.0, 1.3, 0.9], [1.4, 1.2, 1.5], alternative="less")
    welch = stats.ttest_ind(
        list(calm.values()), list(wild.values()), equal_var=False, alternative="less"
    )

    assert p_better(one, other) == np.float64(paired.pvalue)
    assert abs(p_better(calm, wild) - welch.pvalue) < 1e-12


def test_equal_best_methods_are_rarely_demoted_however_many_are_worse() -> None:
    """The Benjamini-Hochberg method demotes one of them in a third of such tracks."""
    rng = np.random.default_rng(5)
    means = np.repeat([0.0, 3.0], [5, 4])
    demoted = 0
    for _ in range(60):
        losses = means + rng.normal(size=(5, 9)) / np.sqrt(2)
        found = ranks([dict(enumerate(column)) for column in losses.T])
        demoted += any(rank is not None and rank.best > 1 for rank in found[:5])

    assert demoted <= 6  # of 60 at 5 %: more than 7 in one of 100 runs
