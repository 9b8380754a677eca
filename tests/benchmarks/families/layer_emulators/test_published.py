from collections import Counter
from dataclasses import replace
from fractions import Fraction

import pytest

from benchmarks.families.layer_emulators.audit import (
    AUDIT,
    CRASH,
    DISTILLED,
    FULL,
    LEAK,
    PUBLISHED,
    SPREAD,
    UNIFORM,
    UNSHARED,
    compare_rows,
    emulator_row,
    in_words,
    reruns_won,
)
from benchmarks.paper.audit import can_fail, possible_counts
from benchmarks.paper.published import Cell

_TABLE = PUBLISHED.tables["1"]
_MEANS = {
    "full model: zero-shot": 42.5,
    "full model: fine-tuned": 49.9,
    "distilled: emulator zero-shot": 39.2,
    "distilled: emulator fine-tuned": 46.6,
    "distilled: plug-in": 49.0,
    "uniform: emulator zero-shot": 28.2,
    "uniform: emulator fine-tuned": 43.2,
    "uniform: plug-in": 46.5,
    "uniform, spread: emulator fine-tuned": 44.1,
    "uniform, spread: plug-in": 46.7,
    "CRaSh: emulator zero-shot": 34.3,
    "CRaSh: emulator fine-tuned": 43.6,
    "CRaSh: plug-in": 48.4,
    "without sharing: emulator zero-shot": 27.3,
    "without sharing: emulator fine-tuned": 43.2,
    "without sharing: plug-in": 46.2,
}
"""Ours, to find a cell that was copied wrongly; nobody printed them."""
_CELLS = (
    ("1", "full model: zero-shot", "OBQA", "23.4"),
    ("1", "without sharing: plug-in", "HellaSwag", "41.3"),
    ("1", "uniform: emulator zero-shot", "WebQs", "0.0"),
    ("gain", "CRaSh over uniform: plug-in", "OBQA", "4.8"),
    ("offsite_tuning", "OPT-6.7B, layer drop: plug-in", "WikiText", "10.78"),
    ("rerun", "Qwen2-1.5B, distilled, drop 0.2", "WebQs leak", "221"),
    ("rerun", "Llama-3.2-3B, CRaSh, drop 0.5", "WebQs accuracy", "21.67"),
)


@pytest.mark.parametrize(
    ("name", "rows", "cells"),
    [("1", 16, 128), ("gain", 1, 1), ("offsite_tuning", 1, 9), ("rerun", 18, 120), ("leak", 1, 2)],
)
def test_a_table_has_its_rows_and_cells(name: str, rows: int, cells: int) -> None:
    table = PUBLISHED.tables[name]

    assert (len(table.rows), len(table.cells)) == (rows, cells)
    assert len({cell.key for cell in table.cells}) == cells


@pytest.mark.parametrize(("name", "row", "column", "printed"), _CELLS)
def test_a_cell_is_as_printed(name: str, row: str, column: str, printed: str) -> None:
    assert PUBLISHED.tables[name].find(row, column).printed == printed


def test_the_rows_of_table_1_have_their_means() -> None:
    means = {row: float(sum(c.value for c in _TABLE.row(row)) / 8) for row in _TABLE.rows}

    assert means == pytest.approx(_MEANS, abs=0.0501)


def test_each_document_has_a_version_of_its_own() -> None:
    tables = PUBLISHED.tables
    versions = {name: {cell.version for cell in table.cells} for name, table in tables.items()}

    assert versions == {
        "1": {"EMNLP 2023"},
        "gain": {"EMNLP 2023"},
        "offsite_tuning": {"Offsite-Tuning"},
        "rerun": {"LLEOT"},
        "leak": {"LLEOT"},
    }


def test_the_evaluation_sets_are_the_columns_of_table_1() -> None:
    assert tuple(PUBLISHED.items_of) == _TABLE.columns
    assert tuple(PUBLISHED.items_of.values()) == (500, 2376, 1172, 2032, 1838, 1000, 1045, 10042)


def test_every_footnote_belongs_to_a_place_that_is_printed() -> None:
    notes = 0
    for table in PUBLISHED.tables.values():
        for note in table.footnotes:
            notes += 1
            assert note.row in ("", *table.rows)
            assert note.column in ("", *table.columns)

    assert notes == 10


