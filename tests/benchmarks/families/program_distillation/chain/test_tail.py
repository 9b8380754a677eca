"""What becomes of types of problems in a chain, held against chains of known shares and rates."""

from fractions import Fraction

import pytest

from benchmarks.chains.record import Record
from benchmarks.families.program_distillation.chain import statistics as of
from benchmarks.families.program_distillation.chain import tail
from data.errors import BadInput
from tests.support.executing.executed_chains import (
    ALWAYS,
    EVEN,
    GENERATIONS,
    RATES,
    by_the_law,
    executed_chain,
)
from tests.support.records import record_of
from theory.program_distillation.recursion import Types, accumulated

_HALF = (9, 7, 5, 3, 8)
"""Places of the types that are answered worst by `RATES`; of equal ones those with more steps."""


def test_the_hardest_types_are_those_that_generation_0_answers_worst() -> None:
    changed = [list(RATES), *([list(RATES[::-1])] * (GENERATIONS - 1))]
    record = executed_chain("executed", 0, by_the_law(), changed)

    assert sorted(tail.hard(record)) == [7, 9]
    assert sorted(tail.easy(record)) == [0, 4]
    assert sorted(tail.harder_half(record)) == sorted(_HALF)
    assert tail.hard_accuracy(record, 0) == pytest.approx(0.25)
    assert tail.hard_accuracy(record, 1) == pytest.approx((RATES[2] + RATES[0]) / 2)


def test_of_types_that_are_answered_alike_those_with_more_steps_are_harder() -> None:
    record = executed_chain("executed", 0, by_the_law(), [[0.5] * len(RATES)] * GENERATIONS)

    assert list(tail.hard(record)) == [9, 8]
    assert sorted(tail.easy(record)) == [0, 1]


def test_a_chain_that_follows_the_law_is_at_no_distance_from_it() -> None:
    record = executed_chain("executed", 0, by_the_law(), ALWAYS)

    assert of.beyond_law([record]) == pytest.approx(0, abs=1e-5)
    assert of.beyond_followed([record]) == pytest.approx(0, abs=1e-9)
    assert of.hard_share_slope([record]) < 0
    assert of.hard_accuracy_slope([record]) == pytest.approx(0)


def test_a_chain_that_loses_nothing_is_beyond_the_law_by_what_it_foretold() -> None:
    record = executed_chain("executed", 0, EVEN, ALWAYS)

    left = sum(by_the_law()[-1][place] for place in _HALF)
    assert of.beyond_law([record]) == pytest.approx(0.5 - left, abs=1e-5)
    assert of.hard_share_slope([record]) == pytest.approx(0)


def test_rates_that_change_are_followed() -> None:
    rates = [list(RATES), *([[1.0] * len(RATES)] * (GENERATIONS - 1))]
    record = executed_chain("executed", 0, [by_the_law()[min(at, 1)] for at in range(6)], rates)

    assert of.beyond_followed([record]) == pytest.approx(0, abs=1e-9)
    assert of.beyond_law([record]) > 0.05


def test_the_law_of_kept_corpora_is_that_of_the_theory() -> None:
    record = executed_chain("executed_accumulate", 0, EVEN, ALWAYS)
    case = Types(
        first=(1,) * len(RATES), rates=tuple(Fraction(str(r)) for r in RATES), generations=5
    )

    left = accumulated(case)[list(_HALF)].sum()

    assert of.beyond_kept_law([record]) == pytest.approx(0.5 - left, abs=1e-5)


def test_questions_asked_anew_lose_one_factor() -> None:
    shares = [by_the_law()[min(at, 1)] for at in range(GENERATIONS)]
    record = executed_chain("executed_source", 0, shares, ALWAYS)

    assert of.beyond_anew([record]) == pytest.approx(0, abs=1e-9)
    assert tail.anew_shares(record, 0) == pytest.approx(tail.shares(record, 0))


def test_gains_are_of_the_first_chain_over_the_second() -> None:
    better = [[min(rate + 0.1, 1) for rate in RATES]] * GENERATIONS
    one = executed_chain("executed_accumulate", 0, EVEN, better)
    other = executed_chain("executed", 0, by_the_law(), ALWAYS)

    assert of.hard_accuracy_gain([one, other]) == pytest.approx(0.1)
    assert of.accuracy_gain([one, other]) == pytest.approx(0.1)
    assert of.hard_share_gain([one, other]) > 0.15
    assert of.easy_accuracy_change([one]) == pytest.approx(0)


def test_a_chain_that_executes_nothing_is_refused() -> None:
    record: Record = record_of("same_human", 0, [1.0, 1.0])

    with pytest.raises(BadInput, match="has no executed answers; its recipe needs executes"):
        tail.accuracy(record, 0)
