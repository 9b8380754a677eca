"""Chains with shares of fresh human text: what they are made of, and what is read off them."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.chains.ngrams import Encoded, NgramRecipe, divide
from benchmarks.families.critical_data.shares.chains import FreshChain, share_chains
from benchmarks.families.critical_data.shares.names import share_key
from benchmarks.families.critical_data.shares.record import AnyCriticalRecord
from benchmarks.families.critical_data.shares.statistics import (
    converged,
    depends_on_delta,
    enough,
    excess_of,
)
from benchmarks.families.critical_data.shares.study import critical_data_shares
from benchmarks.running.record import Metric
from data.errors import BadInput


def _texts() -> list[str]:
    """Documents of twenty words, some of which are seldom."""
    rng = np.random.default_rng(0)
    drawn = np.minimum(rng.zipf(1.4, size=(3000, 20)), 400)
    return [" ".join(f"word{number}" for number in row) for row in drawn]


def test_the_digest_of_the_recipe_is_pinned() -> None:
    assert critical_data_shares().digest == "d1c81dec"


def test_human_text_of_a_mix_is_new_in_every_generation() -> None:
    recipe = NgramRecipe(generations=2, first_words=500, generation_words=500, human_share=0.5)
    text = divide(Encoded.of(_texts(), recipe), recipe, seed=0)
    chain = FreshChain(recipe, text, 0)
    model = chain.fit(chain.first, start=None, generation=0)

    sources = [chain.materials(model, chain.first, generation=g).source for g in (1, 2)]

    assert not np.array_equal(sources[0][0].tokens, sources[1][0].tokens)
    assert np.array_equal(sources[0][0].tokens, text.fresh[0])


def test_more_human_text_means_less_excess(tmp_path: Path) -> None:
    found = share_chains(
        tmp_path, texts=_texts(), order=2, shares=(0.05, 0.9), horizons=(1, 4), words=400, seed=0
    )["losses"]

    assert found.keys() == {"share_0.05", "share_0.9", "fresh_human", "same_human", "replace"}
    assert found["replace"][1] > found["share_0.05"][1] > found["share_0.9"][1]
    assert found["same_human"][0] == found["same_human"][1]


def _record(excess: dict[int, list[float]], **changes: Any) -> AnyCriticalRecord:
    study = replace(
        critical_data_shares(), shares=(0.1, 0.2, 0.4, 0.8), horizons=tuple(excess), **changes
    )
    losses = {
        f"{share_key(share)}/g{g}/bits_per_token": 5.0 + value
        for g, values in excess.items()
        for share, value in zip(study.shares, values, strict=True)
    } | {f"fresh_human/g{g}/bits_per_token": 5.0 for g in excess}
    return AnyCriticalRecord.model_construct(
        recipe=study.as_dict(),
        arm="bigrams",
        metrics={
            key: Metric(value=value, stderr=None, n=100, version=1) for key, value in losses.items()
        },
    )


def test_levels_are_read_off_the_excess_over_fresh_human_text() -> None:
    same = [0.9, 0.5, 0.1, 0.02]
    record = _record({10: same, 20: same})

    assert excess_of(record, 10) == pytest.approx(same)
    assert enough(record, 20, 0.5) == pytest.approx(0.2)
    assert converged([record]) == pytest.approx(0)
    assert depends_on_delta([record]) == pytest.approx(math.log(2))


def test_levels_that_still_move_or_lie_outside_are_told() -> None:
    moving = _record({10: [0.5, 0.1, 0.05, 0.02], 20: [0.9, 0.5, 0.1, 0.02]})

    assert math.isnan(converged([moving]))  # after 10 generations even a tenth is enough
    assert enough(moving, 20, 0.01) != enough(moving, 20, 0.01)  # never enough


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"shares": (0.5, 0.25)}, "growing"),
        ({"shares": (0.0, 0.5)}, "shares.0"),
        ({"horizons": ()}, "growing"),
        ({"arms": ("tetragrams",)}, "unknown arm 'tetragrams'"),
    ],
)
def test_a_study_that_cannot_be_run_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        replace(critical_data_shares(), **change)
