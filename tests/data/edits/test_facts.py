import pyarrow as pa
import pytest

from data.edits.facts import effect
from data.edits.function_words import content_words
from data.ledger import SCHEMA

_TEXT = "And the waters prevailed upon the earth"


def _ledger(**columns: list[object]) -> pa.Table:
    n = len(columns["start"])
    values = {name: columns.get(name, [None] * n) for name in SCHEMA.names}
    return pa.table(values, schema=SCHEMA)


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], 0),
        ([(0, 3)], 0),  # And
        ([(3, 7)], 0),  # " the"
        ([(7, 14)], 1),  # " waters"
        ([(7, 10), (10, 14)], 1),  # one word in two tokens counts once
        ([(12, 18)], 2),  # the end of one word and the beginning of the next
        ([(14, 15)], 0),  # a space alone
        ([(0, 3), (15, 24), (34, 39)], 2),
        ([(0, 39)], 3),  # waters, prevailed, earth
    ],
)
def test_content_words_are_those_that_a_span_meets(
    spans: list[tuple[int, int]], expected: int
) -> None:
    assert content_words(_TEXT, spans) == expected


def test_the_effect_is_summed_over_changes_alone() -> None:
    ledger = _ledger(
        document=[0, 0, 1],
        start=[7, 15, 0],
        stop=[14, 24, 3],
        changed=[True, False, True],
        probability=[0.5, 0.5, 0.25],
        drawn_probability=[0.125, 0.5, 0.5],
        divergence=[1.0, 9.0, 0.5],
    )

    assert effect(ledger, [_TEXT, _TEXT]) == (-2.0 + 1.0, 1.5, 1)


def test_where_tokens_are_deleted_only_their_words_are_known() -> None:
    ledger = _ledger(
        document=[0],
        start=[7],
        stop=[14],
        changed=[True],
        probability=[0.5],
        drawn_probability=[float("nan")],
        divergence=[float("nan")],
    )

    assert effect(ledger, [_TEXT]) == (None, None, 1)


def test_a_probability_that_rounds_to_nothing_keeps_the_sum_finite() -> None:
    ledger = _ledger(
        document=[0],
        start=[7],
        stop=[14],
        changed=[True],
        probability=[0.0],
        drawn_probability=[1.0],
        divergence=[0.0],
    )

    assert effect(ledger, [_TEXT]).log_probability_change == pytest.approx(126.0)
