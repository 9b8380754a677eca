import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.chains.record import read_records
from benchmarks.comparing.curves import LOSS, Curve, compare_all, excess, slope, verdict
from benchmarks.comparing.decisions import ABOVE_0, LEVEL, Sides, sides
from benchmarks.comparing.differences import (
    BOOTSTRAP_SEEDS,
    bootstrap,
    is_level,
    p_value,
    paired,
    ratio_interval,
    support,
)
from benchmarks.comparing.ranks import p_better
from benchmarks.comparing.tables import comparison_table, health_line, markdown, sentences
from tests.support.losses import with_losses, without_losses
from tests.support.places import RECORDS
from tests.support.records import NULLS, record_of


def _curve(workflow: str, last: dict[int, float]) -> Curve:
    values = np.array([[1.0, value] for value in last.values()])
    return Curve(workflow, tuple(last), values)


def test_the_interval_of_two_differences_is_the_textbook_one() -> None:
    """Mean 2, standard error 1, t(0.975, 1) = 12.706."""
    difference = paired(np.array([1.0, 3.0]))

    assert difference.mean == 2.0
    assert difference.low == pytest.approx(2.0 - 12.706, abs=1e-3)
    assert difference.is_significant is False


def test_one_seed_has_no_interval() -> None:
    difference = paired(np.array([1.0]))

    assert (difference.low, difference.high, difference.is_significant) == (None, None, None)


def test_differences_are_paired_by_seed() -> None:
    """Seeds differ by far more than workflows; only the pairing shows the effect."""
    control = _curve("fresh_human", {0: 1.0, 1: 2.0, 2: 3.0})
    curve = _curve("replace", {0: 1.10, 1: 2.11, 2: 3.09, 7: 9.0})

    difference = excess(curve, control)

    assert difference is not None
    assert difference.n == 3
    assert difference.mean == pytest.approx(0.1)
    assert difference.is_significant


def test_without_common_seeds_there_is_no_comparison() -> None:
    control, curve = _curve("fresh_human", {0: 1.0}), _curve("replace", {1: 2.0})

    assert excess(curve, control) is None
    assert "no fresh_human chain with the same seed" in verdict(curve, control)


def test_a_verdict_of_one_seed_is_no_finding() -> None:
    text = verdict(_curve("replace", {0: 1.2}), _curve("fresh_human", {0: 1.0}))

    assert "0.200 above fresh_human" in text
    assert "one seed has no spread" in text


@pytest.mark.parametrize(("noise", "word"), [(0.001, "; larger than"), (0.5, "; not larger than")])
def test_a_verdict_compares_with_the_spread(noise: float, word: str) -> None:
    control = _curve("fresh_human", {0: 1.0, 1: 1.0, 2: 1.0})
    curve = _curve("replace", {0: 1.1 - noise, 1: 1.1, 2: 1.1 + noise})

    assert word in verdict(curve, control)


def test_what_seeds_support_is_said_plainly() -> None:
    assert "directions only" in support(1)
    assert "too few for 5 %" in support(3)
    assert "too few" not in support(6)
    assert all("for this held-out text" in support(n) for n in (2, 3, 7))
    assert "(of skewed ones 11 % are wrong, of two-point ones 0 %)" in support(3)
    assert "two-point ones 0 %, measured at 5 seeds" in support(7)


@given(st.lists(st.floats(-10, 10), min_size=2, max_size=8))
def test_an_interval_holds_its_mean(values: list[float]) -> None:
    difference = paired(np.array(values))

    if difference.low is None:
        assert is_level(np.array(values))
        assert len(values) < 6
        return
    assert difference.high is not None
    assert difference.low <= difference.mean <= difference.high


def test_a_bootstrap_interval_covers_skewed_differences_better_than_the_t_interval() -> None:
    """Eight seeds, exponential: the t interval misses in 11 of 100, this one in 6 or 7."""
    rng = np.random.default_rng(0)
    samples = rng.exponential(size=(400, 8)) - 1.0

    missed = [bootstrap(values, rng).is_significant for values in samples]
    by_t = [paired(values).is_significant for values in samples]

    assert sum(map(bool, missed)) < 0.8 * sum(map(bool, by_t))
    assert sum(map(bool, missed)) < 0.1 * len(samples)


