"""The batched Monte Carlo."""

import numpy as np
import pytest

from theory.linear_chains import masks as schedules
from theory.linear_chains.averages import fresh_error, pairs_error, subsample_error
from theory.linear_chains.regression import expected_error
from theory.linear_chains.simulation import simulate, simulate_closed_form, simulate_designs
from theory.speed import chain_by_chain

X = np.random.default_rng(0).normal(size=(30, 3))


def test_the_same_seed_gives_the_same_numbers() -> None:
    masks = schedules.fresh(4, 30, 0.3, rng=np.random.default_rng(1))

    runs = [
        simulate(X, masks, "edit_previous", chains=50, rng=np.random.default_rng(seed))
        for seed in (7, 7, 8)
    ]

    np.testing.assert_array_equal(runs[0].mean, runs[1].mean)
    assert (runs[0].mean != runs[2].mean).any()


def test_batches_of_any_size_estimate_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("theory.linear_chains.simulation.BATCH_NUMBERS", 7 * 30)
    rng = np.random.default_rng(3)
    masks = schedules.fresh(4, 30, 0.3, rng=rng)

    run = simulate(X, masks, "edit_previous", chains=4000, rng=rng)

    exact = expected_error(X, masks, "edit_previous")
    assert (np.abs(run.mean - exact) < 4 * run.stderr).all()


def test_the_loop_over_chains_agrees_with_the_batch() -> None:
    rng = np.random.default_rng(4)
    masks = schedules.fresh(4, 30, 0.3, rng=rng)

    looped = chain_by_chain(X, masks, chains=3000, rng=rng)

    run = simulate(X, masks, "edit_previous", chains=3000, rng=rng)
    assert (np.abs(run.mean - looped) < 6 * run.stderr).all()


def test_subsampling_agrees_with_its_exact_average() -> None:
    rng = np.random.default_rng(5)

    run = simulate(X, np.ones((6, 30)), "accumulate_subsample", chains=8000, rng=rng)

    assert (np.abs(run.mean - subsample_error(X, 7)) < 4 * run.stderr).all()


@pytest.mark.parametrize("workflow", ["edit_previous", "edit_source"])
def test_redrawn_masks_agree_with_their_exact_average(workflow: str) -> None:
    rng = np.random.default_rng(6)

    run = simulate(X, schedules.redrawn(0.3), workflow, chains=8000, rng=rng, generations=6)

    assert (np.abs(run.mean - fresh_error(X, [9] * 5, workflow)) < 4 * run.stderr).all()


def test_the_closed_form_of_theorem_1_gives_one_plus_s() -> None:
    masks = np.arange(30) // 3 == np.arange(5)[:, None]
    fit = np.linalg.pinv(X)

    mean, stderr = simulate_closed_form(X, masks, chains=8000, rng=np.random.default_rng(7))

    exact = (fit**2).sum() + (fit[:, :15] ** 2).sum()
    assert abs(mean - exact) < 4 * stderr


def test_the_closed_form_uses_the_test_covariance() -> None:
    rng = np.random.default_rng(7)

    mean, _ = simulate_closed_form(X, np.zeros((1, 30)), chains=99, rng=rng, covariance=np.eye(3))
    rng = np.random.default_rng(7)
    scaled, _ = simulate_closed_form(
        X, np.zeros((1, 30)), chains=99, rng=rng, covariance=4 * np.eye(3)
    )

    assert scaled == pytest.approx(4 * mean)


def test_designs_are_averaged_in_units_of_one_fit() -> None:
    rng = np.random.default_rng(8)

    run = simulate_designs(
        12, 2, lambda _rng: np.ones((2, 12), dtype=bool), "replace", designs=60, chains=60, rng=rng
    )

    assert (np.abs(run.mean - [1, 2, 3]) < 4 * run.stderr).all()


def test_one_chain_has_no_standard_error() -> None:
    with pytest.raises(ValueError, match="chains must be at least 2"):
        simulate(X, np.ones((1, 30)), "replace", chains=1, rng=np.random.default_rng(0))


def test_a_policy_needs_the_number_of_fits() -> None:
    with pytest.raises(ValueError, match="generations"):
        simulate(
            X, schedules.confident(0.1), "edit_previous", chains=9, rng=np.random.default_rng(0)
        )


def pairs_drawn_one_by_one(
    n_samples: int, d: int, fits: int, *, chains: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Run the setting of arXiv 2410.16713 as it is told: a pool of pairs, T of them, pinv."""
    ratios = []
    for _ in range(chains):
        start = rng.normal(size=(n_samples, d))
        pool, labels, row = start, rng.normal(size=n_samples), []
        for _ in range(fits):
            drawn = rng.permutation(len(pool))[:n_samples]
            fitted = np.linalg.pinv(pool[drawn]) @ labels[drawn]
            row.append((fitted**2).sum() / np.trace(np.linalg.inv(start.T @ start)))
            pool = np.concatenate([pool, start])
            labels = np.concatenate([labels, start @ fitted + rng.normal(size=n_samples)])
        ratios.append(row)
    values = np.array(ratios)
    return values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(chains)


@pytest.mark.parametrize(("n_samples", "d", "fits"), [(32, 10, 12), (100, 10, 8), (100, 32, 8)])
def test_subsampled_pairs_agree_with_the_setting_of_the_paper(
    n_samples: int, d: int, fits: int
) -> None:
    rng = np.random.default_rng(0)

    theirs, noise = pairs_drawn_one_by_one(n_samples, d, fits, chains=100, rng=rng)
    ours = simulate_designs(
        n_samples,
        d,
        lambda _rng: np.ones((fits - 1, n_samples), dtype=bool),
        "accumulate_subsample_pairs",
        designs=25,
        chains=20,
        rng=rng,
    )

    assert (np.abs(ours.mean - theirs) < 4 * np.hypot(noise, ours.stderr)).all()


def test_subsampled_pairs_with_the_noise_averaged_exactly() -> None:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(12, 2))

    exact = np.array([pairs_error(X, 5, rng=rng) for _ in range(400)])
    run = simulate(X, np.ones((4, 12)), "accumulate_subsample_pairs", chains=4000, rng=rng)

    noise = np.hypot(exact.std(axis=0) / 20, run.stderr)
    assert (np.abs(run.mean - exact.mean(axis=0)) < 4 * noise + 1e-9).all()


def test_pairs_that_miss_rows_cost_more_than_one_label_a_row() -> None:
    rng = np.random.default_rng(2)
    X = rng.normal(size=(32, 10))

    lottery = simulate(X, np.ones((12, 32)), "accumulate_subsample", chains=400, rng=rng)
    pairs = simulate(X, np.ones((12, 32)), "accumulate_subsample_pairs", chains=400, rng=rng)

    assert pairs.mean[-1] > 1.15 * lottery.mean[-1]
