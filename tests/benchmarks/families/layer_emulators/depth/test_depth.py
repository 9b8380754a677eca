"""Models of several depths are fitted and looked at, and the claims come out either way."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from transformers import PreTrainedTokenizerFast

from benchmarks.families.layer_emulators.audit import AUDIT
from benchmarks.families.layer_emulators.depth import settings as of
from benchmarks.families.layer_emulators.depth.claims import CLAIMS
from benchmarks.families.layer_emulators.depth.shown import draw, section
from benchmarks.families.layer_emulators.depth.statistics import by_layer, n_layers
from benchmarks.families.layer_emulators.depth.study import layer_emulators_depth
from benchmarks.families.layer_emulators.record import EmulatorRecord
from benchmarks.paper.claims import judge_all
from benchmarks.paper.evidence import Evidence
from benchmarks.run import Session, run_recipe
from benchmarks.running.progress import Progress
from benchmarks.running.record import Metric
from data.errors import BadInput
from lightning_modules.device import Device
from lightning_modules.fitting.causal_lm import build_model
from lightning_modules.settings import ModelShape
from tests.support.records import study_record


@pytest.fixture(scope="module")
def found(
    tmp_path_factory: pytest.TempPathFactory, tokenizer: PreTrainedTokenizerFast
) -> Mapping[str, EmulatorRecord]:
    """Records of every arm of a small study."""
    folder = tmp_path_factory.mktemp("depth")
    shape = ModelShape(
        layers=3, width=16, heads=2, feed_forward=32, context=32, vocabulary_size=300
    )
    build_model(shape, seed=0).save_pretrained(folder / "prior")
    tokenizer.save_pretrained(folder / "prior")
    study = layer_emulators_depth()
    study = replace(
        study,
        arms=("flat", of.PRIOR),
        general=replace(
            study.general, source="king_james", held_out_bytes=90_000, first_tokens=2_048
        ),
        shape=shape,
        layers={"flat": 4},
        prior=str(folder / "prior"),
        blocks=2,
        texts=16,
        predicted=4,
        length=16,
    )
    session = Session(
        outputs=folder / "outputs",
        records=folder / "records",
        device=Device(name="cpu"),
        progress=Progress(Console(quiet=True)),
    )
    done = run_recipe(study, (0,), session)
    return {record.arm: record for record in done if isinstance(record, EmulatorRecord)}


def test_models_of_every_depth_are_looked_at(found: Mapping[str, EmulatorRecord]) -> None:
    assert [n_layers(found[arm]) for arm in ("flat", of.PRIOR)] == [4, 3]
    for record in found.values():
        assert by_layer(record, of.ALIKE)[-1] == 1
        assert by_layer(record, of.LIKENESS)[-1] == pytest.approx(1)
        assert -1 <= record.metrics[of.RAND].value <= 1
    assert "pretraining" in found["flat"].stages
    assert "pretraining" not in found[of.PRIOR].stages


def _records(*, slope: float = 0.01, beyond: float = 0.2) -> tuple[EmulatorRecord, ...]:
    study = layer_emulators_depth()
    records = []
    for seed in range(3):
        for arm in study.arms:
            depth = study.layers.get(arm, 30)
            values = {
                of.STRENGTH: slope * depth + 1e-3 * seed * (depth > 4),
                of.DISTANCE: 0.1,
                of.RAND: 1.0,
            }
            for layer in range(depth):
                values |= {
                    f"{layer}/{of.LOSS}": 3.0,
                    f"{layer}/{of.ALIKE}": 0.5,
                    f"{layer}/{of.LIKENESS}": 0.5 + beyond + 1e-3 * seed,
                }
            metrics = {
                key: Metric(value=value, stderr=None, n=9, version=1)
                for key, value in values.items()
            }
            records.append(study_record(EmulatorRecord, study, arm, seed, metrics))
    return tuple(records)


@pytest.mark.parametrize(
    ("id", "right", "wrong"),
    [
        ("le.blocks_size", {"slope": 0.01}, {"slope": -0.01}),
        ("le.function", {"beyond": 0.2}, {"beyond": -0.2}),
    ],
)
def test_a_claim_can_come_out_either_way(
    id: str, right: dict[str, float], wrong: dict[str, float]
) -> None:
    (claim,) = (claim for claim in CLAIMS if claim.id == id)

    for settings, verdict in ((right, "reproduced"), (wrong, "not reproduced")):
        judged = claim.rule.judge(Evidence(records=_records(**settings)))
        assert judged.verdict == verdict


def test_the_section_says_every_depth_and_every_verdict(tmp_path: Path) -> None:
    records = _records()
    ledger = {entry.claim.id: entry for entry in judge_all(CLAIMS, records, AUDIT)}

    text = section(records, ledger)

    assert text.count("| own") == len(layer_emulators_depth().layers)
    assert all(f"`{claim.id}`" in text for claim in CLAIMS)
    assert [path.name for path in draw(records, tmp_path)] == ["depth.png", "depth.pdf"]
    assert section(records[:1], {}) == ""
    assert draw(records[:1], tmp_path) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"arms": ("luck",)}, "unknown arm 'luck'"),
        ({"blocks": 4}, "layers_4 has 4 layers, 4 blocks are looked for"),
        ({"texts": 1}, "texts"),
    ],
)
def test_a_study_of_nothing_is_refused(changes: dict[str, object], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        replace(layer_emulators_depth(), **changes)  # type: ignore[arg-type]
