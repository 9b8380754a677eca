"""The measurements of speed on sizes that take seconds: what they measure, never how fast it is."""

from dataclasses import replace

import pytest
from transformers import PreTrainedModel

from benchmarks.running.step import FoundRatio
from benchmarks.speed.ratios import Row
from benchmarks.speed.speed import (
    generate,
    sampling_against_generate,
    training_against_plain_loop,
    what,
    writer_of_documents,
)
from lightning_modules.device import Device
from lightning_modules.settings import ModelShape, Optimization, SamplingRule
from theory.speed import Ratio

_RULE = SamplingRule(max_tokens=12, documents_per_batch=4)


def test_a_ratio_is_ours_over_the_baseline() -> None:
    row = Row.of(Ratio(name="x", fast=0.5, slow=2.0))

    assert (row.ours, row.baseline, row.ratio) == (2.0, 0.5, 4.0)


def test_a_row_is_named_with_the_other_numbers_of_its_measurement() -> None:
    found = FoundRatio(name="6 at once", ours=4, baseline=1, unit="steps/s", beside={"fastest": 3})

    assert what(found) == "6 at once; fastest: 3"
    assert what(Row(name="x", ours=1, baseline=1, unit="steps/s")) == "x"


def test_training_is_measured_in_tokens_of_both_loops(shape: ModelShape) -> None:
    fit = Optimization(learning_rate=1e-3, warmup_steps=2, windows_per_step=2)

    row = training_against_plain_loop(shape, fit, n_steps=12, device=Device(name="cpu"))

    assert row.ours > 0
    assert row.baseline > 0
    assert "64 tokens a step" in row.name


def test_sampling_is_measured_on_the_same_number_of_documents(model: PreTrainedModel) -> None:
    row = sampling_against_generate(
        model, "tiny", n_documents=6, rule=_RULE, device=Device(name="cpu"), repeats=1
    )

    assert row.ratio > 0
    assert "on cpu" in row.name
    assert "6 documents" in row.name


def test_generate_counts_tokens_up_to_the_end(model: PreTrainedModel) -> None:
    whole = replace(_RULE, min_tokens=12)

    assert generate(model, 6, whole) == 6 * 12


def test_the_writer_ends_its_documents(shape: ModelShape) -> None:
    writer = writer_of_documents(shape, mean_length=5, n_steps=100)

    n_tokens = generate(writer, 40, SamplingRule(max_tokens=30, documents_per_batch=40))

    assert n_tokens / 40 == pytest.approx(5, abs=2.5)