def test_a_bootstrap_interval_is_as_wide_as_its_samples_allow() -> None:
    """Of five seeds with two values most samples have no spread: an end is unbounded."""
    rng = np.random.default_rng(0)
    normal = bootstrap(rng.normal(1.0, 1.0, 12), rng)

    assert normal.low is not None
    assert normal.high is not None
    assert normal.low < normal.mean < normal.high
    assert bootstrap(np.array([1.0, 1.0, 1.0, 1.0, -1.0]), rng).low is None


@pytest.mark.parametrize("n", range(2, 12))
def test_equal_seeds_weigh_as_in_a_sign_test_wherever_they_are_judged(n: int) -> None:
    """Two seeds that are equal were certain, three of them in some places and not in others."""
    equal, sign_test = np.full(n, 0.25), 2.0 ** (1 - n)
    means = paired(equal), bootstrap(equal, np.random.default_rng(0))
    ratio, low, high = ratio_interval(equal, np.ones(n))

    assert p_value(equal) == p_value(-equal) == min(1.0, sign_test)
    assert sides(equal, ABOVE_0) == Sides(sign_test / 2, (1.0,))
    assert p_better(dict(enumerate(np.zeros(n))), dict(enumerate(equal))) == sign_test / 2
    assert ratio == 0.25
    assert np.isfinite([low, high]).all() == (sign_test <= LEVEL)
    for found in means[: 1 if n < BOOTSTRAP_SEEDS else 2]:
        assert (found.low is not None) == (sign_test <= LEVEL)
        assert found.low in (None, 0.25)
    assert (sides(equal, ABOVE_0).place == "inside") == (sign_test <= LEVEL)


@pytest.mark.parametrize("n", [2, 3, 5, 8])
def test_equal_seeds_are_rarely_wrong_where_their_law_has_few_values(n: int) -> None:
    """Differences are -1 or 1 by lot, or one less than that: many studies have no spread."""
    rng = np.random.default_rng(n)
    studies = rng.choice([-1.0, 1.0], size=(2000, n))

    alike = [values for values in studies if np.ptp(values) == 0]
    assert len(alike) > 10
    wrong = sum((p_value(values) or 0.0) <= LEVEL for values in alike)
    assert wrong / len(studies) <= LEVEL
    assert {bool(paired(values).is_significant) for values in alike} == {n >= 6}


def test_what_differs_by_arithmetic_alone_is_equal() -> None:
    large = 1e4 + np.array([0.0, 1e-11, 2e-11])

    assert is_level(large)
    assert p_value(large) == 0.25
    assert not is_level(np.array([1e-6, 2e-6, 1e-6]))


def test_no_number_is_no_difference() -> None:
    some = np.array([0.1, 0.2, float("nan")])

    assert np.isnan(p_value(some) or 0.0)
    assert (paired(some).low, paired(some).is_significant) == (None, None)
    assert (p_value(np.zeros(4)), p_value(np.ones(1))) == (1.0, None)


def test_a_loss_that_is_no_number_leaves_the_correction_of_the_others() -> None:
    losses = {"replace": 0.1, "mix": 0.05, "fresh_human": 0.0}
    records = [
        record_of(workflow, seed, [1.0, 1.0 + effect * (1 + 0.1 * seed)])
        for workflow, effect in losses.items()
        for seed in range(3)
    ]
    lost = records[4].last.metrics
    lost[LOSS] = lost[LOSS].model_copy(update={"value": float("nan")})

    found = {one.workflow: one for one in compare_all(records)}

    p = found["replace"].p
    assert p is not None
    assert found["replace"].adjusted_p == pytest.approx(2 * p)
    assert np.isnan(found["mix"].adjusted_p or 0.0)
    assert not found["mix"].is_significant


def test_a_slope_is_that_of_each_seed_and_not_of_the_points() -> None:
    """Two seeds with slopes 0.1 and 0.3 over the control: mean 0.2, half 12.706 x 0.1."""
    control = Curve("fresh_human", (0, 1), np.ones((2, 4)))
    curve = Curve("replace", (0, 1), np.array([[1.0, 1.0, 1.1, 1.2], [1.0, 2.0, 2.3, 2.6]]))

    found = slope(curve, control)

    assert found is not None
    assert found.mean == pytest.approx(0.2)
    assert found.high == pytest.approx(0.2 + 12.706 * 0.1, abs=1e-3)


