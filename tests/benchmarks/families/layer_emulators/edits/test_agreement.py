"""Two edits of one text are compared token by token."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.families.layer_emulators.edits.agreement import agree

_NAMES = (
    "document",
    "position",
    "observed_token",
    "drawn_token",
    "changed",
    "change_probability",
)
_Line = tuple[int, int, int, int, bool, float]


def _ledger(*rows: _Line) -> pa.Table:
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in _NAMES]
    return pa.table(dict(zip(_NAMES, columns, strict=True)))


_FIRST = _ledger(
    (0, 1, 7, 7, False, 0.1),
    (0, 2, 8, 9, True, 0.5),
    (0, 5, 8, 3, True, 0.25),
    (1, 2, 4, 4, False, 0.05),
)
_SECOND = _ledger(
    (0, 1, 7, 7, False, 0.2),
    (0, 2, 8, 6, True, 0.4),
    (1, 1, 5, 5, False, 0.0),
    (1, 2, 4, 2, True, 0.6),
)


def test_what_both_flag_draw_and_leave_is_counted() -> None:
    found = agree(_FIRST, _SECOND)

    assert (found.flagged_both, found.flagged_either) == (3, 5)
    assert (found.changed_first, found.changed_second, found.changed_both) == (2, 2, 1)
    assert found.drawn_alike == 1, "0.1; 0.2 and 1.2 were drawn otherwise"
    assert found.left_alike == 2, "0.1 and 1.1, which nobody changed"
    measures = found.measures()
    assert measures["flagged_jaccard"]["value"] == pytest.approx(3 / 5)
    assert measures["flagged_jaccard"]["n"] == 5
    assert measures["changed_jaccard"]["value"] == pytest.approx(1 / 3)
    assert measures["change_probability"]["value"] == pytest.approx(1.2 / 4)
    assert measures["change_probability_whole"]["value"] == pytest.approx(0.9 / 4)


def test_an_edit_agrees_with_itself_in_everything() -> None:
    measures = agree(_FIRST, _FIRST).measures()

    shares = {name: one["value"] for name, one in measures.items() if "probability" not in name}
    assert set(shares.values()) == {1.0}
    assert len(shares) == 4


def test_counts_of_two_texts_add_up() -> None:
    both = agree(_FIRST, _SECOND) + agree(_FIRST, _FIRST)

    assert (both.flagged_both, both.flagged_either) == (7, 9)
    assert both.expected_second == pytest.approx(1.2 + 0.9)


def test_a_share_of_nothing_is_no_measure() -> None:
    measures = agree(_ledger(), _SECOND).measures()

    assert "drawn_alike" not in measures, "nothing was flagged by both"
    assert measures["flagged_jaccard"]["value"] == 0


@given(st.sets(st.integers(0, 30), min_size=1), st.sets(st.integers(0, 30), min_size=1))
def test_flagged_tokens_are_compared_as_sets_are(first: set[int], second: set[int]) -> None:
    ledgers = [_ledger(*((0, p, 1, 1, False, 0.0) for p in one)) for one in (first, second)]

    found = agree(*ledgers).measures()["flagged_jaccard"]["value"]

    assert np.isclose(float(found or 0), len(first & second) / len(first | second))
