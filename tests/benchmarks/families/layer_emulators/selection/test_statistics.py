"""Each number that decides a claim follows from the record of a seed, and can be another."""

import math
from collections.abc import Mapping
from typing import Any

import pytest

from benchmarks.families.layer_emulators.record import EmulatorRecord
from benchmarks.families.layer_emulators.selection import statistics as of
from benchmarks.families.layer_emulators.selection.claims import CLAIMS
from benchmarks.families.layer_emulators.selection.study import layer_emulators_selection
from benchmarks.paper.evidence import Evidence
from benchmarks.paper.rules import FromRuns
from tests.support.layers.selections import blocks, selected, selection_record, small_study
from tests.support.records import unchecked_record

LOSSES = {
    "uniform": 5.0, "random": 7.0, "skip_cost": 3.0, "block_influence": 3.5, "intervals": 3.25,
    "cka": 6.0, "cka_mean": 5.5, "cka_rest": 6.5, "permuted": 9.0, "uniform shared": 5.5,
    "skip_cost shared": 4.0, "block_influence shared": 4.0, "cka shared": 5.0,
}  # fmt: skip
RECIPE = small_study("nowhere")


def _one(losses: Mapping[str, float] = LOSSES, **layers: Any) -> list[EmulatorRecord]:
    return [selection_record(RECIPE, 0, selected(RECIPE, losses, **layers))]


def test_differences_of_losses() -> None:
    assert of.cka_less_best(_one()) == pytest.approx(6 - 3.5)
    assert of.cka_less_best(_one(LOSSES | {"cka": 3.0})) == pytest.approx(-0.5)
    assert of.cka_less_uniform(_one()) == pytest.approx(1)
    assert of.cka_less_random(_one()) == pytest.approx(-1)
    assert of.rest_less_cka(_one()) == pytest.approx(0.5)
    assert of.intervals_less_single(_one()) == pytest.approx(0.25)
    assert of.permuted_less_ordered(_one()) == pytest.approx(5.5)
    assert of.influence_over_cka(_one()) == pytest.approx(math.log(1.5 / 4))
    assert math.isnan(of.influence_over_cka(_one(LOSSES | {"block_influence": 1.0})))
    assert of.sharing_raises(_one()) == pytest.approx(0.5)  # of .5, 1, .5, -1


def test_the_median_is_over_numbers_of_layers() -> None:
    found = selected(RECIPE, LOSSES)
    dear = [
        one.model_copy(update={"losses": (20.0, 20.0, 20.0)})
        if (one.rule, len(one.kept)) == ("cka", 3)
        else one
        for one in found.emulators
    ]
    record = selection_record(RECIPE, 0, found.model_copy(update={"emulators": tuple(dear)}))

    assert of.cka_less_uniform([record]) == pytest.approx((1 + 20 - 5.1) / 2)


@pytest.mark.parametrize(
    ("measured", "least"),
    [
        ({}, 0.9),
        ({"strength": 0.1}, -0.5),
        ({"p": 0.02}, -1),
        ({"agreement": 0.25}, -0.5),
        ({"agreement": 0.5}, 0),
    ],
)
def test_blocks_are_as_good_as_the_worst_of_three_numbers(
    measured: dict[str, float], least: float
) -> None:
    assert of.least_of_blocks(_one(blocks=blocks(**measured))) == pytest.approx(least)
    assert of.least_of_rest(_one(blocks_rest=blocks(**measured))) == pytest.approx(least)
    assert of.blocks_at_distance(_one()) == pytest.approx(0.1)


def _intervals(single: list[float], times: float) -> list[list[float]]:
    pairs = [[s, 2, times * (single[s] + single[s + 1])] for s in range(5)]
    return [[s, 1, cost] for s, cost in enumerate(single)] + pairs


def _triangle(neighbours: list[float]) -> list[list[float]]:
    return [[neighbours[row], *[0.1] * (4 - row)] for row in range(5)]


def test_intervals_are_held_against_the_sum_of_their_layers() -> None:
    costs = [1.0, 2.0, 0.5, 0.25, 3.0, 0.0]

    assert of.interval_over_sum(_one()) == pytest.approx(0)
    assert of.interval_over_sum(_one(intervals=_intervals(costs, 1.5))) == pytest.approx(
        math.log(1.5)
    )
    assert math.isnan(of.interval_over_sum(_one(intervals=_intervals(costs, -1))))


