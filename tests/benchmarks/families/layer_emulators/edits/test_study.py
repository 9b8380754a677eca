"""The study of edits runs on a small prior, and its claims can come out either way."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from rich.console import Console
from transformers import PreTrainedTokenizerFast

from benchmarks.families.layer_emulators.edits.claims import CLAIMS
from benchmarks.families.layer_emulators.edits.recipe import (
    AGAIN,
    SKIP_COST,
    UNIFORM,
    layer_emulators_edits,
)
from benchmarks.families.layer_emulators.edits.work import choose_texts
from benchmarks.families.layer_emulators.record import EmulatorRecord
from benchmarks.paper.evidence import Evidence
from benchmarks.run import Session, run_recipe
from benchmarks.running.progress import Progress
from benchmarks.running.record import Metric
from data.errors import BadInput
from lightning_modules.device import Device
from lightning_modules.fitting.causal_lm import build_model
from lightning_modules.settings import ModelShape
from tests.support.records import study_record

_LAYERS = 5


@pytest.fixture(scope="module")
def found(
    tmp_path_factory: pytest.TempPathFactory, tokenizer: PreTrainedTokenizerFast
) -> Mapping[str, EmulatorRecord]:
    """Records of two arms of the study, with a small prior."""
    folder = tmp_path_factory.mktemp("edits")
    shape = ModelShape(
        layers=_LAYERS,
        width=16,
        heads=2,
        feed_forward=32,
        context=64,
        vocabulary_size=len(tokenizer),
    )
    model = build_model(shape, seed=0)
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(3)
    model.save_pretrained(folder / "prior")
    tokenizer.save_pretrained(folder / "prior")
    study = replace(
        layer_emulators_edits(),
        arms=(AGAIN, SKIP_COST),
        prior=str(folder / "prior"),
        context=64,
        sources=("king_james",),
        tokens=400,
        calibration_tokens=16,
        kept=(_LAYERS, 3),
    )
    session = Session(
        outputs=folder / "outputs",
        records=folder / "records",
        device=Device(name="cpu"),
        progress=Progress(Console(quiet=True)),
    )
    done = run_recipe(study, (0,), session)
    return {record.arm: record for record in done if isinstance(record, EmulatorRecord)}


def test_all_layers_put_together_again_flag_the_same_and_draw_others(
    found: Mapping[str, EmulatorRecord],
) -> None:
    metrics = found[AGAIN].metrics

    assert metrics["all/all texts/flagged_jaccard"].value == 1
    assert metrics["all/all texts/drawn_alike"].value < 1


def test_an_emulator_of_all_layers_edits_as_the_prior_does(
    found: Mapping[str, EmulatorRecord],
) -> None:
    metrics = found[SKIP_COST].metrics

    for name in ("flagged_jaccard", "drawn_alike", "left_alike"):
        assert metrics[f"{_LAYERS}/all texts/{name}"].value == 1


def test_an_emulator_of_some_layers_edits_otherwise(found: Mapping[str, EmulatorRecord]) -> None:
    metrics = found[SKIP_COST].metrics

    assert 0 < metrics["3/all texts/flagged_jaccard"].value < 1
    assert metrics["3/king_james/flagged_jaccard"] == metrics["3/all texts/flagged_jaccard"]
    assert sum(key.startswith("3/layer ") for key in metrics) == 3


def _verdict(id: str, *, chosen: float, others: float, rate: float) -> str:
    """Of three seeds that differ little."""
    recipe = layer_emulators_edits()
    records = []
    for seed in range(3):
        for arm, value in ((SKIP_COST, chosen), (UNIFORM, others)):
            metrics = {
                f"{n}/all texts/{name}": Metric(value=value_of, stderr=None, n=1, version=1)
                for n in recipe.kept
                for name, value_of in (
                    ("flagged_jaccard", value + seed * (1e-3 if arm == SKIP_COST else 0)),
                    ("change_probability", rate * 0.1 + seed * 1e-5),
                    ("change_probability_whole", 0.1),
                )
            }
            records.append(study_record(EmulatorRecord, recipe, arm, seed, metrics))
    (claim,) = (claim for claim in CLAIMS if claim.id == id)
    return str(claim.rule.judge(Evidence(records=tuple(records))).verdict)


@pytest.mark.parametrize(
    ("id", "right", "wrong"),
    [
        ("le.edits_half", {"chosen": 0.95}, {"chosen": 0.5}),
        ("le.edits_most", {"chosen": 0.95}, {"chosen": 0.5}),
        ("le.edits_one", {"chosen": 0.95}, {"chosen": 0.5}),
        ("le.edits_choice", {"chosen": 0.5}, {"chosen": 0.3}),
        ("le.edits_rate", {"rate": 1.05}, {"rate": 2.0}),
    ],
)
def test_a_claim_can_come_out_either_way(
    id: str, right: Mapping[str, float], wrong: Mapping[str, float]
) -> None:
    base = {"chosen": 0.5, "others": 0.4, "rate": 1.0}

    assert _verdict(id, **{**base, **right}) == "reproduced"
    assert _verdict(id, **{**base, **wrong}) == "not reproduced"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"arms": ("luck",)}, "unknown arm 'luck'"),
        ({"kept": ()}, "name no case"),
        ({"tokens": 0}, "tokens"),
        ({"calibration_texts": 1}, "calibration_texts"),
    ],
)
def test_a_study_of_nothing_is_refused(changes: dict[str, object], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        replace(layer_emulators_edits(), **changes)  # type: ignore[arg-type]


def test_a_text_that_is_not_there_is_refused(
    tokenizer: PreTrainedTokenizerFast, tmp_path: Path
) -> None:
    tokenizer.save_pretrained(tmp_path / "prior")

    with pytest.raises(BadInput, match="unknown source 'nowhere'; use some of king_james"):
        choose_texts(
            tmp_path,
            seed=0,
            model=tmp_path / "prior",
            sources=("king_james", "nowhere"),
            tokens=9,
            calibration_texts=4,
        )
