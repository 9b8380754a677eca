from fractions import Fraction

import pytest

from benchmarks.families.preference_data.audit import AUDIT, PUBLISHED
from benchmarks.families.preference_data.printed.inconsistencies import (
    disagreements,
    disagreements_frame,
)
from benchmarks.families.preference_data.printed.rows import (
    RUN_BY_AUTHORS,
    able_to_fail,
    impossible,
    is_own,
)
from benchmarks.families.preference_data.printed.steps import MEAN


def _failed(kind: str) -> list[tuple[str, str, str]]:
    return [
        (check.cell.row, check.cell.column, check.recomputed)
        for check in AUDIT.checks()
        if check.kind == kind and check.status == "inconsistent as printed"
    ]


def test_all_rows_and_cells_are_there() -> None:
    table = PUBLISHED.tables["2"]
    accuracies = [cell for cell in table.cells if cell.column != MEAN]

    assert (len(table.rows), len(accuracies)) == (39, 349)
    assert len(PUBLISHED.tables["4"].rows) == 5
    assert set(RUN_BY_AUTHORS) < set(table.rows)
    assert sum(is_own(row) for row in table.rows) == 26


def test_one_average_does_not_follow() -> None:
    assert _failed("mean") == [("70B UltraMix SFT", "Avg", "84.36")]


def test_what_is_called_medqa_is_another_number() -> None:
    assert _failed("repeated") == [("70B UltraMix", "MedQA", "85.4")]
    assert PUBLISHED.tables["2"].find("70B UltraMix best (Ens)", MEAN).printed == "86.49"


def test_twenty_cells_are_no_count_and_two_of_them_the_authors_own() -> None:
    own = [(check.cell.row, check.cell.column) for check in impossible() if is_own(check.cell.row)]

    assert len(impossible()) == 20
    assert own == [("Mistral-7B-Instruct", "biology"), ("70B UltraMix SFT", "genetics")]
    assert able_to_fail() == (270, 349)


def test_a_tie_counts_half_in_one_cell_of_table_4() -> None:
    (wrong,) = [row for row in _failed("share of items") if row[1] == "Hard"]

    assert wrong[0] == "PairRM-LLaMA3-8B"
    assert round(float(Fraction(285, 2) * 100 / 196), 2) == 72.70


def test_numbers_of_instructions_add_up_to_what_is_said() -> None:
    exact = [cell.value for cell in PUBLISHED.tables["1"].cells if cell.column == "exact"]

    assert (len(exact), sum(exact)) == (10, 409_593)
    assert _failed("sum") == []


@pytest.mark.parametrize("word", ["85.4", "84.36", "0 of the 38 other rows", "81.47"])
def test_a_disagreement_names_both_numbers(word: str) -> None:
    assert any(word in one.other for one in disagreements())
    assert not any("|" in text for text in disagreements_frame().to_numpy().ravel())
