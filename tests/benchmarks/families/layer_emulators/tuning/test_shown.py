"""What decides the claims about tuning, and what is shown: planted records that go either way."""

import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from benchmarks.families.layer_emulators.audit import AUDIT
from benchmarks.families.layer_emulators.record import EmulatorRecord
from benchmarks.families.layer_emulators.tuning import shown, tables
from benchmarks.families.layer_emulators.tuning import statistics as of
from benchmarks.families.layer_emulators.tuning.claims import CLAIMS, R4, R5
from benchmarks.families.layer_emulators.tuning.picture import tuning_pictures
from benchmarks.families.layer_emulators.tuning.record import Looks, Tuned
from benchmarks.families.layer_emulators.tuning.settings import CONTROLS, ENDS, GATE, RULES, SPREAD
from benchmarks.families.layer_emulators.tuning.study import layer_emulators_cpu
from benchmarks.paper.claims import Entry, judge_all
from benchmarks.running.record import Metric
from tests.support.pictures import stumbles
from tests.support.records import unchecked_record

_PAIRS = (
    "cka+sharing to same_layers",
    "uniform to same_layers",
    "uniform to other_order",
    "fresh_start to same_layers",
)
_KEPT = [tuple(sorted((0, 3, 7, 11, *some))) for some in combinations((1, 2, 4, 5, 6), 2)]
_CONTROLS = ("permuted", "untrained", "alone", "shuffled", "other_order")


def _metric(value: float) -> Metric:
    return Metric(value=value, stderr=0.01, n=4, version=1)


def _record(
    arm: str, seed: int, values: Mapping[str, float], tuning: Tuned, cost: float = 0.08
) -> EmulatorRecord:
    values = {"gate/middle_skip_cost": cost, "gate/general_loss": 3.0, **values}
    metrics = {key: _metric(value) for key, value in values.items()}
    return unchecked_record(
        EmulatorRecord, layer_emulators_cpu(), arm, seed, metrics=metrics, tuning=tuning
    )


def _emulators(
    arm: str,
    seed: int = 0,
    *,
    shared: float = -0.1,
    plug_in: float = -0.05,
    slope: float = 0.1,
    cost: float = 0.08,
) -> EmulatorRecord:
    """Emulators whose plug-ins follow their losses by a slope, and sharing moves all."""
    noise = np.random.default_rng(seed)
    values = {"full/zero_shot": 3.0, "full/same_layers": 2.8}
    values["full/same_layers less full/zero_shot"] = -0.2
    kept = {}
    names = (*RULES, "random_0", "random_1")
    for place, name in enumerate(names):
        for added, moved in (("", 0.0), ("+sharing", shared + 1e-3 * noise.normal())):
            loss = 3.2 + 0.05 * place + moved
            key = f"{name}{added}"
            kept[key] = _KEPT[place]
            values |= {
                f"{key}/zero_shot": loss,
                f"{key}/tuned": loss - 0.3,
                f"{key}/plug_in": 3.0 + plug_in + slope * (loss - 3.2) + 1e-4 * noise.normal(),
                f"{key}/skip_cost": 0.1 * place,
                f"{key}/likeness": 0.9 - 0.01 * place,
                f"{key}/gradient": 0.5 + 0.01 * place,
            }
            values[f"{key}/plug_in less full/zero_shot"] = values[f"{key}/plug_in"] - 3.0
    return _record(arm, seed, values, Tuned(kept=kept), cost)


def _controls(
    seed: int = 0, *, barrier: float = 0.001, start: float = 0.1, shuffled: float = 0.2
) -> EmulatorRecord:
    values = {"full/zero_shot": 3.0, "all_kept/weights_that_differ": 0.0}
    for name in _CONTROLS:
        plugged = 3.0 + (shuffled if name == "shuffled" else 0.01)
        values |= {f"{name}/tuned": 3.1, f"{name}/plug_in": plugged + 1e-3 * seed}
        values[f"{name}/plug_in less full/zero_shot"] = plugged - 3.0 + 1e-3 * seed
    for name in ("all_layers", "fresh_start"):
        values |= {f"{name}/tuned": 2.7, f"{name}/tuned less full/zero_shot": -0.3}
    curves: dict[str, tuple[float, ...]] = {}
    for pair in _PAIRS:
        height = (start if pair.startswith("fresh") else barrier) + 1e-4 * seed
        values |= {f"{pair}/barrier": 3 * height, f"{pair}/barrier_share": height}
        values[f"{pair}/distance"] = 1.0
        curves[pair] = (2.8, 2.8 + 3 * height, 2.8)
    return _record(CONTROLS, seed, values, Tuned(curves=curves))


def _gate(seed: int = 0) -> EmulatorRecord:
    costs = tuple((1.0, *(0.01 * step,) * 10, 0.5) for step in range(3))
    looks = Looks(steps=(0, 500, 1000), losses=(6.0, 4.0, 3.0), skip_costs=costs)
    return _record(GATE, seed, {}, Tuned(looks=looks))


