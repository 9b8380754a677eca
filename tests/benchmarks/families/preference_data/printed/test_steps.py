from math import sqrt

import pytest

from benchmarks.families.preference_data.audit import AUDIT, PUBLISHED
from benchmarks.families.preference_data.printed.claims import CLAIMS, best_other
from benchmarks.families.preference_data.printed.steps import (
    BASE_8B,
    ITERATED,
    Step,
    by_items,
    printed_gap,
    step,
    tuned,
)
from benchmarks.paper.accuracies import gain_of
from benchmarks.paper.evidence import Evidence

_FIRST = (BASE_8B, "8B UltraMed SFT")


def test_a_step_alone_is_the_gain_from_row_to_row() -> None:
    table, items = PUBLISHED.tables["2"], PUBLISHED.items_of
    before, after = (table.row(row, table.columns[:9]) for row in _FIRST)

    one, gain = step(_FIRST), gain_of(before, after, items)

    assert one.mean == pytest.approx(gain.mean) == pytest.approx(printed_gap(*_FIRST), abs=0.01)
    assert one.stderr == pytest.approx(gain.stderr)
    assert (one.up, one.sets) == (8, 9)


def test_rows_that_steps_share_count_as_often_as_they_occur() -> None:
    """Two steps from one row: its error is there once with weight 1, not twice with a half."""
    pairs = tuned("8B")[:2]
    alone = [step(pair) for pair in pairs]

    both = step(*pairs)

    apart = sqrt(sum(one.stderr**2 for one in alone)) / 2
    assert both.mean == pytest.approx(sum(one.mean for one in alone) / 2)
    assert both.stderr > 1.1 * apart


def test_a_row_that_is_left_again_cancels() -> None:
    through = step(ITERATED[0], (ITERATED[0][1], ITERATED[0][0]))

    assert (through.mean, through.sets) == (0, 9)


def test_a_row_without_a_cell_is_compared_on_the_other_sets() -> None:
    assert step(("Internist-7B", BASE_8B)).sets == 8


def test_the_correlation_that_would_decide() -> None:
    assert Step(1.0, 1.0, 1, 1).needed == pytest.approx(1 - 1 / 1.96**2)
    assert Step(1.96, 1.0, 1, 1).needed == 0
    assert Step(3.0, 1.0, 1, 1).needed == 0


def test_every_claim_is_judged_by_print() -> None:
    evidence = Evidence((), AUDIT)
    found = {claim.id: claim.rule.judge(evidence) for claim in CLAIMS}

    assert {id: one.verdict for id, one in found.items()} == {
        "um.tables": "inconsistent as printed",
        "um.counts": "inconsistent as printed",
        "um.tables_rewards": "reproduced",
        "um.medqa": "inconsistent as printed",
        "um.mix_70b": "not reproduced",
        "um.error_u1": "reproduced",
        "um.error_u2": "undecided",
        "um.error_u2_both": "reproduced",
        "um.error_u3": "undecided",
        "um.error_u4": "undecided",
        "um.error_u5": "undecided",
        "um.error_u6": "undecided",
    }
    assert all(one.tier == "arithmetic" for one in found.values())
    assert "z +4.8" in found["um.error_u1"].observed


def test_the_other_reward_model_is_the_best_one() -> None:
    assert best_other() == "PairRM-LLaMA3-8B"
    assert by_items("UltraMedRM-8B") == pytest.approx(81.47, abs=0.005)