@pytest.mark.parametrize("cell", _TABLE.cells, ids=lambda cell: f"{cell.row}, {cell.column}")
def test_every_cell_of_table_1_is_a_share_of_its_items(cell: Cell) -> None:
    assert possible_counts(cell, PUBLISHED.items_of[cell.column])


def test_only_the_cells_of_openbookqa_could_be_anything_else() -> None:
    able = [cell for cell in _TABLE.cells if can_fail(cell, PUBLISHED.items_of[cell.column])]

    assert Counter(cell.column for cell in able) == {"OBQA": 16}
    assert {cell.key for cell in able} == {c.cell.key for c in AUDIT.checks([_TABLE])}


@pytest.mark.parametrize("tenths", range(1, 10, 2))
@pytest.mark.parametrize("row", ["full model: zero-shot", CRASH])
def test_a_planted_cell_that_is_no_share_is_found(row: str, tenths: int) -> None:
    true = _TABLE.find(row, "OBQA")
    planted = replace(true, printed=f"{int(true.value)}.{tenths}")
    cells = tuple(planted if cell == true else cell for cell in _TABLE.cells)

    checks = AUDIT.checks([replace(_TABLE, cells=cells)])

    wrong = [check.cell for check in checks if check.status == "inconsistent as printed"]
    assert wrong == [planted]


def test_the_printed_gain_is_not_that_of_the_table() -> None:
    (check,) = (check for check in AUDIT.checks() if check.kind == "difference")

    assert (check.cell.printed, check.recomputed) == ("4.8", "3.8")
    assert check.status == "inconsistent as printed"


@pytest.mark.parametrize("printed", ["3.8", "3.9"])
def test_the_true_gain_would_pass(printed: str) -> None:
    table = PUBLISHED.tables["gain"]
    true = replace(table, cells=(replace(table.cells[0], printed=printed),))

    assert [c.status for c in AUDIT.checks([true])] != ["inconsistent as printed"]


def test_a_leak_is_an_accuracy_over_that_before_tuning() -> None:
    (check,) = AUDIT.checks([PUBLISHED.tables[LEAK]])

    assert (check.kind, check.cell.printed, check.recomputed) == ("ratio", "55.83", "50.83")


@pytest.mark.parametrize("printed", ["50.82", "50.83", "50.85"])
def test_a_leak_that_follows_would_pass(printed: str) -> None:
    table = PUBLISHED.tables[LEAK]
    cells = tuple(
        replace(cell, printed=printed) if cell.column.endswith("leak") else cell
        for cell in table.cells
    )

    (check,) = AUDIT.checks([replace(table, cells=cells)])

    assert check.status != "inconsistent as printed"


def test_that_gain_and_that_leak_alone_are_inconsistent() -> None:
    wrong = [c.cell.table for c in AUDIT.checks() if c.status != "follows"]

    assert wrong == ["Gain", "Re-run leak"]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (UNIFORM, CRASH, "+1.89 points, z +3.1, 8 of 8 tasks up"),
        (UNIFORM, UNSHARED, "-0.28 points, z -0.5, 4 of 8 tasks up"),
        (UNSHARED, CRASH, "+2.16 points, z +3.6, 8 of 8 tasks up"),
        (DISTILLED, CRASH, "-0.65 points, z -1.1, 4 of 8 tasks up"),
        (CRASH, FULL, "+1.53 points, z +2.5, 6 of 8 tasks up"),
        (SPREAD, CRASH, "+1.70 points, z +2.8, 7 of 8 tasks up"),
    ],
)
def test_the_gains_of_table_1(before: str, after: str, words: str) -> None:
    assert in_words(compare_rows(before, after)) == words


def test_more_than_half_of_the_lead_over_spread_layers_is_one_cell() -> None:
    leads = {
        column: _TABLE.find(CRASH, column).value - _TABLE.find(SPREAD, column).value
        for column in _TABLE.columns
    }

    assert (leads["WebQs"], sum(leads.values())) == (Fraction("7.3"), Fraction("13.6"))


def test_an_emulator_of_crash_equals_the_full_model_or_the_row_without_sharing() -> None:
    row = emulator_row()

    assert row.full == ("WebQs", "SciQ", "RACE")
    assert set(row.unshared) == set(_TABLE.columns) - set(row.full)
    assert row.own == ()


def test_the_reruns_by_others_are_counted() -> None:
    assert reruns_won("distilled") == "above distilled in 12 of 24 cells, equal in 0"
    assert reruns_won("full: zero-shot") == "above full: zero-shot in 18 of 24 cells, equal in 1"