def test_a_slope_needs_two_later_generations() -> None:
    assert slope(_curve("replace", {0: 2.0}), _curve("fresh_human", {0: 1.0})) is None


def test_many_comparisons_are_corrected() -> None:
    """Of 12 workflows without any effect, the smallest p is multiplied by about their number."""
    rng = np.random.default_rng(1)
    records = [
        record_of(workflow, seed, [1.0, 1.0 + noise])
        for workflow in ("fresh_human", *NULLS)
        for seed, noise in enumerate(rng.normal(0, 0.01, 5))
    ]

    found = compare_all(records)

    smallest = min(found, key=lambda c: c.p or 0)
    assert smallest.p is not None
    assert smallest.adjusted_p is not None
    assert smallest.adjusted_p >= smallest.p
    assert max(c.adjusted_p or 0 for c in found) <= 1.0
    assert [c.is_significant for c in found].count(True) == 0


def test_a_real_effect_survives_the_correction() -> None:
    rng = np.random.default_rng(2)
    records = [
        record_of(workflow, seed, [1.0, 1.0 + effect + rng.normal(0, 0.002)])
        for workflow, effect in (("fresh_human", 0.0), ("replace", 0.1), ("mix", 0.0))
        for seed in range(5)
    ]

    found = {c.workflow: c.is_significant for c in compare_all(records)}

    assert found == {"replace": True, "mix": False}


def test_sentences_and_the_readme_table_say_what_the_correction_says() -> None:
    """One of ten workflows has an interval that excludes 0, and p = 0.03; corrected, it is 0.3."""
    spread = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    effects = {"fresh_human": 0.0 * spread, "replace": 0.01 * (spread + 2.2)}
    effects |= {name: 0.01 * (spread + 0.1) for name in NULLS[:9]}
    records = [
        record_of(workflow, seed, [1.0, 1.0 + effect])
        for workflow, of_seeds in effects.items()
        for seed, effect in enumerate(of_seeds)
    ]

    replace = next(one for one in compare_all(records) if one.workflow == "replace")
    assert replace.excess.is_significant
    assert replace.is_significant is False
    (sentence,) = [line for line in sentences(records) if line.startswith("replace")]
    assert "; not larger than the spread" in sentence
    (row,) = [line for line in markdown(records).splitlines() if line.startswith("| `replace`")]
    assert "*" not in row


def test_what_the_correction_leaves_is_marked() -> None:
    records = [
        record_of(workflow, seed, [1.0, 1.0 + effect * (1 + 0.01 * seed**2)])
        for workflow, effect in (("fresh_human", 0.0), ("replace", 0.1))
        for seed in range(5)
    ]

    (row,) = [line for line in markdown(records).splitlines() if line.startswith("| `replace`")]

    assert row.endswith("] * |")


def test_few_seeds_have_no_bootstrap_interval() -> None:
    found = bootstrap(np.arange(4.0), np.random.default_rng(0))

    assert (found.mean, found.low, found.high) == (1.5, None, None)


def test_the_table_names_every_workflow_but_the_control() -> None:
    records = [
        record_of(workflow, seed, [1.0, 1.0 + 0.01 * seed, 1.1])
        for workflow in ("fresh_human", "replace", "mix")
        for seed in range(3)
    ]

    table = comparison_table(records)

    assert sorted(table.columns[0].cells) == ["mix", "replace"]
    assert set(table.columns[1].cells) == {"3"}


def test_the_table_shows_other_texts_where_records_keep_losses() -> None:
    smoke = [without_losses(r) for r in read_records(RECORDS) if r.recipe["name"] == "smoke"]

    with_texts = comparison_table([with_losses(record) for record in smoke])

    assert "other texts" not in [column.header for column in comparison_table(smoke).columns]
    (shown,) = [column for column in with_texts.columns if column.header == "other texts"]
    assert all(str(cell).startswith("[") for cell in shown.cells)


def test_broken_limits_are_counted_by_corpus() -> None:
    record = record_of("replace", 0, [1.0, 1.1], breaches=[[], ["empty 0.2 > 0.05"]])

    assert health_line([record]).endswith(
        "of 2 corpora, limits of the recipe are broken: empty in 1."
    )
