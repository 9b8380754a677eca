from collections.abc import Callable

import numpy as np

from benchmarks.chains.record import Record
from benchmarks.comparing.predictions import check_predictions
from tests.support.records import record_of

_GENERATIONS = np.arange(6)


def _records(**losses: Callable[[int], float]) -> list[Record]:
    """Five seeds of each workflow; a loss is a function of the generation."""
    rng = np.random.default_rng(0)
    return [
        record_of(
            workflow,
            seed,
            list(1.7 + np.array([loss(int(g)) for g in _GENERATIONS]) + rng.normal(0, 2e-4, 6)),
            [0, *([50] * 5)] if workflow.startswith("edit") else (),
        )
        for workflow, loss in losses.items()
        for seed in range(5)
    ]


def _outcomes(records: list[Record]) -> dict[str, str]:
    return {p.id: p.outcome for p in check_predictions(records)}


def test_what_the_theory_predicts_is_found() -> None:
    records = _records(
        same_human=lambda g: 0.0,
        redraw=lambda g: 0.0,
        reencode=lambda g: 0.0,
        edit_source=lambda g: 0.01 * (g > 0),
        edit_previous=lambda g: 0.01 * g,
        edit_random=lambda g: 0.03 * (g > 0),
        edit_random_previous=lambda g: 0.03 * g,
    )

    assert set(_outcomes(records).values()) == {"held"}


def test_what_contradicts_the_theory_is_said() -> None:
    records = _records(
        same_human=lambda g: 0.0,
        redraw=lambda g: 0.02 * (g > 0),
        reencode=lambda g: 0.02 * (g > 0),
        edit_source=lambda g: 0.02 * g,
        edit_previous=lambda g: 0.01 * (g > 0),
        edit_random=lambda g: 0.01 * g,
        edit_random_previous=lambda g: 0.0,
    )

    outcomes = _outcomes(records)

    assert outcomes.pop("drift-proportional") in ("failed", "undecided")
    assert set(outcomes.values()) == {"failed"}


def test_drift_that_bends_is_not_in_proportion() -> None:
    records = _records(same_human=lambda g: 0.0, edit_previous=lambda g: 0.01 * g + 0.01 * g**2)

    assert _outcomes(records)["drift-proportional"] == "failed"


def test_without_any_change_there_is_no_proportion() -> None:
    records = [
        record_of(workflow, seed, [1.7 + 0.01 * seed] * 6, [0] * 6)
        for workflow in ("same_human", "edit_previous")
        for seed in range(3)
    ]

    assert _outcomes(records)["drift-proportional"] == "not measured"


def test_a_drift_that_may_be_none_has_no_bend() -> None:
    """The line has another sign with every seed: a ratio to it has no bounds."""
    records = [
        record_of(
            workflow, seed, [1.7 + slope * (-1) ** seed * g for g in range(6)], [0, *[50] * 5]
        )
        for workflow, slope in (("same_human", 0.0), ("edit_previous", 0.01))
        for seed in range(5)
    ]

    found = {p.id: p for p in check_predictions(records)}["drift-proportional"]

    assert found.outcome == "undecided"
    assert found.difference is not None
    assert found.difference.low is None


def test_one_seed_decides_nothing() -> None:
    records = [
        record_of("same_human", 0, [1.7] * 6),
        record_of("edit_previous", 0, [1.7, 1.8, 1.9, 2.0, 2.1, 2.2], [0, 50, 50, 50, 50, 50]),
    ]

    outcomes = _outcomes(records)

    assert outcomes["previous-drifts"] == "undecided"
    assert outcomes["redraw-null"] == "not measured"
