"""Tables and picture of shares of human text, from planted linear chains of transformers."""

import math

import numpy as np
import pytest

from benchmarks.families.critical_data.shares.names import share_key
from benchmarks.families.critical_data.shares.picture import shares_picture
from benchmarks.families.critical_data.shares.predicted import (
    measured_over_predicted,
    predicted_share,
    unit,
)
from benchmarks.families.critical_data.shares.record import AnyCriticalRecord
from benchmarks.families.critical_data.shares.shown import (
    excess_frame,
    level_of,
    models_frame,
    transformer_records,
)
from benchmarks.families.critical_data.shares.transformers import critical_data_cpu_shares
from benchmarks.running.record import Metric
from theory.critical_data.mix_share import enough_share, mixed_error

_UNIT = 0.4
"""Bits per word of one human fit's error in the planted chains."""


def _planted(arm: str, seed: int, unit: float) -> AnyCriticalRecord:
    """A linear chain of one seed: its excess follows from share and generation alone."""
    study, rng = critical_data_cpu_shares(), np.random.default_rng([seed, 1])
    losses: dict[str, float] = {}
    for g in study.horizons:
        losses |= {f"{name}/g{g}": 12.0 for name in ("fresh_human", "same_human")}
        for share in study.shares:
            losses[f"{share_key(share)}/g{g}"] = 12.0 + unit * (mixed_error(share, g) - 1)
    noise = rng.normal(scale=0.004, size=len(losses))
    return AnyCriticalRecord.model_construct(
        recipe=study.as_dict(),
        digest=study.digest,
        arm=arm,
        seed=seed,
        metrics={
            f"{key}/bits_per_word": Metric(value=loss + error, stderr=None, n=10, version=1)
            for (key, loss), error in zip(losses.items(), noise, strict=True)
        },
    )


@pytest.fixture(scope="module")
def planted() -> dict[str, list[AnyCriticalRecord]]:
    """Five seeds of two sizes; twice the unit needs more human text."""
    return transformer_records(
        [_planted("width_96", seed, 2 * _UNIT) for seed in range(5)]
        + [_planted("width_48", seed, _UNIT) for seed in (4, 3, 2, 1, 0)]
    )


def test_sizes_stand_in_order_and_their_seeds_too(
    planted: dict[str, list[AnyCriticalRecord]],
) -> None:
    assert list(planted) == ["0.1 million parameters", "0.43 million parameters"]
    assert [[record.seed for record in mine] for mine in planted.values()] == [[0, 1, 2, 3, 4]] * 2


@pytest.mark.parametrize("generation", [2, 3, 5])
def test_levels_of_planted_linear_chains_are_those_of_the_theory(
    planted: dict[str, list[AnyCriticalRecord]], generation: int
) -> None:
    larger = planted["0.43 million parameters"]

    found = level_of(larger, generation, 0.5)

    truth = enough_share(0.5 / (2 * _UNIT), generation)
    assert found.share == pytest.approx(truth, rel=0.08)  # a line between shares twice as large
    assert found.low
    assert found.share
    assert found.high
    assert found.low < found.share < found.high


def test_the_first_generation_predicts_the_rest_of_a_linear_chain(
    planted: dict[str, list[AnyCriticalRecord]],
) -> None:
    larger = planted["0.43 million parameters"]

    assert unit(larger) == pytest.approx(2 * _UNIT, rel=0.02)
    assert predicted_share(larger, 5, 0.5) == pytest.approx(enough_share(0.5 / 0.8, 5), rel=0.03)
    assert measured_over_predicted(larger[:1]) == pytest.approx(0, abs=0.08)


def test_a_chain_that_does_not_err_needs_nothing_and_is_not_compared() -> None:
    at_once = _planted("width_96", 0, -0.1)

    assert predicted_share([at_once], 5, 0.5) == 0
    assert math.isnan(measured_over_predicted([at_once]))


def test_tables_hold_both_sizes_and_the_same_human_text(
    planted: dict[str, list[AnyCriticalRecord]],
) -> None:
    models, excess = models_frame([], planted), excess_frame(planted)

    assert models["generations"].tolist() == ["1", "1", "2", "2", "5", "5"]
    assert models["bigrams"].unique().tolist() == ["—"]
    assert models["0.1 million parameters"].tolist()[1] == "less than was tried; theory 0.0 %"
    assert excess["corpora"].tolist()[-1] == "the same human text"
    assert excess["0.43 million parameters"].tolist()[-1].startswith(("+0.00", "-0.00"))


def test_a_level_outside_the_grid_is_an_arrow_at_its_end(
    planted: dict[str, list[AnyCriticalRecord]],
) -> None:
    (axes,) = shares_picture([], planted).axes

    arrows = np.array(
        [np.asarray(line.get_xydata())[0] for line in axes.lines if line.get_marker() == "v"]
    )

    assert set(arrows[:, 1].tolist()) == {1 / 8}
    assert 0.97 in arrows[:, 0].tolist()
