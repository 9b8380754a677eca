"""Chains edited by a prior and by emulators run on small models, and claims come out either way."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from rich.console import Console
from transformers import PreTrainedTokenizerFast

from benchmarks.families.layer_emulators.audit import AUDIT
from benchmarks.families.layer_emulators.edited_chain import settings as of
from benchmarks.families.layer_emulators.edited_chain.claims import CLAIMS
from benchmarks.families.layer_emulators.edited_chain.shown import chain_records, draw, section
from benchmarks.families.layer_emulators.edited_chain.statistics import bits, changed, pace
from benchmarks.families.layer_emulators.edited_chain.study import (
    EditedChainStudy,
    layer_emulators_edited_chain,
)
from benchmarks.families.layer_emulators.record import EmulatorRecord
from benchmarks.paper.claims import judge_all
from benchmarks.paper.evidence import Evidence
from benchmarks.run import Session, run_recipe
from benchmarks.running.progress import Progress
from benchmarks.running.record import Metric, StageFacts
from data.errors import BadInput
from lightning_modules.device import Device
from lightning_modules.fitting.causal_lm import build_model
from lightning_modules.settings import ModelShape
from tests.support.records import study_record

_LAYERS = 4
_ARMS = (of.ALL_LAYERS, "every", "half", of.SAME_HUMAN, of.FRESH_HUMAN)
Found = Mapping[str, EmulatorRecord]


def _study(prior: Path) -> EditedChainStudy:
    shape = ModelShape(
        layers=1, width=16, heads=2, feed_forward=32, context=32, vocabulary_size=300
    )
    study = layer_emulators_edited_chain()
    small = {"held_out_bytes": 2_000, "first_tokens": 2_000, "generation_tokens": 600}
    return replace(
        study,
        arms=_ARMS,
        prior=str(prior),
        context=64,
        human=replace(study.human, **small),
        shape=shape,
        editors={
            of.ALL_LAYERS: of.Editor(kept=None),
            "every": of.Editor(kept=_LAYERS),
            "half": of.Editor(kept=2),
        },
        calibration_texts=4,
        calibration_tokens=8,
    )


@pytest.fixture(scope="module")
def found(
    tmp_path_factory: pytest.TempPathFactory, tokenizer: PreTrainedTokenizerFast
) -> tuple[Path, Found]:
    """Folder of the stages, and records of every arm of a small study, by arm."""
    folder = tmp_path_factory.mktemp("edited-chain")
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
    session = Session(
        outputs=folder / "outputs",
        records=folder / "records",
        device=Device(name="cpu"),
        progress=Progress(Console(quiet=True)),
    )
    done = run_recipe(_study(folder / "prior"), (0,), session)
    return folder, {record.arm: record for record in done if isinstance(record, EmulatorRecord)}


def test_an_emulator_of_all_layers_makes_the_same_chain(found: tuple[Path, Found]) -> None:
    _, records = found
    whole, every = records[of.ALL_LAYERS].metrics, records["every"].metrics

    assert {key: every[key] for key in whole} == whole
    assert {f"layer {place}" for place in range(_LAYERS)} == every.keys() - whole.keys()


def test_fewer_layers_make_another_chain_on_the_same_beginning(found: tuple[Path, Found]) -> None:
    _, records = found
    whole, half = records[of.ALL_LAYERS], records["half"]

    assert bits(half, 0) == bits(whole, 0)
    assert bits(half) != bits(whole)
    assert sum(key.startswith("layer ") for key in half.metrics) == 2
    assert pace(half) > 0


def test_the_text_is_edited_again_before_every_generation(found: tuple[Path, Found]) -> None:
    folder, records = found
    half = records["half"]
    addresses = [
        json.loads(path.read_text())["arguments"]
        for path in folder.glob("outputs/stages/edit_2-*/*.json")
        if "arguments" in path.read_text()
    ]

    assert all(changed(half, generation) > 0 for generation in (1, 2))
    assert any(half.stages["edit_1"].digest in str(one["corpus"]) for one in addresses)


def test_human_text_is_the_same_or_new(found: tuple[Path, Found]) -> None:
    _, records = found
    same, fresh = (records[arm] for arm in (of.SAME_HUMAN, of.FRESH_HUMAN))

    assert bits(same, 0) == bits(fresh, 0)
    assert bits(same, 1) != bits(fresh, 1)
    assert f"1/{of.CHANGED}" not in same.metrics


def _record(arm: str, seed: int, loss: float) -> EmulatorRecord:
    study = layer_emulators_edited_chain()
    measured = {f"{n}/{of.BITS}": loss + seed * 1e-5 * (arm != of.ALL_LAYERS) for n in range(3)}
    if arm in study.editors:
        measured |= {f"{n}/{of.CHANGED}": 0.01 * (1 + seed) for n in (1, 2)}
    metrics = {
        key: Metric(value=value, stderr=None, n=1, version=1) for key, value in measured.items()
    }
    record = study_record(EmulatorRecord, study, arm, seed, metrics)
    facts = next(iter(record.stages.values())).model_dump() | {"tokens": 100, "seconds": 2.0}
    return record.model_copy(update={"stages": {"edit_1": StageFacts(**facts)}})


def _records(costs: Mapping[str, float]) -> tuple[EmulatorRecord, ...]:
    arms = layer_emulators_edited_chain().arms
    return tuple(_record(arm, s, 2 + costs.get(arm, 0.0)) for s in range(5) for arm in arms)


@pytest.mark.parametrize(
    ("id", "arm", "right", "wrong"),
    [
        ("le.chain_half", of.KEPT_16, 0.001, 0.003),
        ("le.chain_two_thirds", of.KEPT_20, 0.001, 0.003),
        ("le.chain_most", of.KEPT_24, 0.001, 0.003),
        ("le.chain_control", of.SPOILT, 0.003, 0.001),
    ],
)
def test_a_claim_can_come_out_either_way(id: str, arm: str, right: float, wrong: float) -> None:
    (claim,) = (claim for claim in CLAIMS if claim.id == id)

    for cost, verdict in ((right, "reproduced"), (wrong, "not reproduced")):
        assert claim.rule.judge(Evidence(records=_records({arm: cost}))).verdict == verdict


def test_the_section_says_every_arm_and_every_verdict(tmp_path: Path) -> None:
    records = _records({of.KEPT_16: 0.004})
    ledger = {entry.claim.id: entry for entry in judge_all(CLAIMS, records, AUDIT)}

    text = section(records, ledger)

    assert text.startswith("### ")
    assert "| 16 layers " in text
    assert "0.0040 [0.0040, 0.0040]" in text
    assert "3.00 [1.04, 4.96]" in text, "changed tokens"
    assert all(f"`{claim.id}`" in text for claim in CLAIMS)
    assert [path.name for path in draw(records, tmp_path)] == [
        "edited-chain.png",
        "edited-chain.pdf",
    ]


def test_seeds_that_lack_an_arm_are_left_out(tmp_path: Path) -> None:
    records = _records({})

    assert sorted(chain_records(records[:-1])[of.ALL_LAYERS]) == [0, 1, 2, 3]
    assert section(records[:3], {}) == ""
    assert draw(records[:3], tmp_path) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"arms": ("luck",)}, "unknown arm 'luck'"),
        ({"rounds": 0}, "rounds"),
        ({"calibration_texts": 1}, "calibration_texts"),
    ],
)
def test_a_study_of_nothing_is_refused(changes: dict[str, object], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        replace(layer_emulators_edited_chain(), **changes)  # type: ignore[arg-type]


def test_an_editor_without_layers_is_refused() -> None:
    with pytest.raises(BadInput, match="kept"):
        of.Editor(kept=0)