def _all(**settings: float) -> list[EmulatorRecord]:
    """Every arm of the planned seeds."""
    found = []
    for seed in range(5):
        found += [_emulators(arm, seed, **settings) for arm in (SPREAD, ENDS)]
        found += [_controls(seed), _gate(seed)]
    return found


def _judged(records: Sequence[EmulatorRecord]) -> dict[str, Entry]:
    return {entry.claim.id: entry for entry in judge_all((*CLAIMS, R4, R5), records, AUDIT)}


def test_lines_without_any_barrier_say_why_nothing_is_decided() -> None:
    none = [_controls(seed, barrier=-1e-4 * seed) for seed in range(5)]

    assert "in any of 5 seeds" in tables.flat_words(none)
    assert "p 0.031" in tables.flat_words(none)
    assert tables.flat_words([_controls(seed) for seed in range(5)]) == ""
    assert tables.flat_words([]) == ""


def test_every_claim_can_come_out_either_way() -> None:
    other = [_controls(seed, barrier=0.1, start=0.001, shuffled=-0.2) for seed in range(5)]
    worlds = (_all(), _all(shared=0.1), _all(slope=-0.1), _all(plug_in=0.3), other)
    found = [_judged(world) for world in worlds]

    for id in found[0]:
        verdicts = {ledger[id].judgement.verdict for ledger in found}
        assert {"reproduced", "not reproduced"} <= verdicts, id


def test_a_model_whose_middle_is_worth_nothing_decides_nothing() -> None:
    records = _all()
    records[0] = _emulators(SPREAD, 0, cost=0.049)

    entry = _judged(records)["le.share_plug_in"]

    assert entry.verdict == "undecided"
    assert "below 0.05" in entry.reason
    assert _judged(_all())["le.share_plug_in"].verdict == "reproduced"


def test_sharing_is_a_mean_over_rules_and_order_is_the_smaller_difference() -> None:
    record = _emulators(SPREAD, shared=-0.1, plug_in=-0.05, slope=0.0)

    assert of.sharing_zero_shot([record]) == pytest.approx(0.1, abs=2e-3)
    assert of.sharing_plug_in([record]) == pytest.approx(0.0, abs=1e-3)
    assert of.below_zero_shot([record]) == pytest.approx(0.05, abs=1e-3)
    # The tuned emulator, 2.85, lies below the plug-in, 2.95.
    assert of.below_both([record]) == pytest.approx(2.85 - 2.95, abs=1e-3)


def test_emulators_that_several_rules_chose_count_once() -> None:
    record = _emulators(SPREAD)
    assert record.tuning is not None
    kept = dict(record.tuning.kept)

    assert len(of.different(record)) == len(kept)
    kept["worst"] = kept["uniform"]
    twice = record.model_copy(update={"tuning": Tuned(kept=kept)})
    assert len(of.different(twice)) == len(kept) - 1
    assert "worst" not in of.different(twice)


def test_a_rank_correlation_is_1_where_the_promise_is_kept() -> None:
    record = _emulators(SPREAD, shared=-0.02, slope=1.0)

    assert of.predicts([record], "zero_shot") == 1
    # Here the cosine grows with the loss, so that it promises the contrary.
    assert of.predicts([record], "gradient") < 0 < of.predicts([record], "likeness")
    assert of.gradient_beyond_loss([record]) < -1
    assert math.isnan(of.rank_correlation(np.ones(3), np.arange(3.0)))


def test_the_section_says_what_was_found_and_nothing_without_a_record() -> None:
    records = _all()
    claims = _judged(records)

    text = shown.section(records, claims)

    assert shown.section([], claims) == ""
    assert text.startswith("## ")
    assert "| skip cost + sharing" in text
    assert "0 of its tuned weights differ" in text
    for id in claims:
        assert f"`{id}`" in text
    for line in ("0.080", "inside the model, all layers trained", "cka+sharing"):
        assert line in text
    only_gate = [record for record in records if record.arm == GATE]
    assert "What emulators give" not in shown.section(only_gate, claims)


def test_sentences_rest_on_claims_of_the_study() -> None:
    ids = {claim.id for claim in (*CLAIMS, R4, R5)}

    assert {sentence.claim for sentence in shown.SENTENCES} <= ids


def test_pictures_are_drawn_from_what_is_there(tmp_path: Path) -> None:
    records = _all()

    assert set(tuning_pictures(records)) == {"tuning", "lines"}
    assert tuning_pictures([]) == {}
    assert set(tuning_pictures([r for r in records if r.arm == GATE])) == {"lines"}
    for draw in tuning_pictures(records).values():
        assert stumbles(draw(), width=900) == []
    drawn = shown.draw([r for r in records if r.arm == GATE], tmp_path)
    assert [path.name for path in drawn] == ["lines.png", "lines.pdf"]
