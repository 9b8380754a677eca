"""Chains of transformers with shares of fresh human text: what they learn, and what is kept."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from benchmarks.chains.settings import Evaluation, HumanText
from benchmarks.families.critical_data.shares.compared import (
    excess_words,
    larger_over_smaller,
    later_over_earlier,
    over_bigrams,
)
from benchmarks.families.critical_data.shares.names import share_key
from benchmarks.families.critical_data.shares.record import AnyCriticalRecord
from benchmarks.families.critical_data.shares.study import critical_data_shares
from benchmarks.families.critical_data.shares.transformers import (
    TransformerShares,
    critical_data_cpu_shares,
)
from benchmarks.run import Session, run_recipe
from benchmarks.running.progress import Progress
from benchmarks.running.record import Metric
from benchmarks.running.stage import read_manifest
from data.errors import BadInput
from data.text.corpus import Corpus
from lightning_modules.device import Device
from lightning_modules.settings import ModelShape, Optimization, SamplingRule


def test_the_digest_of_the_recipe_is_pinned() -> None:
    assert critical_data_cpu_shares().digest == "770627cf"


@pytest.fixture(scope="module")
def tiny(text_file: Path) -> TransformerShares:
    """Two generations of models that learn nothing much, in seconds."""
    return replace(
        critical_data_cpu_shares(),
        arms=("width_8",),
        shapes={
            "width_8": ModelShape(
                layers=1, width=8, heads=1, feed_forward=16, context=32, vocabulary_size=300
            )
        },
        human=HumanText(
            source=str(text_file), held_out_bytes=3000, first_tokens=1500, generation_tokens=1500
        ),
        fit=Optimization(learning_rate=5e-3, warmup_steps=2, windows_per_step=4),
        sampling=SamplingRule(max_tokens=60),
        evaluation=Evaluation(sample_tokens=400, document_tokens=30, sample_words=60),
        shares=(0.5,),
        horizons=(1, 2),
    )


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shares")


@pytest.fixture(scope="module")
def record(tiny: TransformerShares, outputs: Path) -> AnyCriticalRecord:
    return _run(tiny, outputs)


def _run(study: TransformerShares, folder: Path) -> AnyCriticalRecord:
    session = Session(
        outputs=folder / "outputs",
        records=folder / "records",
        device=Device(name="cpu"),
        progress=Progress(Console(quiet=True)),
    )
    (found,) = run_recipe(study, (3,), session)
    assert isinstance(found, AnyCriticalRecord)
    return found


def test_every_chain_is_measured_after_every_horizon(record: AnyCriticalRecord) -> None:
    names = ("fresh_human", "same_human", "share_0.5")

    assert record.metrics.keys() == {
        f"{name}/g{g}/{measure}"
        for name in names
        for g in (1, 2)
        for measure in ("bits_per_word", "limits_broken")
    }
    assert len(excess_words(record, 2)) == 1


def test_chains_of_a_seed_share_generation_0_and_each_stage_counts_once(
    record: AnyCriticalRecord,
) -> None:
    fits = [key for key in record.stages if key.endswith("/fit")]
    digests = [stage.digest for stage in record.stages.values()]

    assert sorted(fits) == [
        "fresh_human/g0/fit", "fresh_human/g1/fit", "fresh_human/g2/fit",
        "same_human/g1/fit", "same_human/g2/fit", "share_0.5/g1/fit", "share_0.5/g2/fit",
    ]  # fmt: skip
    assert len(digests) == len(set(digests))


def test_half_of_a_mix_is_human_text_that_no_generation_has_seen(
    record: AnyCriticalRecord, outputs: Path
) -> None:
    stages = outputs / "outputs" / "stages"
    human = next(stages.glob(f"prepare-{record.stages['fresh_human/g0/prepare'].digest}"))

    for generation in (1, 2):
        digest = record.stages[f"share_0.5/g{generation}/select"].digest
        chosen = stages / f"select-{digest}"
        fresh = set(Corpus.open(human / f"fresh_{generation}.arrow").texts())
        assert set(Corpus.open(chosen / "corpus.arrow").texts()) <= fresh
        assert read_manifest(chosen)["facts"]["tokens"] == pytest.approx(750, abs=100)


def test_a_chain_that_is_run_again_finds_its_stages(
    tiny: TransformerShares, record: AnyCriticalRecord, outputs: Path
) -> None:
    before = sorted((outputs / "outputs" / "stages").iterdir())

    again = _run(tiny, outputs)

    assert again.metrics == record.metrics
    assert sorted((outputs / "outputs" / "stages").iterdir()) == before


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"shares": (0.5, 0.25)}, "growing"),
        ({"arms": ("width_48",)}, "width_96"),
        (
            {"human": replace(critical_data_cpu_shares().human, first_tokens=60_000)},
            "equal compute",
        ),
    ],
)
def test_a_study_that_cannot_be_compared_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        replace(critical_data_cpu_shares(), **change)


def _planted(excess: dict[int, list[float]]) -> AnyCriticalRecord:
    """A record whose chains have these excesses by generation, over four shares."""
    shares = (0.1, 0.2, 0.4, 0.8)
    study = replace(critical_data_cpu_shares(), shares=shares, horizons=tuple(excess))
    human = {g: 11.0 + sign for g, sign in zip(excess, (0.25, -0.25), strict=True)}
    losses = {f"fresh_human/g{g}/bits_per_word": loss for g, loss in human.items()}
    for g, values in excess.items():
        for share, value in zip(shares, values, strict=True):
            losses[f"{share_key(share)}/g{g}/bits_per_word"] = 11.0 + value
    return AnyCriticalRecord.model_construct(
        recipe=study.as_dict(), arm="width_96", metrics=_metrics(losses)
    )


def _metrics(losses: dict[str, float]) -> dict[str, Metric]:
    return {key: Metric(value=v, stderr=None, n=10, version=1) for key, v in losses.items()}


def _bigrams(excess: list[float]) -> AnyCriticalRecord:
    study = replace(critical_data_shares(), shares=(0.1, 0.2, 0.4, 0.8), horizons=(5,))
    losses = {"fresh_human/g5/bits_per_token": 5.0} | {
        f"{share_key(share)}/g5/bits_per_token": 5.0 + value
        for share, value in zip(study.shares, excess, strict=True)
    }
    return AnyCriticalRecord.model_construct(
        recipe=study.as_dict(), arm="bigrams", metrics=_metrics(losses)
    )


def test_levels_of_planted_chains_are_found_and_compared() -> None:
    early, late = [0.5, 0.3, 0.1, 0.02], [0.9, 0.5, 0.1, 0.02]
    planted = _planted({2: early, 5: late})
    steady = _planted({2: late, 5: late})

    assert excess_words(planted, 5) == pytest.approx(late)  # above the mean of all generations
    assert later_over_earlier([steady]) == pytest.approx(0)
    assert math.isnan(later_over_earlier([planted]))  # early on the least share is enough
    assert over_bigrams([planted, _bigrams([0.9, 0.6, 0.5, 0.1])]) == pytest.approx(-math.log(2))
    assert larger_over_smaller([planted, _planted({2: early, 5: [0.9, 0.8, 0.5, 0.1]})]) == (
        pytest.approx(math.log(2))
    )