def test_layers_that_cka_does_not_see() -> None:
    costs = [9.0, 8.0, 0.5, 2.5, 0.3, 4.0]
    likeness = [0.5, 0.99, 0.98, 0.999, 0.9]
    layers: dict[str, Any] = {"intervals": _intervals(costs, 1), "cka": _triangle(likeness)}

    assert of.unseen(selected(RECIPE, LOSSES, **layers).layers) == [(2, 0.5), (3, 2.5), (4, 0.3)]
    assert of.dearest_unseen(_one(**layers)) == 2.5
    assert math.isnan(of.dearest_unseen(_one(cka=_triangle([0.5] * 5))))


def test_what_foretells_skip_costs_better() -> None:
    costs = [9.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    layers: dict[str, Any] = {
        "intervals": _intervals(costs, 1),
        "influence": [0.0, 0.1, 0.2, 0.3, 0.4, 0.5],
        "cka": _triangle([0.1, 0.2, 0.3, 0.4, 0.5]),
    }

    assert of.influence_foretells_more(_one(**layers)) == pytest.approx(2)
    assert math.isnan(of.influence_foretells_more(_one(**{**layers, "influence": [0.1] * 6})))


def test_price_and_loss_over_rules() -> None:
    """Two rules ask something here, and they make the two best emulators."""
    assert of.price_and_loss(_one()) < -0.7
    worse = LOSSES | {"skip_cost": 10.0, "intervals": 11.0}
    assert of.price_and_loss(_one(worse)) > 0.7


def test_claims_name_each_statistic_once() -> None:
    statistics = [claim.rule.statistic for claim in CLAIMS if isinstance(claim.rule, FromRuns)]

    assert len({claim.id for claim in CLAIMS}) == len(CLAIMS) == len(set(statistics))


WELL = {
    "uniform": 5.0, "random": 7.0, "skip_cost": 3.5, "block_influence": 2.4, "intervals": 3.25,
    "cka": 4.0, "cka_mean": 5.5, "cka_rest": 3.9, "permuted": 9.0, "uniform shared": 4.5,
    "skip_cost shared": 3.0, "block_influence shared": 2.1, "cka shared": 3.0,
}  # fmt: skip
ILL = {
    "uniform": 5.0, "random": 4.0, "skip_cost": 3.0, "block_influence": 5.5, "intervals": 9.25,
    "cka": 6.0, "cka_mean": 3.5, "cka_rest": 6.5, "permuted": 4.0, "uniform shared": 5.5,
    "skip_cost shared": 4.0, "block_influence shared": 6.0, "cka shared": 7.0,
}  # fmt: skip


def _verdicts(losses: Mapping[str, float], **layers: Any) -> dict[str, str]:
    """What five seeds say that differ a little."""
    recipe = layer_emulators_selection()
    records = []
    for seed in range(5):
        moved = {rule: loss * (1 + 0.001 * ((7 * seed) % 5)) for rule, loss in losses.items()}
        some: dict[str, Any] = {
            name: blocks(**{key: value * (1 + 0.01 * seed) for key, value in measured.items()})
            for name, measured in layers.items()
            if name.startswith("blocks")
        }
        costs = [cost + 0.01 * seed for cost in layers["costs"]]
        times = layers["times"] * (1 + 0.002 * seed)
        chosen = selected(
            recipe,
            moved,
            intervals=[
                [start, length, (times if length > 1 else 1) * sum(costs[start : start + length])]
                for length in range(1, 4)
                for start in range(7 - length)
            ],
            cka=_triangle([0.5, 0.985, 0.99, 0.995, 0.9 + 0.001 * seed]),
            influence=[0.0, *(layers["sign"] * c + 10 + 0.1 * seed for c in costs[1:])],
            **some,
        )
        records.append(
            unchecked_record(
                EmulatorRecord, recipe, recipe.arms[0], seed, selection=chosen, metrics={}
            )
        )
    evidence = Evidence(tuple(records))
    return {claim.id: claim.rule.judge(evidence).verdict for claim in CLAIMS}


def test_every_claim_comes_out_either_way() -> None:
    strong = {"strength": 0.4, "strength_at_distance": 0.2, "p": 0.001, "agreement": 0.9}
    weak = {"strength": 0.1, "strength_at_distance": 0.01, "p": 0.02, "agreement": 0.2}
    well = _verdicts(
        WELL, blocks=strong, blocks_rest=strong, costs=[9, 2, 1, 3, 2.5, 1.5], times=1, sign=1
    )
    ill = _verdicts(
        ILL, blocks=weak, blocks_rest=weak, costs=[9, 3, 0.2, 0.1, 0.3, 2], times=3, sign=-1
    )

    either = {"le.select", "le.foretells", "le.cost"}
    assert {id for id, verdict in well.items() if verdict != "reproduced"} - either == set()
    assert {id for id, verdict in ill.items() if verdict != "not reproduced"} - either == set()
