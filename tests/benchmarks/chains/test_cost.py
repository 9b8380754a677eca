"""The arithmetic of cost, against models that can be counted."""

from dataclasses import replace

import pytest

from benchmarks.chains.cost import H100, Cost, cost, flops_per_token, lines, parameters
from benchmarks.chains.recipe import Recipe
from benchmarks.families.toedit.recipes.smoke import smoke
from lightning_modules.fitting.causal_lm import build_model
from lightning_modules.settings import ModelShape
from tests.support.places import ROOT

_BILLION = ModelShape(
    layers=16, width=2048, heads=16, feed_forward=8192, context=2048, vocabulary_size=50304
)


def _paper() -> Recipe:
    base = smoke()
    human = replace(base.human, first_tokens=50 * 10**9, generation_tokens=50 * 10**9)
    return replace(base, name="paper_scale", model=_BILLION, human=human, generations=1)


def test_parameters_are_those_of_the_model(shape: ModelShape) -> None:
    assert parameters(shape) == build_model(shape, seed=0).num_parameters()


def test_training_costs_three_times_reading() -> None:
    ratio = flops_per_token(_BILLION, training=True) / flops_per_token(_BILLION, training=False)

    assert ratio == 3.0


def test_a_chain_of_two_fits_trains_on_both_corpora() -> None:
    found = cost(_paper())

    assert found.training_flops == 100e9 * flops_per_token(_BILLION, training=True)
    assert found.scoring_flops == 50e9 * flops_per_token(_BILLION, training=False)
    seconds = found.training_flops / (H100.peak_flops * H100.utilization)
    seconds += found.scoring_flops / (H100.peak_flops * H100.scoring_utilization)
    assert found.device_hours == pytest.approx(seconds / 3600)
    assert found.memory_bytes == 16 * found.parameters


def test_the_document_quotes_the_arithmetic() -> None:
    found: Cost = cost(_paper())

    text = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")

    for line in lines("1 billion parameters, 50 billion tokens, one edited generation", found):
        assert line in text
